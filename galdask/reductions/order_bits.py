"""Order-preserving bits of float32 numbers: unsigned integers that sort as the numbers do."""

from __future__ import annotations

import numpy as np

_SIGN = np.uint32(0x80000000)


def to_bits(values: np.ndarray) -> np.ndarray:
    """Return uint32 that sort as `values` do; -0 becomes +0, NaN is not allowed for.

    Parameters
    ----------
    values : (n,) float32
        Numbers.
    """
    bits = (np.asarray(values, dtype=np.float32) + np.float32(0)).view(np.uint32)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def from_bits(bits: np.ndarray) -> np.ndarray:
    """Return the float32 numbers whose order bits are `bits`."""
    bits = np.asarray(bits, dtype=np.uint32)
    return np.where(bits & _SIGN, bits ^ _SIGN, ~bits).view(np.float32)
