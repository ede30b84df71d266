"""What a fit says in the end: numbers with errors, and in plain words whether they can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from galdask.migration.fit.chain import open_chain
from galdask.migration.fit.convergence import describe, judge
from galdask.migration.fit.folder import Fit
from galdask.migration.fit.sampling import share
from galdask.migration.model.parameters import FREE, KNOWN
from galdask.migration.survey.volume import Volume

#: shares of floored stars and of volume points at which the user is warned
_FLOORED, _POINTS = 0.01, 0.5


def of_maximum(optimum: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `summary.json` says of a fit without a chain: the maximum, errors from its curvature."""
    best = optimum["best"]
    middle, errors = best["parameters"], best["errors"]
    numbers = {
        name: {
            "median": middle[name],
            "q16": None if errors[name] is None else middle[name] - errors[name],
            "q84": None if errors[name] is None else middle[name] + errors[name],
            "mean": middle[name],
            "std": errors[name],
            "autocorrelation_time": None,
            "effective_size": None,
        }
        for name in FREE
    }
    verdict = "No chain: the maximum of the likelihood, with errors from its curvature."
    if not best["converged"]:
        verdict += " The search did not end at a clear maximum: its errors cannot be trusted."
    return {
        "source": "hessian",
        "parameters": numbers,
        "steps": 0,
        "burn_in": 0,
        "thin": 1,
        "walkers": 0,
        "acceptance": None,
        "converged": False,
        "verdict": verdict,
        "effective_volume": best["volume"],
        "floored": best["floored"],
        "seconds": 0.0,
    }


def of_chain(fit: Fit, volume: Volume, floored: int, seconds: float) -> dict[str, Any]:
    """Return what `summary.json` says of a fit with a chain.

    Parameters
    ----------
    fit : Fit
        The fit.
    volume : Volume
        That of the last stage.
    floored : int
        Stars whose draws are all but dead at the posterior's median.
    seconds : float
        That the sampler took.
    """
    chain = open_chain(fit.path)
    steps = chain["parameters"].to_numpy()
    judged = judge(steps, chain.attrs["stages"][-1])
    counted = share(volume, steps[-1])
    verdict = judged.verdict
    if counted < _POINTS:
        verdict += f" Only {100 * counted:.0f} % of the points of the survey volume count: more are needed."
    if floored > _FLOORED * len(fit.stars):
        verdict += f" {floored} stars have no live draw: the model cannot hold them."
    if not fit.optimum["best"]["converged"]:
        verdict += " The maximum had not converged."
    return {
        "source": "chain",
        "parameters": describe(steps, judged),
        "steps": len(steps),
        "burn_in": judged.burn_in,
        "thin": judged.thin,
        "walkers": steps.shape[1],
        "acceptance": chain.attrs["accepted"],
        "stages": chain.attrs["stages"],
        "converged": judged.converged,
        "verdict": verdict,
        "autocorrelation_time_of_half": [float(t) if np.isfinite(t) else None for t in judged.times_of_half],
        "effective_volume": {
            "points": volume.rows.size,
            "proposals": volume.proposals,
            "effective_size": counted * volume.rows.size,
        },
        "floored": floored,
        "seconds": seconds,
    }


def text(fit: Fit, summary: Mapping[str, Any]) -> str:
    """Return the lines that the command prints at its end."""
    best, errors = fit.parameters_best, fit.errors
    lines = [
        f"{'parameter':<10} {'maximum':>10} {'error':>9} {'median':>10} {'16 %':>10} {'84 %':>10} "
        f"{'tau':>6}  unit"
    ]
    for name in FREE:
        n = summary["parameters"][name]
        time = n["autocorrelation_time"]
        cells = [_cell(n["median"]), _cell(n["q16"]), _cell(n["q84"])]
        lines.append(
            f"{name:<10} {_cell(best[name])} {_cell(errors[name], 9)} {' '.join(cells)} "
            f"{'-' if time is None else f'{time:.0f}':>6}  {KNOWN[name].unit}".rstrip()
        )
    if summary["acceptance"] is not None:
        lines.append(
            f"{summary['steps']:,} steps of {summary['walkers']} walkers, burn-in {summary['burn_in']:,}, "
            f"acceptance {summary['acceptance']:.2f}, {summary['seconds']:.0f} s"
        )
    lines.append(summary["verdict"])
    lines += [summary["cross_check"]["verdict"]] if "cross_check" in summary else []
    return "\n".join(lines)


def _cell(value: float | None, width: int = 10) -> str:
    return f"{'-':>{width}}" if value is None or not np.isfinite(value) else f"{value:>{width}.4g}"
