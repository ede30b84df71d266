"""Fractions of stars, and their errors where counts are small."""

from __future__ import annotations

import numpy as np


def fraction(part: np.ndarray, whole: np.ndarray, min_n: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return part / whole, and half the width of the Wilson interval of one sigma.

    Unlike sqrt(f (1 - f) / n) it is not zero where all stars, or none, are in the part.

    Parameters
    ----------
    part, whole : ndarray of int
        Counts, part <= whole.
    min_n : int
        Fewer stars than this in the whole give NaN.

    References
    ----------
    Wilson 1927, JASA 22, 209.
    """
    n = np.where(whole >= max(min_n, 1), whole, np.nan)
    f = part / n
    return f, np.sqrt(f * (1.0 - f) / n + 0.25 / n**2) / (1.0 + 1.0 / n)
