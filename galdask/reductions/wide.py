"""Integers of 128 bits as two 64-bit words, for kernels: exact sums of third powers need them.

All arithmetic is modulo 2**128 in two's complement, so any result between -2**127 and 2**127 is exact
whatever happened on the way.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

WORD = numba.uint64
PAIR = numba.types.UniTuple(numba.uint64, 2)
Pair = tuple[Any, Any]


@numba.njit(PAIR(numba.int64), cache=True, nogil=True)
def wide(value: int) -> Pair:
    """Return a signed 64-bit integer as (high, low) words."""
    return np.uint64(value >> 63), np.uint64(value)


@numba.njit(PAIR(PAIR, PAIR), cache=True, nogil=True)
def plus(a: Pair, b: Pair) -> Pair:
    """Return a + b."""
    low = a[1] + b[1]
    return a[0] + b[0] + np.uint64(1 if low < a[1] else 0), low


@numba.njit(PAIR(PAIR), cache=True, nogil=True)
def minus(a: Pair) -> Pair:
    """Return -a."""
    low = ~a[1] + np.uint64(1)
    return ~a[0] + np.uint64(1 if low == np.uint64(0) else 0), low


@numba.njit(PAIR(PAIR, PAIR), cache=True, nogil=True)
def times(a: Pair, b: Pair) -> Pair:
    """Return a * b."""
    half, mask = np.uint64(32), np.uint64(0xFFFFFFFF)
    a1, a0, b1, b0 = a[1] >> half, a[1] & mask, b[1] >> half, b[1] & mask
    lowest = a0 * b0
    cross = a1 * b0 + (lowest >> half)
    other = a0 * b1 + (cross & mask)
    high = a1 * b1 + (cross >> half) + (other >> half)
    return high + a[0] * b[1] + a[1] * b[0], (other << half) | (lowest & mask)


@numba.njit(numba.float64(PAIR), cache=True, nogil=True)
def rounded(a: Pair) -> float:
    """Return the value as float64, within 2**-52 of it."""
    if a[0] >> np.uint64(63):
        b = minus(a)
        return -(np.float64(b[0]) * 18446744073709551616.0 + np.float64(b[1]))
    return np.float64(a[0]) * 18446744073709551616.0 + np.float64(a[1])
