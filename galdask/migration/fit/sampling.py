"""The posterior by emcee (Foreman-Mackey et al. 2013): walkers that move in two halves, one message a half.

The prior is uniform within the bounds of `KNOWN`. The walkers begin evenly in a box about the maximum. The
survey volume is looked at every so many steps: where fewer than half of its points count at the walkers, it
is drawn anew there, and a new stage of the chain begins, the only one that the posterior is taken from.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask import events
from galdask.engine import stop
from galdask.migration.fit.chain import Chain, State, has_chain
from galdask.migration.model.parameters import FREE, KNOWN, Parameters

if TYPE_CHECKING:
    from galdask.migration.fit.sharded import ShardedLikelihood
    from galdask.migration.fit.stages import Problem
    from galdask.migration.survey.volume import Volume

#: share of the volume's points that must count; walkers that are asked; new volumes, at most
ENOUGH, ASKED, MOST = 0.5, 8, 5
#: seconds between two flushes of the chain; between two lines, at first and at most
_FLUSH, _LINE, _LINE_MOST = 3.0, 10.0, 60.0
LOW = np.array([KNOWN[name].low for name in FREE])
HIGH = np.array([KNOWN[name].high for name in FREE])


class Target:
    """ln of the posterior of many sets at once, up to a constant.

    Parameters
    ----------
    likelihood : ShardedLikelihood
        ln L; `at` takes sets as rows.
    """

    def __init__(self, likelihood: ShardedLikelihood) -> None:
        self.likelihood = likelihood

    def __call__(self, sets: np.ndarray) -> np.ndarray:
        """Return ln L within the prior, -inf outside; (n, 11) to (n,)."""
        inside = np.all((sets > LOW) & (sets < HIGH), axis=1)
        made = np.full(len(sets), -np.inf)
        if np.any(inside):
            with np.errstate(divide="ignore", invalid="ignore"):
                values = self.likelihood.at(sets[inside])[0]
            made[inside] = np.where(np.isfinite(values), values, -np.inf)
        return made


def box(best: Parameters, errors: dict[str, float], side: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of the box of `side` standard errors about the maximum, within the prior.

    Where an error is not known a tenth of the parameter stands in.
    """
    middle = best.vector()
    e = np.array([errors[name] for name in FREE])
    half = 0.5 * side * np.where(np.isfinite(e) & (e > 0.0), e, 0.1 * np.abs(middle) + 1e-3)
    gap = 1e-6 * (HIGH - LOW)
    return np.maximum(middle - half, LOW + gap), np.minimum(middle + half, HIGH - gap)


def begin(
    best: Parameters, errors: dict[str, float], walkers: int, seed: int, side: float
) -> tuple[np.ndarray, tuple[Any, ...]]:
    """Return walkers spread evenly in the box, and the state of the random numbers after that."""
    rng = np.random.RandomState(seed)
    low, high = box(best, errors, side)
    places = low + (high - low) * rng.uniform(size=(walkers, len(FREE)))
    return places, _plain(rng.get_state())


def _plain(state: Any) -> tuple[Any, ...]:
    return ("MT19937", np.asarray(state[1], dtype=np.uint32), int(state[2]), int(state[3]), float(state[4]))


def share(volume: Volume, walkers: np.ndarray) -> float:
    """Return which share of the volume's points count at some of the walkers, the median of them."""
    some = walkers[:: max(1, len(walkers) // ASKED)]
    sizes = [volume.effective_size(volume.reference.with_vector(x)) for x in some]
    return float(np.median(sizes)) / volume.rows.size


def sample(
    problem: Problem,
    optimum: dict[str, Any],
    configuration: str,
    steps: int,
    listen: events.Listener = events.silent,
) -> Chain:
    """Sample the posterior until the chain has so many steps; goes on with the chain that is there.

    Parameters
    ----------
    problem : Problem
        What is fitted.
    optimum : dict
        From `galdask.migration.fit.stages.find_maximum`.
    configuration : str
        Digest of the configuration of the fit.
    steps : int
        Of the whole chain.
    listen : callable
        Receives progress.

    Returns
    -------
    Chain
        On disk to its last step.

    Raises
    ------
    StoppedError
        If the user asked to stop; what was sampled is on disk.
    OutputError
        If the chain that is there is that of another configuration.
    """
    best = optimum["best"]
    births = Parameters(**best["reference"])
    chain = Chain.resume(problem.folder, configuration) if has_chain(problem.folder) else None
    while chain is None or chain.state.steps < steps:
        stage = (
            {"first": 0, "volume": best["reference"]} if chain is None else chain.state.about["stages"][-1]
        )
        number = 1 if chain is None else len(chain.state.about["stages"])
        with problem.likelihood(births, Parameters(**stage["volume"]), number) as (likelihood, volume):
            target = Target(likelihood)
            if chain is None:
                chain = Chain.begin(problem.folder, _first(problem, best, configuration, target, listen))
            elif "renew" in stage:
                _renew(chain, target, volume)
            _run(chain, target, volume, problem, steps, listen)
    chain.finish()
    return chain


def _first(
    problem: Problem, best: dict[str, Any], configuration: str, target: Target, listen: events.Listener
) -> State:
    s = problem.settings.sampler
    errors = {name: np.nan if e is None else float(e) for name, e in best["errors"].items()}
    unknown = [name for name, e in errors.items() if not np.isfinite(e)]
    if unknown:
        listen(events.Event("sampling", text=f"the errors of {', '.join(unknown)} are not known: a wide box"))
    walkers, random = begin(Parameters(**best["parameters"]), errors, s.walkers, s.seed, s.hypercube)
    about = {
        "configuration": configuration,
        "seed": s.seed,
        "stages": [{"first": 0, "volume": best["reference"]}],
        "given_up": False,
        "seconds": 0.0,
    }
    return State(0, walkers, target(walkers), random, np.zeros(s.walkers, dtype=np.int64), about)


def _renew(chain: Chain, target: Target, volume: Volume) -> None:
    """Begin a stage with the volume that was drawn for it: ln L of the walkers is another now."""
    state = chain.state
    stage = state.about["stages"][-1]
    before = stage.pop("renew")
    state.log_probability = target(state.walkers)
    stage["share"] = share(volume, state.walkers)
    state.about["given_up"] = stage["share"] < 1.1 * before or len(state.about["stages"]) > MOST
    chain.flush()


def _run(
    chain: Chain, target: Target, volume: Volume, problem: Problem, steps: int, listen: events.Listener
) -> None:
    """Move the walkers to the last step, or to one where the volume must be drawn anew."""
    import emcee

    state, every = chain.state, problem.settings.sampler.check_volume_every
    about = state.about
    sampler = emcee.EnsembleSampler(len(state.walkers), len(FREE), target, vectorize=True)
    at = emcee.State(state.walkers, log_prob=state.log_probability, random_state=state.random)
    clock = _Clock(chain, steps, listen)
    try:
        moves = sampler.sample(at, iterations=steps - state.steps, store=False, skip_initial_state_check=True)
        for new in moves:
            before = chain.state
            moved = np.any(new.coords != before.walkers, axis=1)
            chain.append(
                State(
                    before.steps + 1,
                    new.coords.copy(),
                    new.log_prob.copy(),
                    _plain(new.random_state),
                    before.accepted + moved,
                    about,
                )
            )
            if chain.state.steps % every == 0 and _worn(chain, volume, listen):
                return
            clock.tick()
            stop.check()
    finally:
        clock.close()


def _worn(chain: Chain, volume: Volume, listen: events.Listener) -> bool:
    """Return whether the volume must be drawn anew, and note the stage that then begins."""
    state = chain.state
    if state.about["given_up"]:
        return False
    there = share(volume, state.walkers)
    if there >= ENOUGH:
        return False
    middle = volume.reference.with_vector(np.median(state.walkers, axis=0))
    stage = {"first": state.steps, "volume": dict(middle), "renew": there}
    state.about["stages"].append(stage)
    listen(
        events.Event(
            "sampling",
            text=f"step {state.steps:,}: {100 * there:.0f} % of the volume's points count: drawn anew, "
            "a new stage of the chain begins",
        )
    )
    return True


class _Clock:
    """Flush the chain and speak, every so many seconds."""

    def __init__(self, chain: Chain, steps: int, listen: events.Listener) -> None:
        self.chain, self.steps, self.listen = chain, steps, listen
        self.flushed = self.spoken = self.began = time.monotonic()
        self.first, self.gap = chain.state.steps, _LINE
        self.at = (chain.state.steps, int(chain.state.accepted.sum()))

    def tick(self) -> None:
        """Do what is due after a step."""
        now = time.monotonic()
        if now - self.flushed >= _FLUSH:
            self.chain.state.about["seconds"] += now - self.flushed
            self.chain.flush()
            self.flushed = now
        if now - self.spoken >= self.gap or self.chain.state.steps == self.steps:
            self._speak(now)

    def _speak(self, now: float) -> None:
        state = self.chain.state
        rate = (state.steps - self.first) / max(now - self.began, 1e-9)
        done, accepted = self.at
        moved = (int(state.accepted.sum()) - accepted) / max((state.steps - done) * len(state.walkers), 1)
        left = (self.steps - state.steps) / rate
        text = (
            f"{state.steps:,}/{self.steps:,} steps, {rate:.3g} steps/s, {_span(left)} left, "
            f"acceptance {moved:.2f}, ln L {float(np.median(state.log_probability)):.1f}"
        )
        self.listen(events.Event("sampling", text=text))
        self.spoken, self.gap = now, min(1.5 * self.gap, _LINE_MOST)
        self.at = (state.steps, int(state.accepted.sum()))

    def close(self) -> None:
        """Bring everything to disk."""
        self.chain.state.about["seconds"] += time.monotonic() - self.flushed
        self.chain.flush()


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
