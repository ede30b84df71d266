"""Stars added, lost and changed: how many, of which population, and why they came or went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from galdask.lineage.diff.matching import match
from galdask.lineage.diff.stars import KEY, Stars
from galdask.reductions.key import CLASSES


@dataclass(frozen=True, slots=True)
class Group:
    """A group of stars of the sample.

    Parameters
    ----------
    name : str
        "same", "changed", "added" or "lost".
    why : str
        What became of them; for changed stars, the column.
    stars : int
        How many.
    populations : dict of str to int
        How many of each population, as B has them; lost ones as A had them.
    """

    name: str
    why: str
    stars: int
    populations: dict[str, int]


def groups_of(stars: tuple[Stars, Stars], sample: str, names: Sequence[str]) -> list[Group]:
    """Tell the stars of a sample apart.

    Parameters
    ----------
    stars : (Stars, Stars)
        Those of A and of B.
    sample : str
        Which.
    names : sequence of str
        Columns whose values count.
    """
    a, b = (one.rows(one.of(sample)) for one in stars)
    groups = match(a.columns, b.columns, KEY, names)
    new = ~np.isin(b.columns[KEY][groups.added], stars[0].catalogue)
    gone = ~np.isin(a.columns[KEY][groups.lost], stars[1].catalogue)
    other = groups.a[~groups.same], groups.b[~groups.same]
    found = [
        _group("same", "", b, groups.b[groups.same]),
        _group("changed", "any column", b, other[1]),
        _group("added", "new in the catalogue", b, groups.added[new]),
        _group("added", "known, not in the sample before", b, groups.added[~new]),
        _group("lost", "gone from the catalogue", a, groups.lost[gone]),
        _group("lost", "known, not in the sample now", a, groups.lost[~gone]),
    ]
    for name in names:
        values = a.columns[name][other[0]], b.columns[name][other[1]]
        nan = [np.isnan(v) if v.dtype.kind == "f" else np.zeros(v.size, bool) for v in values]
        differ = (values[0] != values[1]) & ~(nan[0] & nan[1])
        if differ.any():
            found.append(_group("changed", name, b, other[1][differ]))
    return found


def _group(name: str, why: str, stars: Stars, rows: np.ndarray) -> Group:
    classes = np.bincount(stars.columns["population"][rows].astype(np.int64), minlength=len(CLASSES))
    return Group(name, why, int(rows.size), dict(zip(CLASSES, classes.tolist(), strict=True)))
