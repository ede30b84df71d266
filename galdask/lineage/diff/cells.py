"""The median in each cell in two runs, and what the stars lost, changed and added did to it.

The way from A to B has three steps: the stars that B lacks go, the values of the common stars become
those of B, the new stars come. Each step's shift is a difference of two exact medians, and the three of them
add up to the change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from galdask.lineage.diff.matching import Groups, match
from galdask.lineage.diff.stars import KEY, Stars
from galdask.reductions import Axis, CellTable, Counts, Key, OrderStatistics

#: the steps, in the order in which they are taken
STEPS = ("lost", "changed", "added")


@dataclass(frozen=True, slots=True)
class Shifts:
    """One quantity in the cells of a key, run B beside run A; arrays have the key's finalized shape.

    Parameters
    ----------
    n_a, n_b, n_common : int64
        Stars with a value: in A, in B, and in the same cell and population in both.
    lost, changed, added : int64
        Stars that only A has (in A's cell); that both have, with another value, place or population (in
        B's cell); that only B has.
    median_a, median_b, change, change_err : float64
        Medians, B less A, and its error as of independent samples.
    shared_err : float64
        The same with the correlation that common stars give.
    shift_lost, shift_changed, shift_added : float64
        What each step did; NaN where a median on the way has no star.
    """

    n_a: np.ndarray
    n_b: np.ndarray
    n_common: np.ndarray
    lost: np.ndarray
    changed: np.ndarray
    added: np.ndarray
    median_a: np.ndarray
    median_b: np.ndarray
    change: np.ndarray
    change_err: np.ndarray
    shared_err: np.ndarray
    shift_lost: np.ndarray
    shift_changed: np.ndarray
    shift_added: np.ndarray

    @property
    def significance(self) -> np.ndarray:
        """The change over its error as of independent samples: a lower bound."""
        return over(self.change, self.change_err)

    @property
    def shared_significance(self) -> np.ndarray:
        """The change over its error with shared stars; infinite where the same stars have other values."""
        return over(self.change, self.shared_err)

    @property
    def touched(self) -> np.ndarray:
        """Cells with a star that was lost, changed or added."""
        return (self.lost + self.changed + self.added) > 0


def over(change: np.ndarray, err: np.ndarray) -> np.ndarray:
    """Return change / err: 0 where nothing changed, infinite where the error is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = change / err
    return np.where(change == 0.0, 0.0, found)


def shared_error(
    err_a: np.ndarray, err_b: np.ndarray, n_a: object, n_b: object, n_common: object
) -> np.ndarray:
    """Return the error of a difference of medians of samples that share stars.

    Two medians of n_a and n_b stars with n_common in common have the correlation
    n_common / sqrt(n_a n_b), exactly so for means and for medians of many stars of one distribution.
    """
    n_a, n_b, n_common = (np.asarray(n, dtype=np.float64) for n in (n_a, n_b, n_common))
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = np.clip(n_common / np.sqrt(n_a * n_b), 0.0, 1.0)
    variance = (err_a - err_b) ** 2 + 2.0 * (1.0 - rho) * err_a * err_b
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def valued(stars: Stars, sample: str, quantity: str) -> Stars:
    """Return the stars of a sample that have a value."""
    return stars.rows(np.flatnonzero(stars.member[sample] & np.isfinite(stars.columns[quantity])))


def shifts(a: Stars, b: Stars, axes: tuple[Axis, ...], quantity: str) -> Shifts:
    """Take the way from A to B in every cell.

    Parameters
    ----------
    a, b : Stars
        Stars with a value, from `valued`.
    axes : tuple of Axis
        The cells.
    quantity : str
        Whose medians.
    """
    key = Key(axes, population=True)
    names = tuple(dict.fromkeys((quantity, *key.columns())))
    groups = match(a.columns, b.columns, KEY, names)
    common = a.rows(groups.a), b.rows(groups.b)
    parts = (a, common[0], common[1], b)
    medians, errors, numbers = zip(*(_medians(key, quantity, part) for part in parts), strict=True)
    err = errors[0], errors[3]
    together = _together(key, groups, common)
    return Shifts(
        n_a=numbers[0],
        n_b=numbers[3],
        n_common=together,
        lost=_count(key, a.rows(groups.lost)),
        changed=_count(key, common[1].rows(np.flatnonzero(~groups.same))),
        added=_count(key, b.rows(groups.added)),
        median_a=medians[0],
        median_b=medians[3],
        change=medians[3] - medians[0],
        change_err=np.hypot(*err),
        shared_err=shared_error(*err, numbers[0], numbers[3], together),
        shift_lost=medians[1] - medians[0],
        shift_changed=medians[2] - medians[1],
        shift_added=medians[3] - medians[2],
    )


def _medians(key: Key, quantity: str, stars: Stars) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    reduction = OrderStatistics(key, quantity, q=(0.5,), median_err=True)
    table = reduction.finalize([reduction.map(stars.columns)])
    shape = key.final_shape
    return tuple(table.dense(name, shape) for name in ("median", "median_err", "n"))  # type: ignore[return-value]


def _count(key: Key, stars: Stars) -> np.ndarray:
    reduction = Counts(key)
    table: CellTable = reduction.finalize([reduction.map(stars.columns)])
    return table.dense("n", key.final_shape).astype(np.int64)


def _together(key: Key, groups: Groups, common: tuple[Stars, Stars]) -> np.ndarray:
    """Count the common stars that are in one cell and population in both runs."""
    cells = [key.cells(one.columns) for one in common]
    return _count(key, common[1].rows(np.flatnonzero(cells[0] == cells[1])))
