"""A sample and its survey volume as immutable files, named by their content, each with an equal part of both.

A file holds what `kernel.prepare` makes of some stars' draws and of some points of the volume, in the form of
`galdask.reductions.states`: it is mapped into memory, never copied. How many files there are depends on the
number of draws and points alone, so sums over them do not know how many workers there are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from galdask import digest
from galdask.errors import ConfigError, InputError, ReductionError
from galdask.migration.fit import kernel
from galdask.migration.fit.compiled import GROUP, check_mode, log_terms
from galdask.migration.fit.likelihood import FLOOR, Likelihood
from galdask.migration.model.choices import Choices
from galdask.migration.model.parameters import Parameters
from galdask.reductions import states

#: draws and points in a file, at most; a few MiB
POINTS = 65_536
_ENDING = ".shard"


@dataclass(frozen=True, slots=True, eq=False)
class Shards:
    """Files of a sample and a survey volume, and what their sums are to be read with."""

    paths: tuple[Path, ...]
    """The files, in the order in which sums are added."""
    reference: Parameters
    """Its fixed parameters hold."""
    choices: Choices
    """How the model is read."""
    stars: int
    """Number of stars."""
    fe_h_err: float
    """Error of [Fe/H], dex."""

    @property
    def digest(self) -> str:
        """Digest of the content of all files, in their order."""
        return digest.of_settings([path.stem for path in self.paths])

    def prune(self) -> None:
        """Remove other shard files from the folder: those of an earlier volume, say."""
        mine = {path.name for path in self.paths}
        for path in self.paths[0].parent.glob(f"*{_ENDING}"):
            if path.name not in mine:
                path.unlink(missing_ok=True)


class Shard:
    """One file in memory: some stars, and some points of the volume.

    Parameters
    ----------
    stars : (13, n draws) float64
        From `kernel.prepare`; the draws of a star stand together.
    volume : (13, m) float64
        From `kernel.prepare`.
    draws : int
        Draws a star.
    """

    def __init__(self, stars: np.ndarray, volume: np.ndarray, draws: int) -> None:
        self.stars, self.volume, self.draws = stars, volume, draws

    def answer(self, message: np.ndarray) -> np.ndarray:
        """Return this shard's part of ln L for sets of parameters.

        Parameters
        ----------
        message : (2, w, 16) float64
            `kernel.constants` for the stars and for the volume.

        Returns
        -------
        (3, w) float64
            Sum of ln p over the stars with the floor, number of stars at the floor, part of V_S. Sums are
            taken as `kernel.group_sums` and `numpy.sum` do, in the order of the file.
        """
        terms = log_terms(kernel.group_sums(self.stars, self.draws, message[0]))
        volume = kernel.group_sums(self.volume, GROUP, message[1])
        return np.stack(
            [
                np.sum(np.maximum(terms, FLOOR), axis=1),
                np.count_nonzero(terms < FLOOR, axis=1).astype(np.float64),
                np.sum(volume, axis=1),
            ]
        )


def write_shards(likelihood: Likelihood, folder: Path | str, count: int | None = None) -> Shards:
    """Write a sample and a survey volume as shard files; those that are there already are kept.

    Parameters
    ----------
    likelihood : Likelihood
        The sample and the volume; its draws must be those of Lz0.
    folder : path
        Where the files go.
    count : int, optional
        Number of files; by default the power of two that keeps each at `POINTS` or less.

    Raises
    ------
    ConfigError
        If the draws are those of [Fe/H], or `count` is not between 1 and the number of stars.
    OutputError
        If the files cannot be written.
    """
    check_mode(likelihood)
    stars, volume = likelihood.stars, likelihood.volume
    n, draws = stars.rows.tau.shape
    most = min(n, volume.rows.size)
    if count is None:
        whole = n * draws + volume.rows.size
        count = min(1 << (max(-(-whole // POINTS), 1) - 1).bit_length(), most)
    if not 1 <= count <= most:
        raise ConfigError("a shard holds stars and volume", expected=f"1 to {most} shards", found=count)
    paths = []
    for k in range(count):
        some = slice(n * k // count, n * (k + 1) // count)
        part = slice(volume.rows.size * k // count, volume.rows.size * (k + 1) // count)
        shard = Shard(
            kernel.prepare(stars.rows.take(some), stars.reference, stars.fe_h[some, None]),
            kernel.prepare(volume.rows.take(part), stars.reference),
            draws,
        )
        paths.append(publish_shard(Path(folder), shard))
    return Shards(tuple(paths), stars.reference, likelihood.choices, n, stars.fe_h_err)


def publish_shard(folder: Path, shard: Shard) -> Path:
    """Write a shard under the name of its content, where it is not there already, and return its path."""
    state = {"stars": shard.stars, "volume": shard.volume, "draws": np.array([shard.draws])}
    path = folder / _name(state)
    try:
        load_shard(str(path))
    except InputError:
        states.write(path, state)
    return path


def load_shard(path: str) -> Shard:
    """Return a shard, mapped into memory.

    Raises
    ------
    InputError
        If the file is missing or damaged.
    """
    place = Path(path)
    try:
        state = states.load(place, verify=False)
    except FileNotFoundError as error:
        raise InputError(
            "a shard of the fit is missing", where=place, todo="run the fit again: it is written anew"
        ) from error
    except (ReductionError, OSError, json.JSONDecodeError, KeyError) as error:
        raise _damaged(place, str(error)) from error
    if (found := _name(state)) != place.name:
        raise _damaged(place, f"that of {found}")
    return Shard(state["stars"], state["volume"], int(state["draws"][0]))


def _name(state: states.State) -> str:
    return digest.of_arrays([state[name] for name in sorted(state)]) + _ENDING


def _damaged(place: Path, found: str) -> InputError:
    return InputError(
        "a shard of the fit is damaged",
        where=place,
        expected="the content that its name tells",
        found=found,
        todo="remove it and run the fit again: it is written anew",
    )
