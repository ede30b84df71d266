"""Stars of the model as a survey would have them: selected by place and age, with errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from galdask import rng
from galdask.errors import ConfigError
from galdask.migration.model.choices import DEFAULT, Choices
from galdask.migration.model.draws import Draws
from galdask.migration.model.parameters import Parameters
from galdask.migration.survey.brute_force import place_stars
from galdask.migration.survey.noise import Noise, Stars
from galdask.migration.survey.selection import Selection
from galdask.migration.survey.sky import Motion, Seen, Sun, observe
from galdask.migration.survey.tracer import Tracer

#: draws at a time, at least and at most; for each star that is wanted
_LEAST, _MOST, _A_STAR = 20_000, 200_000, 250
#: standard errors of velocities along the line of sight (km/s) and of proper motions (mas/yr)
VLOS_ERR, PM_ERR = 0.3, 0.04


class Sample(NamedTuple):
    """Observed stars, and the truth behind them."""

    stars: Stars
    true: Draws
    true_motion: Motion
    true_distance: np.ndarray
    """Kpc."""
    drawn: int
    """Stars of the model that were looked at, within the window of azimuth."""
    log_volume: float
    """ln V_S as these stars give it."""


def observe_stars(
    p: Parameters,
    selection: Selection,
    n: int,
    seed: int,
    *,
    noise: Noise = Noise(),  # noqa: B008 - frozen
    tracer: Tracer = Tracer(),  # noqa: B008 - frozen
    sun: Sun = Sun(),  # noqa: B008 - frozen
    choices: Choices = DEFAULT,
    seen_so_far: Callable[[int], object] | None = None,
) -> Sample:
    """Return the first n stars of a stream that a survey selects, as observed.

    Parameters
    ----------
    p : Parameters
        The truth.
    selection : Selection
        The survey; it acts on true places.
    n, seed : int
        Number of stars; the same seed gives the same stars, and a larger n only adds some.
    noise, tracer, sun, choices :
        Errors; kind of star; where the Sun is; how the model is read.
    seen_so_far : callable, optional
        Is told the number of stars found, from time to time.

    Raises
    ------
    ConfigError
        If n is not positive.
    """
    if n < 1:
        raise ConfigError("a mock needs stars", expected="at least 1", found=n)
    window = float(np.arcsin(selection.reach / sun.r)) if selection.reach < sun.r else np.pi
    size = min(max(_A_STAR * n, _LEAST), _MOST)
    parts: list[tuple[np.ndarray, ...]] = []
    found, drawn = 0, 0
    while found < n:
        block = place_stars(p, size, seed, first=drawn, choices=choices, window=window, tracer=tracer)
        drawn += size
        m = block.motion
        near = np.abs(m.r - sun.r) < selection.reach
        seen = observe(Motion(*(x[near] for x in m)), sun)
        number = block.number[near]
        even = rng.uniform(number, 0, seed, "migration survey")[:, 0]
        chosen = even < selection.probability(seen.l, seen.b, seen.distance)
        which = np.flatnonzero(near)[chosen]
        rows = (
            number[chosen],
            *(x[which] for x in block.stars),
            *(x[which] for x in m),
            *(x[chosen] for x in seen),
        )
        parts.append(rows)
        found += int(np.count_nonzero(chosen))
        if seen_so_far is not None:
            seen_so_far(found)
    log_volume = float(np.log(found / drawn * tracer.peak * window / np.pi))
    joined = [np.concatenate(column)[:n] for column in zip(*parts, strict=True)]
    true, motion, seen = Draws(*joined[1:7]), Motion(*joined[7:13]), Seen(*joined[13:19])
    stars = _with_errors(joined[0], true, seen, noise, seed)
    return Sample(stars, true, motion, seen.distance, drawn, log_volume)


def _with_errors(key: np.ndarray, true: Draws, seen: Seen, noise: Noise, seed: int) -> Stars:
    first = rng.normal(key, 1, seed, "migration survey").T
    second = rng.normal(key, 2, seed, "migration survey").T
    factor = noise.distance * first[1]
    spread = np.exp(factor) if noise.distance_law == "lognormal" else 1.0 + factor
    return Stars(
        key,
        seen.l,
        seen.b,
        seen.distance * spread,
        true.tau * 10.0 ** (noise.log_age * first[0]),
        true.fe_h + noise.fe_h * first[2],
        seen.vlos + VLOS_ERR * first[3],
        seen.pml + PM_ERR * second[0],
        seen.pmb + PM_ERR * second[1],
        *(np.full(key.size, error) for error in (VLOS_ERR, PM_ERR, PM_ERR)),
    )
