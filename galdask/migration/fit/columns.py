"""What of a row of the store makes a star of the fit, and why a row makes none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from galdask.migration.fit.motions import motion_of
from galdask.stars.cuts import Cut
from galdask.stars.populations import CLASSES, Flags, Populations
from galdask.stars.position import Position
from galdask.stars.readings import STAR_KEY, Reading

#: what `Columns.measure` gives, in the order in which missing values are told
MEASURED = (
    "l", "b", "distance", "age", "fe_h", "vlos", "pml", "pmb", "vlos_err", "pml_err", "pmb_err",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """What of a store's row makes a star of the fit; small and picklable.

    Parameters
    ----------
    star_id : str
        Column of the id.
    position : Position
        Directions on the sky, and distances.
    age : Reading
        Gyr, or log10 of years.
    age_is_log : bool
        Which of the two.
    fe_h : Reading
        Dex.
    motion : {"galactic", "icrs", "inward", "outward"}
        Proper motions of a system; or u, v, w, with u inward or outward.
    velocity : dict of str to (Reading or float)
        Columns, or numbers for all stars, by the names of `galdask.migration.fit.motions`.
    cuts : tuple of Cut
        In order; on columns of the store.
    populations : Populations or Flags, optional
        How stars are told apart.
    keep : str
        The population that is kept.
    """

    star_id: str
    position: Position
    age: Reading
    age_is_log: bool
    fe_h: Reading
    motion: str
    velocity: Mapping[str, Reading | float]
    cuts: tuple[Cut, ...] = ()
    populations: Populations | Flags | None = None
    keep: str = "low_alpha"

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of the store that are read."""
        read = [*self.position.readings(velocity=False), self.age, self.fe_h]
        read += [r for r in self.velocity.values() if isinstance(r, Reading)]
        every = [STAR_KEY, self.star_id, *(r.column for r in read), *(cut.target for cut in self.cuts)]
        every += [] if self.populations is None else self.populations.quantities
        return tuple(dict.fromkeys(every))

    @property
    def steps(self) -> tuple[str, ...]:
        """Reasons for which a row is left out, in order."""
        population = () if self.populations is None else (f"not {self.keep}",)
        return (*(cut.name for cut in self.cuts), *population, *(f"no {name}" for name in MEASURED))

    def settings(self) -> dict[str, Any]:
        """Return what decides who is in the sample and what is known of him."""
        populations = None if self.populations is None else {**self.populations.settings(), "keep": self.keep}
        return {
            "position": self.position.settings(velocity=False),
            "age": [asdict(self.age), self.age_is_log],
            "fe_h": asdict(self.fe_h),
            "motion": self.motion,
            "velocity": {k: asdict(v) if isinstance(v, Reading) else v for k, v in self.velocity.items()},
            "cuts": [[cut.name, cut.settings()] for cut in self.cuts],
            "populations": populations,
        }

    def measure(self, columns: Mapping[str, np.ndarray]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Return the stars of one partition, and the fate of every row.

        Parameters
        ----------
        columns : mapping of str to (n,) array
            `names`, as `galdask.catalog.store.read_partition` gives them.

        Returns
        -------
        dict, (n,) uint8
            star_id, key and `MEASURED` of the rows that are kept; the fate is 0 for those, and k where
            `steps[k - 1]` is the first reason against the row.
        """
        alive = np.ones(columns[STAR_KEY].shape[0], dtype=bool)
        fate = np.zeros(alive.size, dtype=np.uint8)
        for code, cut in enumerate(self.cuts, 1):
            _end(fate, alive, cut.test.passes(columns[cut.target]), code)
        if self.populations is not None:
            given = [_floats(columns[name]) for name in self.populations.quantities]
            kept = self.populations.classify(*given) == CLASSES.index(self.keep)
            _end(fate, alive, kept, len(self.cuts) + 1)
        rows = np.flatnonzero(alive)
        values = self._values(columns, rows)
        going, why = np.ones(rows.size, dtype=bool), np.zeros(rows.size, dtype=np.uint8)
        for code, name in enumerate(MEASURED, len(self.steps) - len(MEASURED) + 1):
            _end(why, going, _usable(name, values[name]), code)
        fate[rows] = why
        found = {name: values[name][going] for name in MEASURED}
        found["star_id"] = np.array([str(s) for s in columns[self.star_id][rows[going]]], dtype=object)
        found["key"] = np.asarray(columns[STAR_KEY][rows[going]], dtype=np.uint64)
        return found, fate

    def _values(self, columns: Mapping[str, np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
        assert self.position.distance is not None  # directions on the sky have one
        first, second = (np.radians(r.read(columns, rows)) for _, r in self.position.coordinates)
        distance = self.position.distance.read(columns, rows)
        given = {
            name: r.read(columns, rows) if isinstance(r, Reading) else np.full(rows.size, r)
            for name, r in self.velocity.items()
        }
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            age = self.age.read(columns, rows)
            seen = motion_of(self.position.form, first, second, distance, self.motion, given)
            return {
                **seen,
                "distance": distance,
                "age": 10.0 ** (age - 9.0) if self.age_is_log else age,
                "fe_h": self.fe_h.read(columns, rows),
            }


def _usable(name: str, values: np.ndarray) -> np.ndarray:
    if name in ("distance", "age"):
        return np.isfinite(values) & (values > 0.0)
    return np.isfinite(values) & (values >= 0.0) if name.endswith("_err") else np.isfinite(values)


def _end(fate: np.ndarray, alive: np.ndarray, good: np.ndarray, code: int) -> None:
    """Note the code of rows that were alive and are not good, in place."""
    fate[alive & ~good] = code
    alive &= good


def _floats(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.ma.filled(np.ma.asarray(values).astype(np.float64), np.nan))
