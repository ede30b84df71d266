"""The sums behind ln L for many sets of parameters at once, compiled.

What depends on the points alone is computed once (`prepare`); what depends on the parameters alone, once a
set (`constants`). In between a point costs six exponentials, one normal tail and some arithmetic: the factors
that are no exponentials are multiplied, the rest is one exponent. Points are worked on in blocks that stay in
the cache for all sets, in loops without a branch; sums are taken over groups (the draws of a star, or 64
points of the volume), each in one order.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from galdask.migration.fit.vector_math import exp, fma, tail
from galdask.migration.model.choices import DEFAULT, Choices
from galdask.migration.model.parameters import FREE, Parameters
from galdask.migration.model.rows import Rows

#: numbers a point and a set of parameters
COLUMNS, CONSTANTS = 13, 16
#: points at a time, at least
_BLOCK = 640
#: below this |a tau_m| a series is used
_SMALL = 0.02
_IN2 = nb.types.Array(nb.float64, 2, "C", readonly=True)
_INLINE: dict[str, Any] = {"forceinline": True, "nogil": True, "error_model": "numpy"}


def prepare(rows: Rows, p: Parameters, fe_h: np.ndarray | None = None) -> np.ndarray:
    """Return what depends on the points and the fixed parameters alone.

    Parameters
    ----------
    rows : Rows
        The points, of any shape; dead ones stay, with no weight.
    p : Parameters
        Their fixed parameters are used.
    fe_h : ndarray, optional
        Observed [Fe/H] that goes with each point, dex; broadcast to the shape of the points.

    Returns
    -------
    (13, n) float64
    """
    tau, lz0, r0 = rows.tau, rows.lz0, rows.lz0 / p.VC
    share = tau / p.tau_m
    with np.errstate(divide="ignore"):
        log_left = np.log1p(-tau / p.T_enr)
    constant = rows.log_weight + np.log(lz0 * rows.kappa / rows.unit_height) - 0.5 * np.log(share)
    columns = (
        constant,
        lz0,
        tau,
        1.0 / np.sqrt(share),
        rows.lz,
        rows.kappa * rows.jr,
        np.log((tau + p.tau_1) / (p.tau_m + p.tau_1)),
        p.R_ref - rows.r_guide,
        np.abs(rows.z) / rows.unit_height,
        np.maximum(log_left, -1e6),
        np.minimum(r0, p.R_break),
        np.maximum(r0 - p.R_break, 0.0),
        np.broadcast_to(np.float64(0.0) if fe_h is None else fe_h, tau.shape),
    )
    return np.ascontiguousarray(np.stack([np.asarray(c, dtype=np.float64).reshape(-1) for c in columns]))


def constants(
    values: np.ndarray, p: Parameters, fe_h_err: float | None, choices: Choices = DEFAULT
) -> np.ndarray:
    """Return what depends on sets of parameters alone.

    Parameters
    ----------
    values : (w, 11) float64
        Free parameters, in the order of `FREE`.
    p : Parameters
        Their fixed parameters are used.
    fe_h_err : float or None
        Error of [Fe/H], dex; without one the points carry no [Fe/H].
    choices : Choices
        How the model is read.

    Returns
    -------
    (w, 16) float64
    """
    f = dict(zip(FREE, np.asarray(values, dtype=np.float64).T, strict=True))
    scale = p.VC * f["Rd0"]
    drift = 0.0 if choices.drift == "none" else -(f["sigma_Lz"] ** 2) / (2.0 * scale * p.tau_m)
    factor = -2.0 * np.log(scale) - np.log(p.tau_m * f["sigma_Lz"]) - 0.5 * np.log(2.0 * np.pi)
    factor += np.log(2.0) - 2.0 * np.log(f["sigma_vR0"]) - np.log(f["a_z"])
    if fe_h_err is not None:
        factor -= np.log(np.sqrt(2.0 * np.pi) * fe_h_err)
    columns = (
        -1.0 / scale,
        1.0 / f["tau_sfr"],
        -f["x_io"] / (p.VC * p.R0 * f["tau_sfr"]),
        p.tau_m,
        drift,
        1.0 / f["sigma_Lz"],
        -2.0 * f["beta"],
        -2.0 / f["R_sigmaR"],
        1.0 / f["sigma_vR0"] ** 2,
        2.0 / f["a_z"],
        f["gamma_feh"],
        f["feh_max"],
        p.grad_in,
        f["grad_feh"],
        0.0 if fe_h_err is None else 1.0 / fe_h_err,
        factor,
    )
    made = np.empty((factor.size, CONSTANTS))
    for k, column in enumerate(columns):
        made[:, k] = column
    return made


@nb.njit(**_INLINE)
def _sum(values):  # type: ignore[no-untyped-def]
    """Return the sum in a stated order: every fourth value, then the four sums."""
    a = b = c = d = 0.0
    whole = values.size - values.size % 4
    for j in range(0, whole, 4):
        a += values[j]
        b += values[j + 1]
        c += values[j + 2]
        d += values[j + 3]
    for j in range(whole, values.size):
        a += values[j]
    return (a + b) + (c + d)


@nb.njit(**_INLINE)
def _terms(c, points, out):  # type: ignore[no-untyped-def]
    """Write the terms of some points for one set of parameters; see `Rows.log_terms`."""
    fixed, lz0, tau, rate, lz, kj, grown, inward, height, left, inner, outer, fe_h = points
    for j in range(out.size):
        a = fma(c[2], lz0[j], c[1])
        x = a * c[3]
        m = fma(c[4], tau[j], lz0[j])
        per = c[5] * rate[j]
        u, t = (lz[j] - m) * per, m * per
        heat = fma(c[6], grown[j], c[7] * inward[j])
        two_z = c[9] * height[j]
        # eqs. 7-10, then the exponent of everything
        metal = fma(c[11], exp(c[10] * left[j]), fma(c[12], inner[j], c[13] * outer[j]))
        away = (fe_h[j] - metal) * c[14]
        e = fma(c[0], lz0[j], fixed[j]) + (c[15] - max(x, 0.0))
        e = fma(a, tau[j], e) - 0.5 * fma(u, u, away * away)
        e = (e + heat) - fma(kj[j] * c[8], exp(heat), two_z)
        # |x| / (1 - e^-|x|), eq. 2; near 0 its series
        s = abs(x)
        s2 = s * s
        series = fma(s, fma(s, fma(s2, fma(s2, 1.0 / 30240.0, -1.0 / 720.0), 1.0 / 12.0), 0.5), 1.0)
        above = series if s < _SMALL else s
        below = 1.0 if s < _SMALL else 1.0 - exp(-s)
        # Phi(t), eq. 4: one minus its tail, or below 0 the tail itself, whose exponential joins the exponent
        square = 0.5 * t * t
        beyond = tail(min(abs(t), 40.0))
        phi = fma(-exp(-square), beyond, 1.0) if t >= 0.0 else beyond
        e = e + (0.0 if t >= 0.0 else square)
        flat = 1.0 + exp(-two_z)
        out[j] = exp(e) * above / (below * phi * flat * flat)


def _kernel() -> Any:
    @nb.njit(nb.void(_IN2, nb.int64, _IN2, nb.float64[:, ::1]), cache=True, nogil=True, error_model="numpy")
    def group_sums(rows, group, sets, out):  # type: ignore[no-untyped-def]
        n, together = rows.shape[1], -(-_BLOCK // group)
        scratch = np.empty(together * group)
        for first in range(0, out.shape[1], together):
            a, last = first * group, min(first + together, out.shape[1])
            b = min(last * group, n)
            points = (
                rows[0, a:b], rows[1, a:b], rows[2, a:b], rows[3, a:b], rows[4, a:b], rows[5, a:b],
                rows[6, a:b], rows[7, a:b], rows[8, a:b], rows[9, a:b], rows[10, a:b], rows[11, a:b],
                rows[12, a:b],
            )  # fmt: skip
            terms = scratch[: b - a]
            for w in range(sets.shape[0]):
                _terms(sets[w], points, terms)
                for g in range(first, last):
                    low = (g - first) * group
                    out[w, g] = _sum(terms[low : min(low + group, b - a)])

    return group_sums


_group_sums = _kernel()


def group_sums(rows: np.ndarray, group: int, sets: np.ndarray) -> np.ndarray:
    """Return the sum of exp(log_terms) over groups of points, times the density of [Fe/H] if they have one.

    Parameters
    ----------
    rows : (13, n) float64
        From `prepare`.
    group : int
        Points a group; the last one may be shorter.
    sets : (w, 16) float64
        From `constants`.

    Returns
    -------
    (w, groups) float64
        What is below 1e-304 counts as nothing.
    """
    out = np.empty((sets.shape[0], -(-rows.shape[1] // group)))
    _group_sums(rows, group, sets, out)
    return out
