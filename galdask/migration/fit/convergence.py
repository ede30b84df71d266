"""Whether a chain is long enough, judged by its autocorrelation time, and said in plain words."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from galdask.migration.model.parameters import FREE

#: autocorrelation times that a chain must be long (as in the paper), and that are left out
ENOUGH, BURN_IN = 50.0, 5.0
#: change of the autocorrelation time, from half of the chain to all of it, that counts as settled
SETTLED = 0.2
#: fewer steps than this say nothing about their autocorrelation
FEWEST = 20


class Judgement(NamedTuple):
    """What is known of a chain."""

    converged: bool
    verdict: str
    """In plain words."""
    burn_in: int
    """Steps left out at the beginning."""
    thin: int
    """Every so many steps are independent enough to keep."""
    times: np.ndarray
    """Autocorrelation time of each parameter, steps; NaN where the chain is too short to say."""
    times_of_half: np.ndarray
    """The same of the first half of the steps after the burn-in."""
    effective: np.ndarray
    """Number of independent samples of each parameter."""


def autocorrelation_times(steps: np.ndarray) -> np.ndarray:
    """Return the integrated autocorrelation time of each parameter, in steps.

    Parameters
    ----------
    steps : (n, walkers, parameters) float64
        The chain; walkers are averaged over (`emcee.autocorr`).

    Returns
    -------
    (parameters,) float64
        NaN of fewer than 20 steps, and where no walker moved.
    """
    if len(steps) < FEWEST:
        return np.full(steps.shape[2], np.nan)
    from emcee.autocorr import integrated_time

    made = np.empty(steps.shape[2])
    for k in range(steps.shape[2]):
        moving = steps[:, np.ptp(steps[:, :, k], axis=0) > 0.0, k]
        found = integrated_time(moving[:, :, None], tol=0, quiet=True)[0] if moving.size else np.nan
        made[k] = found if np.isfinite(found) and found > 0.0 else np.nan
    return made


def burn_in_and_thin(steps: np.ndarray, first: int = 0) -> tuple[int, int]:
    """Return how many steps to leave out, at least `first`, and how many apart to keep the others.

    Five autocorrelation times of the second half are left out, at most half of the steps; those kept are half
    an autocorrelation time apart.
    """
    left = len(steps) - first
    times = autocorrelation_times(steps[first + left // 2 :])
    if not np.any(np.isfinite(times)):
        return first + left // 2, 1
    burn_in = min(int(np.ceil(BURN_IN * np.nanmax(times))), left // 2)
    return first + burn_in, max(1, int(0.5 * np.nanmin(times)))


def judge(steps: np.ndarray, first: int = 0) -> Judgement:
    """Judge a chain.

    Parameters
    ----------
    steps : (n, walkers, 11) float64
        All steps.
    first : int
        First step of the last stage; those before it are left out.

    Returns
    -------
    Judgement
        Converged where the steps after the burn-in are more than 50 autocorrelation times of every parameter,
        and those times no longer grow with the chain: they changed by less than a fifth when it doubled.
    """
    burn_in, thin = burn_in_and_thin(steps, first)
    kept = steps[burn_in:]
    times, half = autocorrelation_times(kept), autocorrelation_times(kept[: len(kept) // 2])
    effective = len(kept) * steps.shape[1] / times
    worst = int(np.nanargmax(times)) if np.any(np.isfinite(times)) else -1
    if worst < 0:
        text = (
            f"Not converged: {len(kept)} steps after the burn-in are too few to find an autocorrelation "
            "time: go on with --resume."
        )
        return Judgement(False, text, burn_in, thin, times, half, effective)
    longest, name = float(times[worst]), FREE[worst]
    long_enough = bool(np.all(times < len(kept) / ENOUGH))
    growth = float(np.nanmax((times - half) / half)) if np.any(np.isfinite(half)) else np.inf
    settled = growth < SETTLED
    ratio = len(kept) / longest
    text = (
        f"{len(kept)} steps after the burn-in are {ratio:.0f} autocorrelation times of {name} "
        f"({longest:.0f} steps)"
    )
    if long_enough and settled:
        return Judgement(True, f"Converged: {text}.", burn_in, thin, times, half, effective)
    reasons = [] if long_enough else [f"{text}, where {ENOUGH:.0f} are asked for"]
    if not settled:
        reasons.append(
            f"autocorrelation times still grow, by {100 * growth:.0f} % when the chain doubled"
            if np.isfinite(growth)
            else "half of the chain is too short to compare with"
        )
    needed = burn_in + int(np.ceil(1.2 * ENOUGH * longest))
    advice = f"go on to about {max(needed, len(steps) + len(kept)):,} steps with --resume"
    return Judgement(
        False, f"Not converged: {'; '.join(reasons)}: {advice}.", burn_in, thin, times, half, effective
    )


def describe(steps: np.ndarray, judged: Judgement) -> dict[str, dict[str, Any]]:
    """Return median, 16 and 84 %, mean and standard deviation of each parameter, and its autocorrelation."""
    kept = steps[judged.burn_in :].reshape(-1, steps.shape[2])
    low, middle, high = np.quantile(kept, (0.16, 0.5, 0.84), axis=0)
    return {
        name: {
            "median": float(middle[k]),
            "q16": float(low[k]),
            "q84": float(high[k]),
            "mean": float(kept[:, k].mean()),
            "std": float(kept[:, k].std(ddof=1)),
            "autocorrelation_time": _or_none(judged.times[k]),
            "effective_size": _or_none(judged.effective[k]),
        }
        for k, name in enumerate(FREE)
    }


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
