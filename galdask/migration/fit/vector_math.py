"""Exponential and normal tail as plain arithmetic, so that compiled loops over them are vectorised.

Neither needs a table or a branch, and their bits do not depend on a mathematical library. Products and sums
are joined by `fma`, one rounding for both: twice the speed, and the same bits on every machine (where the
processor has no such instruction it is done in software, slowly).
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from numba.extending import intrinsic

_INLINE: dict[str, Any] = {"forceinline": True, "nogil": True, "error_model": "numpy"}
#: arguments of `exp` are cut to this range: below it the value is 0 for our purposes
LOW, HIGH = -708.0, 708.0
_LOG2E = 1.4426950408889634
#: ln 2 in two parts: the first times any exponent is exact
_LN2, _LN2_REST = 6.93147180369123816490e-01, 1.90821492927058770002e-10
#: adding this rounds to a whole number and leaves it in the low bits
_MAGIC = 6755399441055744.0


def _fused(typing: Any, a: Any, b: Any, c: Any) -> Any:
    number = nb.float64

    def make(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.fma(*values)

    return number(number, number, number), make


#: a b + c, rounded once; for compiled functions
fma: Any = intrinsic(_fused)


@nb.njit(**_INLINE)
def exp(x):  # type: ignore[no-untyped-def]
    """Return e^x to 3e-16, of x within LOW and HIGH; beyond it is that of the limit."""
    x = min(max(x, LOW), HIGH)
    shifted = fma(x, _LOG2E, _MAGIC)
    whole = shifted - _MAGIC
    r = fma(whole, -_LN2_REST, fma(whole, -_LN2, x))
    # (e^r - 1 - r) / r^2, interpolated between nodes of Chebyshev's: even and odd powers apart
    r2 = r * r
    even = fma(2.7620078203806394e-07, r2, 2.4801521317484083e-05)
    even = fma(even, r2, 0.0013888888917199863)
    even = fma(even, r2, 0.04166666666662416)
    even = fma(even, r2, 0.5000000000000001)
    odd = fma(2.5100377619606372e-08, r2, 2.7557268476553695e-06)
    odd = fma(odd, r2, 0.00019841269863042963)
    odd = fma(odd, r2, 0.008333333333330063)
    odd = fma(odd, r2, 0.16666666666666669)
    p = fma(fma(odd, r, even), r2, r) + 1.0
    bits = np.float64(shifted).view(np.int64) << 52
    return np.int64(np.float64(p).view(np.int64) + bits).view(np.float64)


@nb.njit(**_INLINE)
def tail(t):  # type: ignore[no-untyped-def]
    """Return (1 - Phi(t)) e^(t^2 / 2) of 0 <= t <= 40, to 1e-13: Chebyshev's series in (t - 4) / (t + 5)."""
    x = 1.25 * (t - 4.0) / (t + 5.0)
    x2 = x * x
    even = fma(-1.2416876415954903e-09, x2, 1.7171523244254977e-08)
    even = fma(even, x2, -1.7812204745089377e-07)
    even = fma(even, x2, 1.8464923774792237e-06)
    even = fma(even, x2, -1.7184230975122563e-05)
    even = fma(even, x2, 2.0270630437395865e-05)
    even = fma(even, x2, 0.0053766820161527855)
    even = fma(even, x2, 0.039108581812221044)
    even = fma(even, x2, 0.11608299176418019)
    even = fma(even, x2, 0.09441064130196894)
    odd = fma(-8.287650799550312e-10, x2, 8.915481873229602e-09)
    odd = fma(odd, x2, 5.789932276313364e-09)
    odd = fma(odd, x2, -2.3927241009109943e-06)
    odd = fma(odd, x2, 6.927161163997782e-05)
    odd = fma(odd, x2, -0.0010980937416579474)
    odd = fma(odd, x2, -0.0166694632264714)
    odd = fma(odd, x2, -0.07395771880830222)
    odd = fma(odd, x2, -0.1533579493936068)
    return fma(odd, x, even)
