"""The radial motion of the fudge: turning points and action.

With the focal length d, prolate spheroidal u and x = d^2 sinh^2 u, at v = pi / 2 the spheroid of u meets the
plane at R^2 = x: the radial motion needs the potential of the plane alone. The squared momentum times d^2 is

    U(x) = k + (x - x0) (E + h / (x x0)) - ((d^2 + x) Phi(x) - g0),   h = d^2 lz^2 / 2

where x0 is the star's and k = p_u^2 / 2, and JR = sqrt(2) / pi times the integral of sqrt(U / (d^2 + x)) over
R = sqrt(x) between the turning points (Binney 2012, MNRAS 426, 1324). At d = 0 this is the exact action of
motion in the plane.
"""

from __future__ import annotations

import math

import numba as nb

from galdask.stars.orbits import status
from galdask.stars.orbits.compiled import INLINE, PART
from galdask.stars.orbits.motion import ENERGY, JR, KU, LZ, X0, X1, X2, L
from galdask.stars.orbits.tabulated import X_MAX, X_MIN, jet, octave, value

_NONE, _FAR, _RADIAL, _ROUGH, _SEPARATED = (
    status.NO_CONVERGENCE,
    status.FAR,
    status.RADIAL,
    status.ROUGH,
    status.SEPARATED,
)
#: a turning point at x below this lies on the axis
X_AXIS = 1e-17
#: relative step after which a root is taken: the next error is its cube
STEP = 1e-5
#: relative step at which halving ends
ROUNDING = 1e-14
#: rounding of U relative to its terms
NOISE = 1e-15
#: relative change between two levels at which an action is taken (the finer one is then much better), and
#: kpc km/s: the tolerance of smaller actions is that of this one
TOLERANCE, SMALL = 1e-8, 1e-3
#: a barrier that turns the motion this close to the axis, relative to its size, is taken in the limit of zero
BARRIER = 1e-12
#: share of the potential by which a squared momentum may be negative between turning points
WELL = 1e-9
_TURNS = 100


@nb.njit(**INLINE)
def parabola(f, f1, f2, side):  # type: ignore[no-untyped-def]
    """Return the step to the root of the parabola through f, f', f'' < 0 on one side; NaN without one."""
    under = f1 * f1 - 2.0 * f * f2
    if not (f2 < 0.0 and under >= 0.0):
        return math.nan
    q = side * math.sqrt(under)
    return -2.0 * f / (f1 - q) if f1 * side < 0.0 else (-f1 - q) / f2


@nb.njit(**INLINE)
def turning_point(plane, star, x, side):  # type: ignore[no-untyped-def]
    """Return the root of U on one side of the star (-1: pericentre, +1: apocentre), starting at x.

    Steps to the root of the local parabola, kept between the last place with U >= 0 and the last with
    U < 0. 0: the axis; at least X_MAX: outside the table; NaN: none found.
    """
    energy, h, x0, k, g0, d2 = star
    inside, outside = x0, math.nan
    for _ in range(_TURNS):
        if x >= X_MAX or x < X_AXIS:
            return x if x >= X_MAX else 0.0
        a, b, c = jet(plane, x)
        g = (d2 + x) * a
        i = 1.0 / x
        u = k + (x - x0) * (energy + h * i / x0) - (g - g0)
        if abs(u) <= NOISE * (abs(g) + abs(energy) * x):
            return x
        if u > 0.0:
            inside = x
        else:
            outside = x
        u1 = energy + h * i * i - (a + (d2 + x) * b)
        s = parabola(u, u1, -2.0 * h * i * i * i - (2.0 * b + (d2 + x) * c), side)
        if not abs(s) < math.inf:
            s = -u / u1
        if abs(s) <= STEP * x:
            return x + s
        y = x + s
        wrong = not abs(s) < math.inf or (y - inside) * side < 0.0 or y <= 0.0
        if outside == outside:
            wrong |= (y - outside) * side > 0.0
            bisected = math.sqrt(inside * outside)
        else:
            bisected = x * 2.0 if side > 0.0 else x * 0.25
        y = bisected if wrong else y
        if abs(y - x) <= ROUNDING * x:
            return y
        x = y
    return math.nan


@nb.njit(**PART)
def first_well(plane, star, side):  # type: ignore[no-untyped-def]
    """Return the root of U that is nearest to the star, where `turning_point` may have passed over a gap.

    Walks from the star in steps of 1 % of x; NaN if U stays positive.
    """
    energy, h, x0, k, g0, d2 = star
    inside, factor = x0, 1.01 if side > 0.0 else 1.0 / 1.01
    while X_AXIS < inside < 0.5 * X_MAX:
        x = inside * factor
        if k + (x - x0) * (energy + h / (x * x0)) - ((d2 + x) * value(plane, x) - g0) < 0.0:
            outside = x
            for _ in range(60):
                x = 0.5 * (inside + outside)
                if k + (x - x0) * (energy + h / (x * x0)) - ((d2 + x) * value(plane, x) - g0) < 0.0:
                    outside = x
                else:
                    inside = x
            return inside
        inside = x
    return math.nan


@nb.njit(**INLINE)
def integral(plane, star, x1, x2, points, starts, scratch):  # type: ignore[no-untyped-def]
    """Return JR, its change at the last level, and the lowest U / (d^2 + x) that was met."""
    energy, h, x0, k, g0, d2 = star
    low = math.sqrt(x1)
    span = math.sqrt(x2) - low
    group = min(max(-1 - octave(x1 / x2), 0), points.shape[0] - 1)
    total, last, lowest, change = 0.0, 0.0, 0.0, math.inf
    for level in range(starts.size - 1):
        first, count = starts[level], starts[level + 1] - starts[level]
        for j in range(count):
            r = low + span * points[group, 0, first + j]
            x = r * r
            scratch[j] = (k + (x - x0) * (energy + h / (x * x0)) + g0) / (d2 + x) - value(plane, x)
        for j in range(count):
            lowest = min(lowest, scratch[j])
            total += math.sqrt(max(scratch[j], 0.0)) * points[group, 1, first + j]
        action = total * span * (math.sqrt(2.0) / math.pi) / (1 << level)
        change = abs(action - last)
        if level > 0 and change <= TOLERANCE * (action + SMALL):
            return action, change, lowest
        last = action
    return last, change, lowest


@nb.njit(**PART)
def radial_motion(plane, d2_, points, starts, scratch, work, bits):  # type: ignore[no-untyped-def]
    """Write the rows JR, X1 and X2 of the stars that have no bit yet."""
    for i in range(d2_.size):
        if bits[i]:
            continue
        energy, x0, k, d2 = work[ENERGY, i], work[X0, i], work[KU, i], d2_[i]
        h = 0.5 * work[LZ, i] * work[LZ, i] * d2
        a, b, c = jet(plane, x0)
        g0, less = work[L, i] * a, 0.0
        centre = k - x0 * energy + h / x0 - (d2 * value(plane, X_MIN) - g0)
        axial = centre > 0.0 and h < BARRIER * d2 * centre
        if axial:
            k, h, less = k + h / x0, 0.0, 0.5 * abs(work[LZ, i])
            bits[i] |= _RADIAL
        star = (energy, h, x0, k, g0, d2)
        u1 = energy + h / (x0 * x0) - (a + work[L, i] * b)
        u2 = -2.0 * h / (x0 * x0 * x0) - (2.0 * b + work[L, i] * c)
        x1 = 0.0
        if not axial:
            guess = x0 + parabola(k, u1, u2, -1.0)
            x1 = turning_point(plane, star, guess if guess > 0.05 * x0 else 0.3 * x0, -1.0)
        guess = x0 + parabola(k, u1, u2, 1.0)
        x2 = turning_point(plane, star, guess if guess < 3.0 * x0 else 2.0 * x0, 1.0)
        work[X1, i], work[X2, i], work[JR, i] = x1, x2, 0.0
        if not (x1 <= x0 and x2 >= x0):
            bits[i] |= _NONE
        elif x2 >= X_MAX:
            bits[i] |= _FAR
        elif x2 > x1:
            action, change, lowest = integral(plane, star, x1, x2, points, starts, scratch)
            if lowest < WELL * a:
                bits[i] |= _SEPARATED
                near, far = first_well(plane, star, -1.0), first_well(plane, star, 1.0)
                x1, x2 = near if near > x1 else x1, far if far < x2 else x2
                work[X1, i], work[X2, i] = x1, x2
                action, change, lowest = integral(plane, star, x1, x2, points, starts, scratch)
            work[JR, i] = max(action - less, 0.0)
            if change > TOLERANCE * (action + SMALL):
                bits[i] |= _ROUGH
