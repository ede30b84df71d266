"""The vertical motion of the fudge: the turning latitude and the action.

With t = cos^2 v along the spheroid of the star's u the potential is Phi at R^2 = x0 (1 - t),
z^2 = lam t, lam = x0 + d^2. The squared momentum times d^2 is

    V(t) = k - E d^2 (t - t0) - ((x0 + d^2 (1 - t)) Phi - g0) - lz^2 (t - t0) / (2 (1 - t) (1 - t0))

where t0 is the star's and k = p_v^2 / 2, and Jz = 2 sqrt(2) / pi times the integral of sqrt(V / (1 - t)) over
sqrt(t) from the plane to the turning point (Binney 2012, MNRAS 426, 1324).
"""

from __future__ import annotations

import math

import numba as nb

from galdask.stars.orbits import status
from galdask.stars.orbits.compiled import INLINE, PART
from galdask.stars.orbits.field import derivatives, potential
from galdask.stars.orbits.motion import ENERGY, JZ, KV, LZ, PHI, T0, T1, W0, X0, L
from galdask.stars.orbits.radial import BARRIER, NOISE, ROUNDING, SMALL, STEP, TOLERANCE, WELL
from galdask.stars.orbits.tabulated import octave

_NONE, _PLANAR, _RADIAL, _ROUGH, _SEPARATED = (
    status.NO_CONVERGENCE,
    status.PLANAR,
    status.RADIAL,
    status.ROUGH,
    status.SEPARATED,
)
_FAILED = status.FAILED
_TURNS = 100


@nb.njit(**INLINE)
def momentum(field, star, t, w, i):  # type: ignore[no-untyped-def]
    """Return V at t = 1 - w, i = 1 / w."""
    energy, b, x0, lam, t0, _, k, g0 = star
    d2, s = lam - x0, t - t0
    return k - s * (energy * d2 + b * i) - ((x0 + d2 * w) * potential(field, x0 * w, lam * t) - g0)


@nb.njit(**INLINE)
def turning_latitude(field, star):  # type: ignore[no-untyped-def]
    """Return t and 1 - t of the root of V beyond the star, each to its own relative precision, or NaN.

    Halley's steps, kept between the last place with V >= 0 and the last with V < 0.
    """
    energy, b, x0, lam, t0, w0, k, g0 = star
    d2, h = lam - x0, b * w0
    t, w, inside, outside = t0, w0, t0, 1.0
    for _ in range(_TURNS):
        f, fx, fy, fxx, fxy, fyy = derivatives(field, x0 * w, lam * t)
        f1, f2 = lam * fy - x0 * fx, lam * lam * fyy - 2.0 * lam * x0 * fxy + x0 * x0 * fxx
        c, i = x0 + d2 * w, 1.0 / w
        v = k - (t - t0) * (energy * d2 + b * i) - (c * f - g0)
        if abs(v) <= NOISE * abs(g0):
            return t, w
        if v > 0.0:
            inside = t
        else:
            outside = min(outside, t)
        v1 = d2 * (f - energy) - c * f1 - h * i * i
        v2 = 2.0 * d2 * f1 - c * f2 - 2.0 * h * i * i * i
        s = -2.0 * v * v1 / (2.0 * v1 * v1 - v * v2)
        if abs(s) <= STEP * min(t, w):
            return t + s, w - s
        if not (inside <= t + s < outside):
            s = 0.5 * (outside - t) if v > 0.0 else 0.5 * (inside - t)
            if abs(s) <= ROUNDING * min(t, w):
                return t, w
        t, w = t + s, w - s
    return math.nan, math.nan


@nb.njit(**PART)
def first_latitude(field, star):  # type: ignore[no-untyped-def]
    """Return t and 1 - t of the root of V that is nearest to the star; walks in steps of 1 % of each."""
    t, w = star[4], star[5]
    while w > 1e-12:
        step = 0.01 * min(t + 1e-6, w)
        if momentum(field, star, t + step, w - step, 1.0 / (w - step)) < 0.0:
            for _ in range(60):
                step *= 0.5
                if not momentum(field, star, t + step, w - step, 1.0 / (w - step)) < 0.0:
                    t, w = t + step, w - step
            return t, w
        t, w = t + step, w - step
    return 1.0, 0.0


@nb.njit(**INLINE)
def integral(field, star, t1, w1, thin, over, points, starts, pole, scratch):  # type: ignore[no-untyped-def]
    """Return Jz, its change at the last level, and the lowest V / (1 - t) that was met.

    `thin` is the squared thickness of the potential, kpc^2; `over`: the orbit passes over the pole.
    """
    a = min(max((3 - octave(thin / (star[3] * t1))) >> 1, 0), points.shape[0] - 1)
    b = 0 if over else min(max((-1 - octave(w1)) >> 1, 0), points.shape[1] - 1)
    total, last, lowest, change = 0.0, 0.0, 0.0, math.inf
    if over:
        total = math.sqrt(max(momentum(field, star, 1.0, 0.0, 0.0), 0.0)) * pole[a]
    for level in range(starts.size - 1):
        first, count = starts[level], starts[level + 1] - starts[level]
        for j in range(count):
            t = t1 * points[a, b, 0, first + j]
            w = w1 + t1 * points[a, b, 1, first + j]
            i = 1.0 / w
            scratch[j] = momentum(field, star, t, w, i) * i
        for j in range(count):
            lowest = min(lowest, scratch[j])
            total += math.sqrt(max(scratch[j], 0.0)) * points[a, b, 2, first + j]
        action = total * math.sqrt(t1) * (2.0 * math.sqrt(2.0) / math.pi) / (1 << level)
        change = abs(action - last)
        if level > 0 and change <= TOLERANCE * (action + SMALL):
            return action, change, lowest
        last = action
    return last, change, lowest


@nb.njit(**PART)
def vertical_motion(field, thin, stars, points, starts, pole, scratch, work, bits):  # type: ignore[no-untyped-def]
    """Write the rows JZ and T1 of the stars that have not failed."""
    for i in range(stars):
        if bits[i] & _FAILED:
            continue
        energy, x0, lam, t0, w0, k = (
            work[ENERGY, i],
            work[X0, i],
            work[L, i],
            work[T0, i],
            work[W0, i],
            work[KV, i],
        )
        work[JZ, i] = work[T1, i] = 0.0
        if t0 == 0.0 and k == 0.0:
            bits[i] |= _PLANAR
            continue
        h, less, over = 0.5 * work[LZ, i] * work[LZ, i], 0.0, False
        g0 = (x0 + (lam - x0) * w0) * work[PHI, i]
        if h < -BARRIER * lam * energy:
            over = h < BARRIER * momentum(
                field, (energy, 0.0, x0, lam, t0, w0, k + h / w0, g0), 1.0, 0.0, 0.0
            )
        if over:
            k, h, less = k + h / w0, 0.0, abs(work[LZ, i])
            bits[i] |= _RADIAL
        star = (energy, h / w0, x0, lam, t0, w0, k, g0)
        t1, w1 = (1.0, 0.0) if over else turning_latitude(field, star)
        work[T1, i] = t1
        if not t1 >= t0:
            bits[i] |= _NONE
        elif t1 > 0.0:
            action, change, lowest = integral(field, star, t1, w1, thin, over, points, starts, pole, scratch)
            if lowest < WELL * work[PHI, i] * lam:
                bits[i] |= _SEPARATED
                near, beside = first_latitude(field, star)
                if near < t1:
                    t1, w1, work[T1, i] = near, beside, near
                    action, change, lowest = integral(
                        field, star, t1, w1, thin, over, points, starts, pole, scratch
                    )
            work[JZ, i] = max(action - less, 0.0)
            if change > TOLERANCE * (action + SMALL):
                bits[i] |= _ROUGH
