"""Normal distributions cut to an interval, far into either tail."""

from __future__ import annotations

import numpy as np


def log_share(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return ln(Phi(high) - Phi(low)) of standard normal limits, low < high."""
    from scipy.special import log_ndtr

    low, high = np.broadcast_arrays(np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64))
    a, b = np.where(low > 0.0, -high, low), np.where(low > 0.0, -low, high)
    whole = log_ndtr(b)
    return whole + np.log(-np.expm1(log_ndtr(a) - whole))


def draw(uniform: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return standard normal numbers within low and high from uniform ones in (0, 1)."""
    from scipy.special import log_ndtr, ndtri_exp

    low, high = np.broadcast_arrays(np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64))
    upper = low > 0.0
    a, b = np.where(upper, -high, low), np.where(upper, -low, high)
    log_a, log_b = log_ndtr(a), log_ndtr(b)
    share = np.where(upper, 1.0 - uniform, uniform)
    x = ndtri_exp(np.minimum(np.logaddexp(np.log1p(-share) + log_a, np.log(share) + log_b), 0.0))
    return np.clip(np.where(upper, -x, x), low, high)
