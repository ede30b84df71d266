"""The maximum in two stages: from several starts about a first guess, then with everything drawn anew."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask import events
from galdask.engine import stop
from galdask.errors import ConfigError
from galdask.migration.fit.coordinates import coordinates
from galdask.migration.fit.folder import path_of
from galdask.migration.fit.likelihood import Likelihood
from galdask.migration.fit.optimum import Optimum, maximise
from galdask.migration.fit.sharded import ShardedLikelihood
from galdask.migration.fit.shards import write_shards
from galdask.migration.fit.simplex import simplex
from galdask.migration.model.parameters import FREE, Parameters
from galdask.migration.survey.marginal import star_rows
from galdask.migration.survey.noise import Stars
from galdask.migration.survey.selection import Selection
from galdask.migration.survey.volume import Volume, sample_volume

if TYPE_CHECKING:
    from galdask.engine.executor import Executor
    from galdask.migration.settings import FitSettings

_STEP = "maximum"


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What is fitted: stars, a survey and how."""

    settings: FitSettings
    stars: Stars
    selection: Selection
    folder: Path
    executor: Executor

    @contextmanager
    def likelihood(
        self, births: Parameters, volume: Parameters, stage: int
    ) -> Iterator[tuple[ShardedLikelihood, Volume]]:
        """Draw stars and volume, write their shards, and hold them in the workers.

        Parameters
        ----------
        births : Parameters
            Near which the birth places of stars are drawn.
        volume : Parameters
            Near which the survey volume is drawn.
        stage : int
            Volumes of different stages have different points.
        """
        s = self.settings
        rows = star_rows(
            self.stars, births, self.selection, s.noise, s.tracer, draws=s.draws, seed=s.seed, sun=s.sun,
            choices=s.choices, backend=s.actions,  # type: ignore[arg-type]
        )  # fmt: skip
        drawn = sample_volume(
            volume, self.selection, s.tracer, points=s.points(self.stars.size), seed=s.seed + stage,
            sun=s.sun, choices=s.choices,
        )  # fmt: skip
        shards = write_shards(Likelihood(rows, drawn), path_of(self.folder, "shards"))
        shards.prune()
        made = ShardedLikelihood(shards, self.executor)
        try:
            yield made, drawn
        finally:
            made.close()


def starts(guess: Parameters, count: int, spread: float, seed: int) -> list[Parameters]:
    """Return the first guess, and others within the prior, each parameter moved by up to `spread`."""
    rng = np.random.default_rng([seed, 71])
    made = [guess]
    while len(made) < count:
        shifts = rng.uniform(-spread, spread, len(FREE))
        p = guess.with_vector(guess.vector() * (1.0 + shifts))
        if not p.outside_prior():
            made.append(p)
    return made


def find_maximum(problem: Problem, listen: events.Listener = events.silent) -> dict[str, Any]:
    """Return what `optimum.json` says; see `galdask.migration.fit.folder`.

    Parameters
    ----------
    problem : Problem
        What is fitted.
    listen : callable
        Receives progress.

    Raises
    ------
    ConfigError
        If no search from any start found a maximum.
    """
    s = problem.settings
    guess = s.first_guess
    first = _stage(
        problem, guess, starts(guess, s.maximum.starts, s.maximum.spread, s.seed), 0, "first guess", listen
    )
    where = Parameters(**first["best"]["parameters"])
    second = _stage(problem, where, [where], 1, "drawn anew at its maximum", listen)
    best = second.pop("optimum")
    del first["optimum"]
    moved = coordinates(Parameters(**second["best"]["parameters"])) - coordinates(where)
    second["moved"] = float(np.sqrt(max(float(moved @ np.array(best["hessian"]) @ moved), 0.0)))
    return {
        "stages": [first, second],
        "starts": first["searches"],
        "optimisers": _compared(first["searches"] + second["searches"]),
        "best": best,
    }


def _stage(
    problem: Problem,
    reference: Parameters,
    begin: list[Parameters],
    stage: int,
    name: str,
    listen: events.Listener,
) -> dict[str, Any]:
    s = problem.settings
    with problem.likelihood(reference, reference, stage) as (likelihood, volume):
        listen(
            events.Event(
                _STEP,
                text=f"stage {stage + 1} ({name}): {problem.stars.size:,} stars x {s.draws} draws, "
                f"{volume.rows.size:,} volume points",
            )
        )
        searches, optima = [], []
        for k, start in enumerate(begin):
            for optimiser in s.maximum.optimisers:
                stop.check()
                found, optimum = _search(likelihood, optimiser, start, s.maximum.evaluations)
                searches.append({"start_number": k, **found})
                optima.append(optimum)
                listen(events.Event(_STEP, text=_line(k, found)))
        done = [k for k, found in enumerate(searches) if found["value"] is not None]
        if not done:
            raise ConfigError(
                "no search found a maximum of the likelihood",
                where=f"stage {stage + 1}, {len(searches)} searches",
                found=searches[0]["failure"],
                todo="begin elsewhere (model.first_guess), or fit more stars",
            )
        top = max(done, key=lambda k: searches[k]["value"])
        best = optima[top]
        if best is None or (stage and not best.converged):
            best = maximise(likelihood, Parameters(**searches[top]["parameters"]))
            if best.value < searches[top]["value"] - 0.5:
                raise ConfigError("the likelihood is not smooth at its maximum", found=best.value)
        floored = int(likelihood.evaluate([best.parameters])[1][0])
        effective = volume.effective_size(best.parameters)
    made: dict[str, Any] = {
        "name": name,
        "reference": dict(reference),
        "volume": {"points": volume.rows.size, "proposals": volume.proposals, "effective_size": effective},
        "searches": searches,
        "best": {"parameters": dict(best.parameters), "value": best.value},
    }
    made["optimum"] = _best(best, reference, floored, made["volume"])
    return made


def _search(
    likelihood: ShardedLikelihood, optimiser: str, start: Parameters, evaluations: int
) -> tuple[dict[str, Any], Optimum | None]:
    began, before = time.monotonic(), likelihood([start])[0]
    told: dict[str, Any] = {
        "optimiser": optimiser,
        "start": dict(start),
        "value_at_start": float(before),
        "parameters": None,
        "value": None,
        "converged": False,
    }
    optimum = None
    try:
        if optimiser == "bfgs":
            optimum = maximise(likelihood, start)
            told |= {"iterations": optimum.iterations, "converged": optimum.converged}
            told |= {"parameters": dict(optimum.parameters), "value": optimum.value}
        else:
            found = simplex(likelihood, start, evaluations)
            told |= {"iterations": found.evaluations, "converged": found.converged}
            told |= {"parameters": dict(found.parameters), "value": found.value}
    except (ConfigError, np.linalg.LinAlgError) as error:
        told["failure"] = str(error)
    return {**told, "seconds": round(time.monotonic() - began, 2)}, optimum


def _line(number: int, found: dict[str, Any]) -> str:
    who = f"start {number + 1}, {found['optimiser']}"
    if found["value"] is None:
        return f"{who}: failed after {found['seconds']:.1f} s: {found['failure'].splitlines()[0]}"
    word = "converged" if found["converged"] else "not converged"
    return (
        f"{who}: ln L = {found['value']:.3f}, {word}, {found['iterations']} steps, {found['seconds']:.1f} s"
    )


def _best(best: Optimum, reference: Parameters, floored: int, volume: dict[str, Any]) -> dict[str, Any]:
    errors = {name: e if np.isfinite(e) else None for name, e in best.errors().items()}
    return {
        "parameters": dict(best.parameters),
        "errors": errors,
        "hessian": best.hessian.tolist(),
        "value": best.value,
        "converged": best.converged,
        "floored": floored,
        "reference": dict(reference),
        "volume": volume,
    }


def _compared(searches: list[dict[str, Any]]) -> dict[str, Any]:
    """Return for each optimiser its searches, seconds, and how far below the best of its stage it ended."""
    told: dict[str, Any] = {}
    for name in dict.fromkeys(found["optimiser"] for found in searches):
        mine = [found for found in searches if found["optimiser"] == name]
        values = [found["value"] for found in mine if found["value"] is not None]
        told[name] = {
            "searches": len(mine),
            "converged": sum(found["converged"] for found in mine),
            "failed": len(mine) - len(values),
            "seconds": round(sum(found["seconds"] for found in mine), 2),
            "best_value": max(values) if values else None,
            "worst_value": min(values) if values else None,
        }
    return told
