"""True values behind an observed star, drawn once: its likelihood is a mean over them.

    p(obs) = INT p(obs | true) p_MW(true) S f D^2 cos b / (2 pi)^2 dtrue
           ~ 1/K sum_k p(obs | true_k) / q(true_k | obs) ...      true_k from q

Ages are drawn in log10 from the Gaussian of their error, cut to the ages that the tracer and the model have;
distances and velocities from the Gaussians of theirs; birth angular momenta about those that [Fe/H] and the
age give at a reference set of parameters. The [Fe/H] that a set of parameters gives to (Lz0, tau) is compared
with the observed one, so the likelihood is smooth in every parameter (`fit/likelihood.py`). The paper draws
[Fe/H] instead and finds Lz0 from it: the same integral, but each draw that crosses the break of the gradient
makes a step (`mode="feh"`, for comparison).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from galdask import rng
from galdask.errors import InputError
from galdask.migration.model import enrichment
from galdask.migration.model.choices import DEFAULT, Choices
from galdask.migration.model.parameters import Parameters
from galdask.migration.model.rows import Rows, rows_at
from galdask.migration.survey import truncated
from galdask.migration.survey.noise import Noise, Stars
from galdask.migration.survey.selection import Selection
from galdask.migration.survey.sky import Seen, Sun, motion
from galdask.migration.survey.tracer import Tracer
from galdask.stars.orbits import actions, planar

Backend = Literal["planar", "staeckel"]
Mode = Literal["lz0", "feh"]
#: width of the proposal in Lz0 / VC, in units of the error of [Fe/H] over the gradient; kpc near the break
_WIDER, _NEAR, _NEAR_WIDTH = 1.3, 4.5, 1.9
#: root of x^4 = x + 1: multiples of its powers fill a cube evenly
_ROOT = 1.2207440846057596


class StarRows(NamedTuple):
    """Draws of the true values of stars."""

    rows: Rows
    """Arrays of shape (stars, draws); `log_weight` holds everything but the density and [Fe/H]."""
    fe_h: np.ndarray
    """Observed [Fe/H], shape (stars,), dex; in the mode "feh" drawn ones, shape (stars, draws)."""
    fe_h_err: float
    """Its error, dex."""
    reference: Parameters
    """Where births were drawn about; its fixed parameters hold."""
    choices: Choices
    """How the model is read."""
    mode: Mode = "lz0"
    """What is drawn: Lz0, or [Fe/H]."""


def star_rows(
    stars: Stars,
    reference: Parameters,
    selection: Selection,
    noise: Noise = Noise(),  # noqa: B008 - frozen
    tracer: Tracer = Tracer(),  # noqa: B008 - frozen
    *,
    draws: int = 80,
    seed: int = 1,
    sun: Sun = Sun(),  # noqa: B008 - frozen
    choices: Choices = DEFAULT,
    backend: Backend = "planar",
    mode: Mode = "lz0",
) -> StarRows:
    """Return draws of the true values of stars, with their importance weights.

    Parameters
    ----------
    stars : Stars
        What was observed.
    reference : Parameters
        Where birth angular momenta are drawn about; its fixed parameters hold.
    selection : Selection
        Acts on true distances.
    noise : Noise
        Errors of the observations.
    tracer : Tracer
        Weight of ages.
    draws : int
        A star.
    seed : int
        Draws depend on the keys of the stars, their number and this seed alone.
    sun, choices, backend :
        Where the Sun is; how the model is read; "planar" actions, exact in the plane, or "staeckel".
    mode : {"lz0", "feh"}
        What is drawn: Lz0, or [Fe/H] as in the paper.

    Raises
    ------
    InputError
        If a star lies in no field.
    """
    from scipy.special import ndtri

    inside = np.zeros(stars.size, dtype=bool)
    inside[selection.fields.members(stars.l, stars.b)[0]] = True
    if not np.all(inside):
        raise InputError(
            "stars lie in no field of the survey",
            where=f"row {int(np.flatnonzero(~inside)[0])} is the first",
            found=f"{np.count_nonzero(~inside)} of {stars.size}",
            todo="leave them out by a cut, or add their fields",
        )
    even, normal = _random(stars.key, draws, seed)
    tau, log_w = _ages(stars.age[:, None], even[0], noise, tracer, reference)
    distance, more = _distances(stars.distance[:, None], ndtri(even[2]), noise)
    log_w = log_w + more
    seen = Seen(
        stars.l[:, None],
        stars.b[:, None],
        np.where(distance > 0.0, distance, np.nan),
        stars.vlos[:, None] + stars.vlos_err[:, None] * normal[0],
        stars.pml[:, None] + stars.pml_err[:, None] * normal[1],
        stars.pmb[:, None] + stars.pmb_err[:, None] * normal[2],
    )
    there = motion(seen, sun)
    fe_h = stars.fe_h
    if mode == "lz0":
        lz0, log_q = _births(fe_h[:, None], tau, even[1], noise, reference)
    else:
        fe_h = fe_h[:, None] + noise.fe_h * truncated.draw(even[1], -np.inf, np.inf)  # type: ignore[arg-type]
        lz0, log_q = (
            np.full(tau.shape, reference.scale),
            np.zeros(1),
        )  # stands in: Lz0 depends on the parameters
    jr = _radial_action(
        there.r, there.vr, there.vphi, there.z, there.vz, choices.potential_of(reference), backend
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        log_w = (
            log_w - log_q + np.log(tracer.weight(tau)) + np.log(selection.along(stars.l, stars.b, distance))
        )
        log_w = log_w + 2.0 * np.log(distance) + np.log(np.cos(stars.b))[:, None]
    log_w = np.where(np.isnan(log_w), -np.inf, log_w) - 2.0 * np.log(2.0 * np.pi) - np.log(draws)
    rows = rows_at(reference, tau, lz0, there.r * there.vphi, jr, there.z, there.r, log_w, choices)
    return StarRows(rows, fe_h, noise.fe_h, reference, choices, mode)


def _random(key: np.ndarray, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return three even and three normal numbers for every star and draw, each (3, n, K).

    The even ones are a sequence that fills the cube (multiples of powers of the root of x^4 = x + 1), shifted
    by a random vector for each star: each draw is even, and a mean over them has about a fifth of the
    variance of one over independent draws (80 stand for 400).
    """
    keys, index = np.repeat(key, draws), np.tile(np.arange(draws), key.size)
    normal = rng.normal(keys, index + 1, seed, "migration noise").T[:3].reshape(3, key.size, draws)
    shift = rng.uniform(key, 0, seed, "migration noise").T[:3]
    turns = np.outer(_ROOT ** -np.arange(1.0, 4.0), np.arange(draws))
    even = (shift[:, :, None] + turns[:, None, :]) % 1.0
    return np.clip(even, 1e-12, 1.0 - 1e-12), normal


def _ages(
    observed: np.ndarray, even: np.ndarray, noise: Noise, tracer: Tracer, p: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Return ages and ln w: errors are a density in the observed age, draws one in the true age."""
    middle = np.log10(observed)
    low = (np.log10(tracer.youngest) - middle) / noise.log_age
    high = (np.log10(p.tau_m) - middle) / noise.log_age
    step = truncated.draw(even, low, high)
    tau = np.clip(10.0 ** (middle + noise.log_age * step), tracer.youngest, p.tau_m)
    return tau, np.log(tau / observed) + truncated.log_share(low, high)


def _distances(observed: np.ndarray, normal: np.ndarray, noise: Noise) -> tuple[np.ndarray, np.ndarray]:
    """Return distances and ln w, with the factor of proper motions where they carry the noise."""
    if noise.distance_law == "lognormal":
        distance = observed * np.exp(noise.distance * normal)
        log_w = np.log(distance / observed)
    else:
        distance = observed * (1.0 + noise.distance * normal)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = observed / distance
            log_w = np.log(ratio) - 0.5 * normal**2 * (ratio**2 - 1.0)
    if noise.velocity_jacobian == "pm":
        with np.errstate(divide="ignore", invalid="ignore"):
            log_w = log_w + np.log(distance / observed)
    return distance, np.where(distance > 0.0, log_w, -np.inf)


def _births(
    fe_h: np.ndarray, tau: np.ndarray, even: np.ndarray, noise: Noise, p: Parameters
) -> tuple[np.ndarray, np.ndarray]:
    """Return Lz0 (kpc km/s) and ln of the density that it was drawn from."""
    middle = np.maximum(enrichment.birth_lz(p, fe_h, tau) / p.VC, 0.0)
    width = np.where(middle < _NEAR, _NEAR_WIDTH, _WIDER * noise.fe_h / abs(p.grad_feh))
    step = truncated.draw(even, -middle / width, np.full(middle.shape, np.inf))
    log_q = -0.5 * step**2 - 0.5 * np.log(2.0 * np.pi) - np.log(width * p.VC)
    return p.VC * (middle + width * step), log_q - truncated.log_share(-middle / width, np.inf)  # type: ignore[arg-type]


def _radial_action(
    r: np.ndarray,
    vr: np.ndarray,
    vphi: np.ndarray,
    z: np.ndarray,
    vz: np.ndarray,
    potential: object,
    backend: Backend,
) -> np.ndarray:
    if backend == "staeckel":
        return actions(r, vr, vphi, z, vz, potential=potential)["jr"]
    return planar(r, vr, vphi, potential=potential)["jr"]
