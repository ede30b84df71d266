"""Simulation-based calibration: where the truth ranks among samples of the posterior.

The rank is uniform only if the truth is drawn from the very prior that the sampler uses (Talts et al. 2018,
arXiv:1804.06788). A truth that is fixed, under a wide prior, does not do: its ranks are uniform only in the
limit of many stars. So each mock has a truth of its own, drawn evenly from a box, and that box is the prior.
The box reaches three standard errors to each side: the stars, not the box, decide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from galdask.migration.fit import crosscheck
from galdask.migration.fit.compiled import CompiledLikelihood
from galdask.migration.fit.likelihood import Likelihood
from galdask.migration.fit.optimum import maximise
from galdask.migration.model.parameters import FREE, Parameters
from galdask.migration.survey.volume import sample_volume
from tests.migration import truth

#: stars, draws a star, points a star, steps, bins of ranks; mocks
STARS, DRAWS, POINTS, STEPS, BINS = 300, 80, 40, 260, 4
MOCKS = range(1, 21)
#: half of the box, in standard errors expected of so many stars
HALF = 3.0
#: chance below which ranks of one parameter are not even
PROBABLE = 0.001


def box(stars: int = STARS) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest truth: the prior."""
    half = HALF * np.array(truth.EXPECTED) * np.sqrt(2000 / stars)
    return truth.P.vector() - half, truth.P.vector() + half


def true_parameters(seed: int, stars: int = STARS) -> Parameters:
    """A truth, drawn evenly from the box."""
    low, high = box(stars)
    return truth.P.with_vector(np.random.default_rng([seed, 11]).uniform(low, high))


@dataclass(frozen=True)
class Ranked:
    """One mock: where its truth ranks."""

    seed: int
    shares: tuple[float, ...]
    """Share of the posterior below the truth, each parameter."""
    effective: float
    """Fewest independent samples of a parameter."""
    volume: float
    """Smallest effective size of the volume at samples of the posterior, over the number of stars."""
    seconds: float


def rank(seed: int, stars: int = STARS, steps: int = STEPS) -> Ranked:
    """Draw a truth, a mock of it and its posterior."""
    import time

    began, true = time.monotonic(), true_parameters(seed, stars)
    low, high = box(stars)
    sample = truth.mock(stars, seed, true)
    made, best = None, truth.P
    volume = None
    for stage in range(2):
        rows = truth.star_rows(sample, best, seed + 1000 * stage, DRAWS)
        volume = sample_volume(best, truth.survey(), points=POINTS * stars, seed=seed + 100 + 500 * stage)
        made = CompiledLikelihood(Likelihood(rows, volume))
        fit = maximise(made, best)
        edge = 0.02 * (high - low)
        best = truth.P.with_vector(np.clip(fit.parameters.vector(), low + edge, high - edge))
    target = crosscheck.Target(made, low, high)
    found = crosscheck.by_ensemble(target, best, _positive(fit.hessian), steps=steps, seed=seed)
    below = np.sum(found.weights[:, None] * (found.parameters < true.vector()), axis=0)
    some = found.parameters[:: max(1, len(found.parameters) // 20)]
    assert volume is not None
    sizes = [volume.effective_size(truth.P.with_vector(v)) for v in some]
    return Ranked(
        seed,
        tuple(below.tolist()),
        float(found.effective.min()),
        min(sizes) / stars,
        time.monotonic() - began,
    )


def _positive(hessian: np.ndarray) -> np.ndarray:
    """The curvature with no direction that is all but flat: only the start of the walkers depends on it."""
    values, axes = np.linalg.eigh(hessian)
    return (axes * np.maximum(values, 1e-3 * values.max() / values.size)) @ axes.T


def even(shares: np.ndarray, bins: int = BINS) -> tuple[float, float]:
    """chi2 of the numbers of ranks in bins against equal ones, and its chance."""
    counts = np.histogram(shares, bins=bins, range=(0.0, 1.0))[0]
    expected = len(shares) / bins
    chi2 = float(np.sum((counts - expected) ** 2 / expected))
    return chi2, float(stats.chi2(bins - 1).sf(chi2))


def scores(shares: np.ndarray) -> np.ndarray:
    """The ranks as normal deviates."""
    return stats.norm.ppf(np.clip(shares, 1e-3, 1.0 - 1e-3))


def width(shares: np.ndarray) -> tuple[float, bool]:
    """Standard deviation of the scores of all parameters, and whether it is near one.

    Parameters of a mock are correlated; some hundred independent ranks would be within 0.9 to 1.1.
    """
    found = float(scores(shares).std())
    return found, 0.75 < found < 1.3


def table_of(found: list[Ranked]) -> np.ndarray:
    """Shares of all mocks, (mocks, 11)."""
    return np.array([one.shares for one in found])


def draw(found: list[Ranked], path: object) -> None:
    """A picture: the numbers of ranks in bins for each parameter, with the band of chance."""
    import io

    from matplotlib.figure import Figure

    from galdask import publish

    shares = table_of(found)
    figure = Figure(figsize=(9.0, 6.4), layout="constrained")
    panels = figure.subplots(3, 4, sharex=True, sharey=True).ravel()
    law = stats.binom(len(found), 1.0 / BINS)
    low, high = law.ppf(0.005), law.ppf(0.995)
    for k, name in enumerate(FREE):
        panels[k].axhspan(low, high, color="0.88")
        panels[k].axhline(len(found) / BINS, color="0.5", lw=1)
        panels[k].hist(shares[:, k], bins=BINS, range=(0, 1), histtype="step", color="C0", lw=1.6)
        chi2, p = even(shares[:, k])
        panels[k].set_title(f"{name}   chi2 {chi2:.1f}, p {p:.3f}", fontsize=8)
    figure.supxlabel("share of the posterior below the truth", fontsize=9)
    figure.supylabel("mocks", fontsize=9)
    last = panels[11]
    last.axhspan(low, high, color="0.88")
    pooled = np.histogram(shares, bins=BINS, range=(0, 1))[0] / len(FREE)
    last.stairs(pooled, np.linspace(0, 1, BINS + 1), color="C3", lw=1.6)
    last.set_title(f"all together: sd of normal scores {width(shares)[0]:.2f}", fontsize=8)
    figure.suptitle(
        f"Ranks of the truth in the posteriors of {len(found)} mocks of {STARS} stars;"
        " grey: 99 % of binomial chance in one bin",
        fontsize=10,
    )
    made = io.BytesIO()
    figure.savefig(made, format="png", dpi=110)
    publish.write(path, lambda handle: handle.write(made.getvalue()))  # type: ignore[arg-type]
