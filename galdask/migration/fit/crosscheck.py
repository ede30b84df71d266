"""The posterior once more, by a sampler of another kind, and how far the two are apart.

The ensemble sampler of a fit is a Markov chain: walkers that never reach a part of the posterior, or a chain
that is shorter than it looks, leave no trace in its own numbers. Importance nested sampling (Lange 2023,
MNRAS 525, 3181; package `nautilus`) has no chain: it draws independent points in ever smaller regions and
weights all of them. Both see the same ln L; medians and 16 and 84 % quantiles must agree.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.errors import ConfigError, InputError
from galdask.migration.fit.convergence import judge
from galdask.migration.fit.coordinates import coordinates, parameters_at, slopes
from galdask.migration.model.parameters import FREE, KNOWN, Parameters

if TYPE_CHECKING:
    import pandas as pd

#: what is compared
QUANTILES = (0.16, 0.5, 0.84)
#: largest of 33 differences in Monte Carlo errors that chance gives once in a thousand times
LARGEST = 4.17
#: share of the posterior beyond nine tenths of the box that is too much; fewest independent samples
_EDGE, _FEWEST = 0.005, 100.0
#: ln of a density that is zero, for a sampler that wants numbers
_NOTHING = -1e100


@dataclass(frozen=True, eq=False)
class Target:
    """The posterior of a fit in its coordinates: ln L, with a prior that is uniform in the parameters.

    Parameters
    ----------
    likelihood : callable
        Sets of parameters -> ln L of each, with an attribute `reference` (`CompiledLikelihood`, or the
        likelihood of shards).
    low, high : (11,) float64, optional
        Bounds of the prior, in the order of `FREE`; those of `KNOWN` by default.
    """

    likelihood: Any
    low: np.ndarray | None = None
    high: np.ndarray | None = None

    def __call__(self, places: np.ndarray) -> np.ndarray:
        """Return ln of the density at places, (n, 11) -> (n,); -inf outside the prior."""
        low = np.array([KNOWN[name].low for name in FREE]) if self.low is None else self.low
        high = np.array([KNOWN[name].high for name in FREE]) if self.high is None else self.high
        found = np.full(len(places), -np.inf)
        inside: list[int] = []
        sets: list[Parameters] = []
        for k, x in enumerate(places):
            p = parameters_at(x, self.likelihood.reference)
            if p is not None and np.all((p.vector() > low) & (p.vector() < high)):
                inside.append(k)
                sets.append(p)
        if sets:
            # a prior that is uniform in the parameters is not so in the coordinates
            stretch = [float(np.sum(np.log(slopes(p)))) for p in sets]
            found[inside] = np.asarray(self.likelihood(sets)) + stretch
        return np.where(np.isnan(found), -np.inf, found)


@dataclass(frozen=True, eq=False)
class Samples:
    """Weighted samples of a posterior.

    Parameters
    ----------
    sampler : str
        What drew them.
    parameters : (n, 11) float64
        In the order of `FREE`.
    weights : (n,) float64
        Sum to one.
    effective : (11,) float64
        Number of independent samples behind each parameter.
    calls, seconds : int, float
        Sets of parameters whose ln L was computed; what that took.
    """

    sampler: str
    parameters: np.ndarray
    weights: np.ndarray
    effective: np.ndarray
    calls: int = 0
    seconds: float = 0.0
    settled: bool = True
    """Whether the sampler itself says that it is done; a chain must be 50 autocorrelation times long."""

    def quantiles(self) -> np.ndarray:
        """Return the 16, 50 and 84 % quantiles of each parameter, (3, 11)."""
        return self._at(np.repeat(np.array(QUANTILES)[:, None], len(FREE), axis=1))

    def errors(self) -> np.ndarray:
        """Return Monte Carlo errors of the quantiles, (3, 11).

        The share of samples below a quantile q scatters by sqrt(q (1 - q) / n): the quantiles that far below
        and above are taken, and half of their distance.
        """
        q = np.array(QUANTILES)[:, None]
        away = np.sqrt(q * (1.0 - q) / self.effective)
        return 0.5 * (self._at(np.minimum(q + away, 1.0)) - self._at(np.maximum(q - away, 0.0)))

    def _at(self, shares: np.ndarray) -> np.ndarray:
        found = np.empty(shares.shape)
        for k in range(shares.shape[1]):
            order = np.argsort(self.parameters[:, k], kind="stable")
            w = self.weights[order]
            found[:, k] = np.interp(shares[:, k], np.cumsum(w) - 0.5 * w, self.parameters[order, k])
        return found


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two posteriors of the same stars."""

    first: Samples
    second: Samples

    def differences(self) -> np.ndarray:
        """Return second - first of each quantile in Monte Carlo errors of both, (3, 11)."""
        errors = np.hypot(self.first.errors(), self.second.errors())
        with np.errstate(divide="ignore", invalid="ignore"):
            return (self.second.quantiles() - self.first.quantiles()) / errors

    def resolution(self) -> np.ndarray:
        """Return the Monte Carlo error of each difference in standard errors of the fit, (3, 11)."""
        q = self.first.quantiles()
        return np.hypot(self.first.errors(), self.second.errors()) / (0.5 * (q[2] - q[0]))

    @property
    def agree(self) -> bool:
        """Whether no difference is larger than chance gives once in a thousand comparisons."""
        return bool(np.max(np.abs(self.differences())) < LARGEST)

    def table(self) -> pd.DataFrame:
        """Return one row a parameter and quantile: both values, their errors, the difference in errors."""
        import pandas as pd

        values = [s.quantiles() for s in (self.first, self.second)]
        errors = [s.errors() for s in (self.first, self.second)]
        z, unit = self.differences(), self.resolution()
        rows = [
            (
                name,
                q,
                *(v[i, k] for pair in zip(values, errors, strict=True) for v in pair),
                z[i, k],
                unit[i, k],
            )
            for k, name in enumerate(FREE)
            for i, q in enumerate(QUANTILES)
        ]
        columns = ("parameter", "quantile", "first", "first_err", "second", "second_err", "difference")
        return pd.DataFrame(rows, columns=[*columns, "resolution"])

    def verdict(self) -> str:
        """Return in plain words whether the two agree."""
        z, seen = self.differences(), LARGEST * float(np.max(self.resolution()))
        i, k = np.unravel_index(int(np.nanargmax(np.abs(z))), z.shape)
        word = "agree" if self.agree else "do not agree"
        chain = "" if self.first.settled else " The chain is not long enough to be trusted by itself."
        return (
            f"{self.first.sampler} and {self.second.sampler} {word}: the largest of {z.size} differences is "
            f"{z[i, k]:+.1f} Monte Carlo errors ({FREE[k]}, {100 * QUANTILES[i]:.0f} %; chance gives "
            f"{LARGEST:.1f} once in a thousand times); shifts of {seen:.2f} standard errors would have been "
            f"seen.{chain}"
        )


def compare(
    likelihood: Any,
    best: Parameters,
    hessian: np.ndarray,
    *,
    first: Samples | None = None,
    steps: int = 2000,
    walkers: int = 52,
    effective: int = 4000,
    live: int = 1000,
    box: float = 7.0,
    seed: int = 1,
    prior: tuple[np.ndarray, np.ndarray] | None = None,
) -> Comparison:
    """Return the posterior by an ensemble of walkers and by importance nested sampling.

    Parameters
    ----------
    likelihood : callable
        Sets of parameters -> ln L of each, with an attribute `reference`.
    best : Parameters
        The maximum of the likelihood.
    hessian : (11, 11) float64
        Second derivatives of -ln L there, in the coordinates of the fit.
    first : Samples, optional
        A posterior that is there already (`samples_of_chain`); otherwise an ensemble is run.
    steps, walkers : int
        Of that ensemble.
    effective, live : int
        Independent samples that the second sampler shall give; its live points.
    box : float
        The second sampler looks within this many standard errors, along the axes of the Hessian.
    seed : int
        Of both samplers.
    prior : ndarray, ndarray, optional
        Bounds of the uniform prior; those of `galdask.migration.model.parameters.KNOWN` by default.

    Raises
    ------
    ConfigError
        If the second sampler is not installed, or the Hessian has no inverse with positive variances.
    InputError
        If the posterior reaches the border of the box, or too few samples are independent.
    """
    target = Target(likelihood, *(prior or (None, None)))
    if first is None:
        first = by_ensemble(target, best, hessian, steps=steps, walkers=walkers, seed=seed)
    _enough(first)
    second = by_nesting(target, best, hessian, effective=effective, live=live, box=box, seed=seed)
    _enough(second)
    return Comparison(first, second)


def by_ensemble(
    target: Target,
    best: Parameters,
    hessian: np.ndarray,
    *,
    steps: int,
    walkers: int = 52,
    seed: int = 1,
) -> Samples:
    """Return samples of an ensemble of walkers (emcee) that starts from the normal of the Hessian."""
    import emcee

    began, calls = time.monotonic(), _Counted(target)
    root, middle = _root(hessian), coordinates(best)
    rng = np.random.default_rng(seed)
    start = np.empty((0, len(FREE)))
    for _ in range(100):
        tried = middle + rng.standard_normal((4 * walkers, len(FREE))) @ root.T
        start = np.concatenate([start, tried[np.isfinite(calls(tried))]])[:walkers]
        if len(start) == walkers:
            break
    else:
        raise InputError("hardly any place near the maximum lies within the prior", todo="give a wider prior")
    # differential evolution; the snooker move of emcee 3.1.6 gives widths that are 7 % too small in 11
    # dimensions: its factor belongs to a direction that is not normalised
    sampler = emcee.EnsembleSampler(walkers, len(FREE), calls, vectorize=True, moves=emcee.moves.DEMove())
    sampler.random_state = np.random.RandomState(seed).get_state()
    sampler.run_mcmc(start, steps, progress=False)
    places = sampler.get_chain()
    sets = [parameters_at(x, target.likelihood.reference) for x in places.reshape(-1, len(FREE))]
    chain = np.array([p.vector() for p in sets if p is not None]).reshape(places.shape)
    found = samples_of_chain(chain)
    return replace(found, calls=calls.number, seconds=time.monotonic() - began)


def samples_of_chain(chain: np.ndarray, first: int = 0) -> Samples:
    """Return what a chain (steps, walkers, 11) says after its burn-in; `first` begins its last stage."""
    found = judge(chain, first)
    kept = chain[found.burn_in :].reshape(-1, chain.shape[2])
    effective = np.where(np.isfinite(found.effective), found.effective, 0.0)
    weights = np.full(len(kept), 1.0 / len(kept))
    return Samples("emcee", kept, weights, effective, settled=found.converged)


def by_nesting(
    target: Target,
    best: Parameters,
    hessian: np.ndarray,
    *,
    effective: int = 4000,
    live: int = 1000,
    box: float = 7.0,
    seed: int = 1,
) -> Samples:
    """Return weighted samples of importance nested sampling (nautilus) in a box along the Hessian's axes.

    Points of the exploration are left out, so that all weights belong to independent draws.
    """
    try:
        from nautilus import Sampler
    except ImportError as error:
        raise ConfigError(
            "the second sampler is not installed",
            expected="the package nautilus-sampler",
            todo="install galdask with its extra `crosscheck`",
        ) from error
    began, counted = time.monotonic(), _Counted(target)
    root, middle = _root(hessian), coordinates(best)

    def within(unit: np.ndarray) -> np.ndarray:
        return middle + (box * (2.0 * unit - 1.0)) @ root.T

    def log_density(places: np.ndarray) -> np.ndarray:
        return np.maximum(counted(places), _NOTHING)

    sampler = Sampler(
        within, log_density, n_dim=len(FREE), n_live=live, n_networks=0, n_batch=250, vectorized=True,
        pass_dict=False, seed=seed,
    )  # fmt: skip
    sampler.run(n_eff=effective, discard_exploration=True)
    places, log_w, _ = sampler.posterior()
    weights = np.exp(log_w - log_w.max())
    weights /= weights.sum()
    away = np.abs(np.linalg.solve(root, (places - middle).T)).max(axis=0)
    edge = float(weights[away > 0.9 * box].sum())
    if edge > _EDGE:
        raise InputError(
            "the posterior reaches the border of the box that the second sampler looks at",
            expected=f"at most {100 * _EDGE:.1f} % of it beyond {0.9 * box:.1f} standard errors",
            found=f"{100 * edge:.1f} %",
            todo="give a larger box",
        )
    sets = [parameters_at(x, target.likelihood.reference) for x in places]
    known = np.array([p is not None for p in sets])
    values = np.array([p.vector() for p in sets if p is not None])
    weights = weights[known] / weights[known].sum()
    size = np.full(len(FREE), 1.0 / float(np.sum(weights**2)))
    return Samples("nautilus", values, weights, size, counted.number, time.monotonic() - began)


def _enough(samples: Samples) -> None:
    if np.min(samples.effective) < _FEWEST:
        raise InputError(
            "too few independent samples to compare",
            where=samples.sampler,
            expected=f"at least {_FEWEST:.0f} of each parameter",
            found=f"{float(np.min(samples.effective)):.0f}",
            todo="take more steps, or more samples",
        )


class _Counted:
    """A density that counts its places."""

    def __init__(self, density: Callable[[np.ndarray], np.ndarray]) -> None:
        self.density, self.number = density, 0

    def __call__(self, places: np.ndarray) -> np.ndarray:
        self.number += len(places)
        return self.density(places)


def _root(hessian: np.ndarray) -> np.ndarray:
    """Return a matrix whose product with its transpose is the covariance."""
    values, axes = np.linalg.eigh(0.5 * (hessian + hessian.T))
    if not np.all(values > 0.0):
        raise ConfigError(
            "the curvature at the maximum is not positive in all directions",
            expected="11 eigenvalues above 0",
            found=f"the smallest is {float(values.min()):.3g}",
            todo="fit again from another start",
        )
    return np.asarray(axes / np.sqrt(values))
