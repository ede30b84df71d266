"""Monte Carlo draws of measured numbers: counter-based normal numbers, compiled.

The numbers of a draw are functions of (seed, star key, purpose, draw): they are the same for any
partitioning, order and number of workers. They are those of `galdask.rng.normal`, which is their oracle;
one call of the generator serves four draws of one number, or two of a pair.
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np

from galdask import rng
from galdask.stars.uncertainties import MODELS

#: a draw that must be positive is taken anew until it is, so often
_ATTEMPTS = 64
_GAUSSIAN, _POSITIVE, _LOGNORMAL, _QUANTILES, _PARALLAX, _DEX = (
    MODELS[name] for name in ("gaussian", "positive", "lognormal", "quantiles", "parallax", "dex")
)
_IN = nb.types.Array(nb.float64, 1, "C", readonly=True)
_KEYS = nb.types.Array(nb.uint64, 1, "C", readonly=True)
_OUT = nb.float64[:, ::1]
_M0, _M1 = 0xD2511F53, 0xCD9E8D57
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_ROUNDS = 10
_TURN, _LN_10 = 2.0 * math.pi, math.log(10.0)


@nb.njit(nogil=True, error_model="numpy", inline="always")
def _words(key, index, seed, purpose):  # type: ignore[no-untyped-def]
    """Return four 32-bit words of Philox 4x32; see `galdask.rng.philox`."""
    low, shift = nb.uint64(0xFFFFFFFF), nb.uint64(32)
    c0, c1, c2, c3 = key & low, key >> shift, index & low, index >> shift
    k0, k1 = seed, purpose
    for _ in range(_ROUNDS):
        p0, p1 = nb.uint64(_M0) * c0, nb.uint64(_M1) * c2
        c0, c1 = (p1 >> shift) ^ c1 ^ k0, p1 & low
        c2, c3 = (p0 >> shift) ^ c3 ^ k1, p0 & low
        k0, k1 = (k0 + nb.uint64(_W0)) & low, (k1 + nb.uint64(_W1)) & low
    return c0, c1, c2, c3


@nb.njit(nogil=True, error_model="numpy", inline="always")
def _four(key, index, seed, purpose):  # type: ignore[no-untyped-def]
    """Return four standard normal numbers; see `galdask.rng.normal`."""
    w0, w1, w2, w3 = _words(key, index, seed, purpose)
    scale = 2.0**-32
    a, b = math.sqrt(-2.0 * math.log((w0 + 0.5) * scale)), math.sqrt(-2.0 * math.log((w2 + 0.5) * scale))
    s, t = _TURN * ((w1 + 0.5) * scale), _TURN * ((w3 + 0.5) * scale)
    return a * math.cos(s), b * math.cos(t), a * math.sin(s), b * math.sin(t)


@nb.njit(nogil=True, error_model="numpy", inline="always")
def _lane(four, lane):  # type: ignore[no-untyped-def]
    return four[0] if lane == 0 else four[1] if lane == 1 else four[2] if lane == 2 else four[3]


@nb.njit(
    nb.void(_KEYS, nb.uint64, nb.uint64, nb.int64, _IN, _IN, _IN, _OUT),
    cache=True,
    nogil=True,
    error_model="numpy",
)
def _numbers(keys, seed, purpose, model, value, low, high, out):  # type: ignore[no-untyped-def]
    positive = model in (_POSITIVE, _QUANTILES, _PARALLAX)
    for i in range(keys.size):
        v, below, above = value[i], low[i], high[i]
        if not (abs(v) < np.inf and below >= 0.0 and above >= 0.0) or (model != _GAUSSIAN and v <= 0.0):
            for j in range(out.shape[0]):
                out[j, i] = math.nan
            continue
        for first in range(0, out.shape[0], 4):
            index = nb.uint64(first >> 2)
            four = _four(keys[i], index, seed, purpose)
            for lane in range(min(4, out.shape[0] - first)):
                n = _lane(four, lane)
                if model == _LOGNORMAL:
                    out[first + lane, i] = v * math.exp(n * ((above if n > 0.0 else below) / v))
                    continue
                if model == _DEX:
                    out[first + lane, i] = v * math.exp(n * _LN_10 * (above if n > 0.0 else below))
                    continue
                found = v + n * (above if n > 0.0 else below)
                if positive:
                    attempt = 1
                    while not found > 0.0 and attempt < _ATTEMPTS:
                        again = (nb.uint64(attempt) << nb.uint64(32)) | index
                        n = _lane(_four(keys[i], again, seed, purpose), lane)
                        found = v + n * (above if n > 0.0 else below)
                        attempt += 1
                    if not found > 0.0:
                        found = math.nan
                out[first + lane, i] = 1.0 / found if model == _PARALLAX else found


@nb.njit(
    nb.void(_KEYS, nb.uint64, nb.uint64, _IN, _IN, _IN, _IN, _IN, _OUT, _OUT),
    cache=True,
    nogil=True,
    error_model="numpy",
)
def _pairs(keys, seed, purpose, u, v, u_err, v_err, correlation, u_out, v_out):  # type: ignore[no-untyped-def]
    draws = u_out.shape[0]
    for i in range(keys.size):
        rho = correlation[i]
        rest = math.sqrt(1.0 - rho * rho)
        for first in range(0, draws, 2):
            n0, n1, n2, n3 = _four(keys[i], nb.uint64(first >> 1), seed, purpose)
            u_out[first, i] = u[i] + u_err[i] * n0
            v_out[first, i] = v[i] + v_err[i] * (rho * n0 + rest * n1)
            if first + 1 < draws:
                u_out[first + 1, i] = u[i] + u_err[i] * n2
                v_out[first + 1, i] = v[i] + v_err[i] * (rho * n2 + rest * n3)


def draw_numbers(
    keys: np.ndarray,
    seed: int,
    purpose: str,
    model: str,
    value: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    draws: int,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Return draws of one number of each star.

    Parameters
    ----------
    keys : (n,) uint64
        Star keys.
    seed : int
        0 <= seed < 2**32.
    purpose : str
        What is drawn, of `galdask.rng.PURPOSES`.
    model : str
        Of `galdask.stars.uncertainties.MODELS`. "gaussian": value + low or high times a normal number, by its
        sign. "positive": the same, drawn anew until it is positive. "lognormal": the logarithm is normal
        about that of the value, of width low or high over the value. "quantiles": as "positive"; half of the
        draws lie below the value, 16 % below value - low and 16 % above value + high, but for what is not
        positive. "parallax": as "positive", and its inverse is returned. "dex": the decimal logarithm is
        normal about that of the value, of width low or high.
    value, low, high : (n,) float64
        The number and its errors below and above.
    draws : int
        How many.
    out : (draws, n) float64, optional
        Where they go.

    Returns
    -------
    (draws, n) float64
        NaN for a star without a finite value or without errors, or without a positive value where draws are
        positive.
    """
    out = np.empty((draws, keys.size)) if out is None else out
    number, code = np.uint64(rng.PURPOSES[purpose]), MODELS[model]
    _numbers(keys, np.uint64(seed), number, code, value, low, high, out)
    return out


def draw_pairs(
    keys: np.ndarray,
    seed: int,
    purpose: str,
    values: tuple[np.ndarray, np.ndarray],
    errors: tuple[np.ndarray, np.ndarray],
    correlation: np.ndarray,
    draws: int,
    out: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return draws of two correlated normal numbers of each star.

    Parameters
    ----------
    keys, seed, purpose, draws
        As for `draw_numbers`.
    values, errors : two of (n,) float64
        The numbers and their 1-sigma errors.
    correlation : (n,) float64
        Within [-1, 1].
    out : two of (draws, n) float64, optional
        Where they go.

    Returns
    -------
    two of (draws, n) float64
        NaN where a value or an error is.
    """
    made = (np.empty((draws, keys.size)), np.empty((draws, keys.size))) if out is None else out
    _pairs(keys, np.uint64(seed), np.uint64(rng.PURPOSES[purpose]), *values, *errors, correlation, *made)
    return made


def normals_numpy(keys: np.ndarray, seed: int, purpose: str, count: int, attempt: int = 0) -> np.ndarray:
    """Return the (count, n) standard normal numbers behind the draws, by numpy.

    The number j of a star is number j % 4 of `galdask.rng.normal` at index j // 4 + attempt * 2**32. Draws of
    one number take them one by one, draws of pairs two by two.
    """
    out = np.empty((4 * -(-count // 4), keys.size))
    for first in range(0, count, 4):
        index = np.uint64(first // 4) | (np.uint64(attempt) << np.uint64(32))
        out[first : first + 4] = rng.normal(keys, np.full(keys.size, index), seed, purpose).T
    return out[:count]
