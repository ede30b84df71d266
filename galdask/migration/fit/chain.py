"""The chain of a fit on disk: it grows while the sampler runs, and only whole steps can be seen.

`chain.zarr` receives whole blocks of steps, each written once; `chain_state.npz`, replaced by one rename
every few seconds, holds the steps after the last whole block, the number of all steps, the walkers and the
state of the random numbers. After a crash everything up to the last state is there, and the sampler goes on
from it as if nothing had happened.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask import publish
from galdask.errors import InputError, OutputError
from galdask.migration.fit.folder import path_of
from galdask.migration.model.parameters import FREE, KNOWN

if TYPE_CHECKING:
    import xarray as xr

#: steps of one block of the Zarr arrays
BLOCK = 64
#: steps after the burn-in that a posterior needs
LEAST = 10
_ARRAYS = ("parameters", "log_likelihood")


@dataclass
class State:
    """Where the sampler stands after a whole number of steps."""

    steps: int
    walkers: np.ndarray
    """(walkers, parameters)."""
    log_probability: np.ndarray
    """(walkers,)."""
    random: tuple[Any, ...]
    """Of numpy's MT19937: ("MT19937", 624 words, place, has a normal, normal)."""
    accepted: np.ndarray
    """Steps that each walker accepted, (walkers,)."""
    about: dict[str, Any]
    """Digest of the configuration, seed, stages and seconds: what can be said in JSON."""


class Chain:
    """The chain of a fit, open for writing.

    Parameters
    ----------
    folder : path
        Of the fit.
    state : State
        Where it stands; nothing is on disk before the first `flush`.
    tail : ndarray, ndarray
        Steps after the last whole block: (k, walkers, parameters) and (k, walkers).
    """

    def __init__(self, folder: Path | str, state: State, tail: tuple[np.ndarray, np.ndarray]) -> None:
        self.folder, self.state = Path(folder), state
        self._tail: tuple[list[np.ndarray], list[np.ndarray]] = (list(tail[0]), list(tail[1]))

    @classmethod
    def begin(cls, folder: Path | str, state: State) -> Chain:
        """Start an empty chain."""
        import zarr

        n, k = state.walkers.shape
        path = path_of(folder, "chain")
        with publish.explained(path):
            group = zarr.open_group(str(path), mode="w")
            group.attrs.update(
                {
                    "configuration": state.about["configuration"],
                    "seed": state.about["seed"],
                    "parameter": list(FREE),
                    "unit": [KNOWN[name].unit for name in FREE],
                }
            )
            for name, shape, dims in (
                ("parameters", (n, k), ("step", "walker", "parameter")),
                ("log_likelihood", (n,), ("step", "walker")),
            ):
                group.create_array(
                    name,
                    shape=(0, *shape),
                    chunks=(BLOCK, *shape),
                    dtype="float64",
                    fill_value=np.nan,
                    dimension_names=dims,
                )
        chain = cls(folder, state, (np.empty((0, n, k)), np.empty((0, n))))
        chain.flush()
        return chain

    @classmethod
    def resume(cls, folder: Path | str, configuration: str) -> Chain:
        """Open the chain of a fit where it was left.

        Raises
        ------
        OutputError
            If it is that of another configuration.
        InputError
            If it is damaged.
        """
        state, parameters, values = _read_state(folder)
        if state.about["configuration"] != configuration:
            raise OutputError(
                "the chain in this folder is that of another run",
                where=path_of(folder, "chain"),
                expected=f"configuration {configuration[:16]}",
                found=f"configuration {str(state.about['configuration'])[:16]}",
                todo="take the chain away, or give another folder",
            )
        return cls(folder, state, (parameters, values))

    def append(self, state: State) -> None:
        """Add one step, the walkers of `state`; it is on disk after the next `flush`."""
        self.state = state
        self._tail[0].append(state.walkers.copy())
        self._tail[1].append(state.log_probability.copy())

    def flush(self) -> None:
        """Bring everything to disk: whole blocks to the Zarr group, then the state by one rename."""
        whole = len(self._tail[0]) - len(self._tail[0]) % BLOCK
        if whole:
            self._write(self.state.steps - len(self._tail[0]), whole)
            del self._tail[0][:whole], self._tail[1][:whole]
        n, k = self.state.walkers.shape
        s, words = self.state, self.state.random
        arrays: dict[str, Any] = {
            "about": np.array(json.dumps({**s.about, "steps": s.steps})),
            "walkers": s.walkers,
            "log_probability": s.log_probability,
            "accepted": s.accepted,
            "random_words": np.asarray(words[1], dtype=np.uint32),
            "random_place": np.array([words[2], words[3]], dtype=np.int64),
            "random_normal": np.array(words[4], dtype=np.float64),
            "tail_parameters": np.array(self._tail[0]).reshape(-1, n, k),
            "tail_log_likelihood": np.array(self._tail[1]).reshape(-1, n),
        }
        publish.write(path_of(self.folder, "chain_state"), lambda handle: np.savez(handle, **arrays))

    def finish(self) -> None:
        """Bring all steps to disk, those of the last block into the Zarr group, too."""
        self.flush()
        if self._tail[0]:
            self._write(self.state.steps - len(self._tail[0]), len(self._tail[0]))

    def _write(self, first: int, count: int) -> None:
        import zarr

        path = path_of(self.folder, "chain")
        with publish.explained(path):
            group = zarr.open_group(str(path), mode="r+")
            for name, rows in zip(_ARRAYS, self._tail, strict=True):
                array: Any = group[name]
                array.resize((first + count, *array.shape[1:]))
                array[first : first + count] = np.array(rows[:count])


def _read_state(folder: Path | str) -> tuple[State, np.ndarray, np.ndarray]:
    path = path_of(folder, "chain_state")
    try:
        with open(path, "rb") as handle, np.load(handle, allow_pickle=False) as found:
            held = {name: found[name] for name in found.files}
        about = json.loads(str(held["about"]))
        place, normal = held["random_place"], float(held["random_normal"])
        random = ("MT19937", held["random_words"], int(place[0]), int(place[1]), normal)
        state = State(
            int(about.pop("steps")), held["walkers"], held["log_probability"], random, held["accepted"], about
        )
        return state, held["tail_parameters"], held["tail_log_likelihood"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(
            "the state of the chain cannot be read",
            where=path,
            found=error,
            todo="take chain.zarr and chain_state.npz away: the sampler then begins anew",
        ) from error


def has_chain(folder: Path | str) -> bool:
    """Return whether a sampler has begun in this folder."""
    return path_of(folder, "chain_state").exists()


def open_chain(folder: Path | str) -> xr.Dataset:
    """Return the chain of a fit, also while the sampler runs: whole steps only.

    Parameters
    ----------
    folder : path
        The OUT of the fit.

    Returns
    -------
    xarray.Dataset
        ``parameters`` (step, walker, parameter) and ``log_likelihood`` (step, walker), -inf outside the
        prior; coordinate ``parameter`` holds the names. Attributes: ``configuration`` and ``seed``;
        ``stages``, the first step of each stage (a new one begins where the survey volume was drawn again);
        ``accepted``, the share of accepted moves.

    Raises
    ------
    InputError
        If there is no chain, or it is damaged.
    """
    import xarray as xr
    import zarr

    if not has_chain(folder):
        raise InputError("this fit has no chain", where=folder, todo="run it without --no-sampling")
    for _ in range(3):  # the block that the state counts on is there before the state
        state, *tails = _read_state(folder)
        whole = state.steps - len(tails[0])
        group = zarr.open_group(str(path_of(folder, "chain")), mode="r")
        held = [np.asarray(group[name][:whole]) for name in _ARRAYS]  # type: ignore[index]
        if len(held[0]) == whole and (whole == 0 or np.all(np.isfinite(held[0][-1]))):
            break
    else:
        raise InputError(
            "steps of the chain are missing",
            where=path_of(folder, "chain"),
            expected=f"{whole} steps",
            found=f"{len(held[0])} steps",
        )
    parameters, values = (np.concatenate(pair) for pair in zip(held, tails, strict=True))
    return xr.Dataset(
        {
            "parameters": (("step", "walker", "parameter"), parameters),
            "log_likelihood": (("step", "walker"), values),
        },
        coords={"parameter": list(FREE)},
        attrs={
            "configuration": state.about["configuration"],
            "seed": state.about["seed"],
            "stages": [int(stage["first"]) for stage in state.about["stages"] if "renew" not in stage],
            "accepted": float(state.accepted.sum() / max(state.steps * len(state.accepted), 1)),
        },
    )


def posterior(folder: Path | str) -> np.ndarray | None:
    """Return the sets of the chain after its burn-in, thinned, (n, 11); None where steps are too few."""
    from galdask.migration.fit.convergence import burn_in_and_thin

    if not has_chain(folder):
        return None
    chain = open_chain(folder)
    steps = chain["parameters"].to_numpy()
    burn_in, thin = burn_in_and_thin(steps, chain.attrs["stages"][-1])
    kept = steps[burn_in::thin]
    return None if len(kept) < LEAST else kept.reshape(-1, steps.shape[2])
