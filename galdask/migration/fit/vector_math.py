"""Exponential and normal tail as plain arithmetic, so that compiled loops over them are vectorised.

Neither needs a table or a branch, and their bits do not depend on a mathematical library.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

_INLINE: dict[str, Any] = {"forceinline": True, "nogil": True, "error_model": "numpy"}
#: arguments of `exp` are cut to this range: below it the value is 0 for our purposes
LOW, HIGH = -708.0, 708.0
_LOG2E = 1.4426950408889634
#: ln 2 in two parts: the first times any exponent is exact
_LN2, _LN2_REST = 6.93147180369123816490e-01, 1.90821492927058770002e-10
#: adding this rounds to a whole number and leaves it in the low bits
_MAGIC = 6755399441055744.0
_BIAS = 1023 << 52


@nb.njit(**_INLINE)
def exp(x):  # type: ignore[no-untyped-def]
    """Return e^x to 3e-16, of x within LOW and HIGH; beyond it is that of the limit."""
    x = min(max(x, LOW), HIGH)
    shifted = x * _LOG2E + _MAGIC
    whole = shifted - _MAGIC
    r = (x - whole * _LN2) - whole * _LN2_REST
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    bits = np.float64(shifted).view(np.int64) << 52
    return p * np.int64(bits + _BIAS).view(np.float64)


@nb.njit(**_INLINE)
def tail(t):  # type: ignore[no-untyped-def]
    """Return (1 - Phi(t)) e^(t^2 / 2) of 0 <= t <= 40, to 1e-13: Chebyshev's series in (t - 4) / (t + 5)."""
    x = 1.25 * (t - 4.0) / (t + 5.0)
    p = -1.2416876415954903e-09
    p = p * x - 8.287650799550312e-10
    p = p * x + 1.7171523244254977e-08
    p = p * x + 8.915481873229602e-09
    p = p * x - 1.7812204745089377e-07
    p = p * x + 5.789932276313364e-09
    p = p * x + 1.8464923774792237e-06
    p = p * x - 2.3927241009109943e-06
    p = p * x - 1.7184230975122563e-05
    p = p * x + 6.927161163997782e-05
    p = p * x + 2.0270630437395865e-05
    p = p * x - 0.0010980937416579474
    p = p * x + 0.0053766820161527855
    p = p * x - 0.0166694632264714
    p = p * x + 0.039108581812221044
    p = p * x - 0.07395771880830222
    p = p * x + 0.11608299176418019
    p = p * x - 0.1533579493936068
    return p * x + 0.09441064130196894
