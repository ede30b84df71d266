"""Mocks of the migration model, fitted as a user would fit them, and how far the fits are from the truth.

One mock is one stream of stars (`observe_stars`), one set of draws and one set of volume points, each from
its own seed: nothing is shared between the mocks of a study. A fit has two stages, as in the paper: from a
start some way off to a first optimum, about which draws and volume are made anew, and from there to the
optimum.
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from scipy import stats

from galdask.migration import TABLE_1
from galdask.migration.fit.compiled import CompiledLikelihood
from galdask.migration.fit.likelihood import Likelihood
from galdask.migration.fit.optimum import Optimum, maximise
from galdask.migration.model.parameters import FREE, Parameters
from galdask.migration.survey import marginal
from galdask.migration.survey.noise import Noise
from galdask.migration.survey.observed import Sample, observe_stars
from galdask.migration.survey.selection import Selection, select
from galdask.migration.survey.toy import toy_survey
from galdask.migration.survey.volume import sample_volume

P = TABLE_1
T = TypeVar("T")
#: 13 % off, half of the parameters upwards
SIGNS = np.array([-1, 1, -1, 1, 1, -1, 1, -1, 1, -1, 1])
START = P.with_vector(P.vector() * (1 + 0.13 * SIGNS))
#: standard errors expected of 2000 stars
EXPECTED = (0.11, 0.037, 0.088, 15, 1.04, 0.026, 1.5, 0.046, 0.044, 0.0017, 0.016)
#: points of the volume for each star, at least; draws a star
A_STAR, DRAWS = 25, 80
#: limits of one fit: each parameter, all together (chi2 with 11 degrees of freedom), sigma_Lz
ONE, LZ = 3.5, 3.0
ALL = float(stats.chi2(len(FREE)).isf(0.001))
#: limits of twenty fits, 99.9 %: mean and standard deviation of a parameter's pulls
MEAN, SPREAD = 0.74, (0.51, 1.56)


@functools.cache
def survey() -> Selection:
    """The toy survey."""
    return select(toy_survey())


@functools.lru_cache(maxsize=2)
def mock(n: int, seed: int, p: Parameters = P) -> Sample:
    """Stars of a set of parameters as the toy survey sees them."""
    return observe_stars(p, survey(), n, seed)


def likelihood(
    sample: Sample,
    seed: int,
    reference: Parameters,
    *,
    draws: int = DRAWS,
    points: int | None = None,
    noise: Noise = Noise(),  # noqa: B008 - frozen
) -> CompiledLikelihood:
    """The likelihood of a mock; draws and volume come from this seed and lie about the reference."""
    n = sample.stars.size
    rows = star_rows(sample, reference, seed, draws, noise)
    size = A_STAR * n if points is None else points
    volume = sample_volume(reference, survey(), points=size, seed=seed + 100)
    return CompiledLikelihood(Likelihood(rows, volume))


def star_rows(
    sample: Sample,
    reference: Parameters,
    seed: int,
    draws: int,
    noise: Noise = Noise(),  # noqa: B008
) -> marginal.StarRows:
    """Draws of the true values of a mock's stars."""
    return marginal.star_rows(sample.stars, reference, survey(), noise, draws=draws, seed=seed + 7)


@dataclass(frozen=True)
class Recovery:
    """One mock, fitted."""

    n: int
    seed: int
    pulls: tuple[float, ...]
    """(optimum - truth) / error in the coordinates of the fit."""
    chi2: float
    """d^T H d in these."""
    raw_pulls: tuple[float, ...]
    """(optimum - truth) / error in the parameters themselves."""
    values: tuple[float, ...]
    errors: tuple[float, ...]
    correlation: float
    """Of sigma_Lz and grad_feh."""
    gain: float
    """2 (ln L at the optimum - ln L at the truth)."""
    converged: bool
    floored: int
    effective: float
    """Effective size of the volume at the optimum, over the number of stars."""
    iterations: int
    seconds: float

    def failures(self) -> list[str]:
        """What is not as it should be; empty for a good fit."""
        found = [] if self.converged else ["not converged"]
        found += [f"{n} {v:+.2f}" for n, v in zip(FREE, self.pulls, strict=True) if not abs(v) < ONE]
        if not abs(self.pulls[FREE.index("sigma_Lz")]) < LZ:
            found.append("sigma_Lz above 3")
        found += [f"chi2 {self.chi2:.1f}"] if not self.chi2 < ALL else []
        found += ["truth is better"] if self.gain < 0 else []
        found += [f"volume {self.effective:.1f}"] if self.effective < 0.9 * A_STAR else []
        return found


def judged(
    fit: Optimum, made: CompiledLikelihood, sample: Sample, seed: int, effective: float, began: float
) -> Recovery:
    """The numbers of a fit."""
    truth = P
    pulls, chi2 = fit.distance(truth)
    errors = np.array(list(fit.errors().values()))
    cov = np.linalg.inv(fit.hessian)
    a, b = FREE.index("sigma_Lz"), FREE.index("grad_feh")
    # the coordinate of grad_feh is ln(-grad_feh): its sign turns
    corr = -float(cov[a, b] / np.sqrt(cov[a, a] * cov[b, b]))
    values = fit.parameters.vector()
    both, floored = made.evaluate([fit.parameters, truth])
    return Recovery(
        sample.stars.size, seed, tuple(pulls.tolist()), chi2,
        tuple(((values - truth.vector()) / errors).tolist()), tuple(values.tolist()), tuple(errors.tolist()),
        corr, float(2.0 * (both[0] - both[1])), fit.converged, int(floored[0]),
        effective, fit.iterations, time.monotonic() - began,
    )  # fmt: skip


def fit_in_two_stages(
    n: int,
    seed: int,
    *,
    start: Parameters = START,
    draws: int = DRAWS,
    points: int | None = None,
    noise: Noise = Noise(),  # noqa: B008 - frozen
    fresh: int = 0,
) -> tuple[Optimum, CompiledLikelihood, Recovery]:
    """Fit a mock from a start that is off, draw volume and draws anew at the optimum, and fit again.

    `fresh` changes the seeds of draws and volume, and leaves the stars.
    """
    began, sample = time.monotonic(), mock(n, seed)
    size = A_STAR * n if points is None else points
    made = likelihood(sample, seed + 1000 * fresh, start, draws=draws, points=size, noise=noise)
    best = maximise(made, start).parameters
    rows = star_rows(sample, best, seed + 1000 * fresh, draws, noise)
    volume = sample_volume(best, survey(), points=size, seed=seed + 1000 * fresh + 500)
    made = CompiledLikelihood(Likelihood(rows, volume))
    fit = maximise(made, best)
    effective = volume.effective_size(fit.parameters) / n
    return fit, made, judged(fit, made, sample, seed, effective, began)


@contextmanager
def weights_off() -> Iterator[None]:
    """Leave out the importance weights of ages and distances, as a reader of the printed equations may."""
    ages, distances = marginal._ages, marginal._distances
    marginal._ages = lambda *a: (ages(*a)[0], np.zeros(1))  # type: ignore[assignment]
    marginal._distances = lambda *a: (distances(*a)[0], np.zeros(1))  # type: ignore[assignment]
    try:
        yield
    finally:
        marginal._ages, marginal._distances = ages, distances  # type: ignore[assignment]


def twenty(found: Sequence[Recovery], pulls: str = "pulls") -> dict[str, tuple[float, float, bool]]:
    """Mean and standard deviation of each parameter's pulls, and whether both lie in their 99.9 % bands."""
    table = np.array([getattr(one, pulls) for one in found])
    mean, spread = table.mean(axis=0), table.std(axis=0, ddof=1)
    root = np.sqrt(20 / len(found))
    holds = (np.abs(mean) <= MEAN * root) & (spread >= SPREAD[0]) & (spread <= SPREAD[1])
    return {n: (float(m), float(s), bool(h)) for n, m, s, h in zip(FREE, mean, spread, holds, strict=True)}


def band(found: Sequence[Recovery]) -> tuple[float, float]:
    """The 99.9 % band of the sum of d^T H d."""
    law = stats.chi2(len(FREE) * len(found))
    return float(law.ppf(0.0005)), float(law.isf(0.0005))


def each(kind: str, seeds: Iterable[int], one: Callable[[int], T], made: type[T]) -> list[T]:
    """Fit the mocks of some seeds.

    Where the environment names a folder in GALDASK_KEEP, every mock is a line of JSON there as soon as it is
    done, and a study that was interrupted goes on after it; the code must be the same.
    """
    folder = os.environ.get("GALDASK_KEEP")
    path = Path(folder) / f"{kind}.jsonl" if folder else None
    known: dict[int, T] = {}
    if path is not None and path.exists():
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        lists = ({k: tuple(v) if isinstance(v, list) else v for k, v in line.items()} for line in lines)
        known = {line["seed"]: made(**line) for line in lists}
    found = []
    for seed in seeds:
        if seed not in known:
            known[seed] = one(seed)
            if path is not None:
                with open(path, "a", encoding="utf-8") as handle:
                    handle.write(json.dumps(asdict(known[seed])) + "\n")  # type: ignore[call-overload]
        found.append(known[seed])
    return found
