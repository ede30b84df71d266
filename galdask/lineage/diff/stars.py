"""The stars of a run, read again from its store: who is in each sample, where, and with which values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.catalog.store import PartitionRef, Store, read_partition

if TYPE_CHECKING:
    from galdask.engine.executor import Executor
    from galdask.stars.recipe import Recipe

KEY = "star_key"


@dataclass(frozen=True, slots=True)
class Stars:
    """The stars that any of some samples keeps.

    Parameters
    ----------
    columns : dict of str to (k,) array
        Derived columns, ``star_key`` among them.
    member : dict of str to (k,) bool
        Sample -> which of them are its stars.
    catalogue : (n,) uint64
        Key of every row of the catalogue, kept or not.
    """

    columns: dict[str, np.ndarray]
    member: dict[str, np.ndarray]
    catalogue: np.ndarray

    def of(self, sample: str) -> np.ndarray:
        """Return the rows of a sample."""
        return np.flatnonzero(self.member[sample])

    def rows(self, which: np.ndarray) -> Stars:
        """Return some rows."""
        return Stars(
            {name: values[which] for name, values in self.columns.items()},
            {name: values[which] for name, values in self.member.items()},
            self.catalogue,
        )


def read_stars(shared: tuple[Recipe, tuple[str, ...], tuple[str, ...]], part: PartitionRef) -> Stars:
    """Read the stars of one partition; a task of a worker."""
    recipe, samples, names = shared
    read = read_partition(part)
    block = recipe.derive(read)
    member = {s: block.member[s] for s in samples}
    kept = np.logical_or.reduce(list(member.values()))
    return Stars(
        {name: block.columns[name][kept] for name in names},
        {name: values[kept] for name, values in member.items()},
        np.asarray(read[KEY]),
    )


def all_stars(
    store: Store, recipe: Recipe, samples: Sequence[str], names: Sequence[str], executor: Executor, step: str
) -> Stars:
    """Read the stars of some samples from a store, in the order of the catalogue.

    Parameters
    ----------
    store : Store
        The catalogue.
    recipe : Recipe
        Cuts and derived columns.
    samples, names : sequence of str
        Samples with cuts, and columns of them beside ``star_key``.
    executor : Executor
        Where partitions are read.
    step : str
        For progress.

    Raises
    ------
    StoreError
        If the store is damaged.
    """
    wanted = tuple(dict.fromkeys((KEY, *names)))
    narrow = recipe.only(dict.fromkeys(samples, wanted))
    read = tuple(dict.fromkeys((KEY, *narrow.columns_read)))
    tasks = [store.part(part.index, read) for part in store.partitions]
    labels = [f"partition {part.index} of {store.path}" for part in store.partitions]
    found: list[Any] = [None] * len(tasks)
    shared = (narrow, tuple(samples), wanted)
    for index, one in executor.run(read_stars, tasks, step=step, labels=labels, shared=shared):
        found[index] = one
    return Stars(
        {name: np.concatenate([one.columns[name] for one in found]) for name in wanted},
        {name: np.concatenate([one.member[name] for one in found]) for name in samples},
        np.concatenate([one.catalogue for one in found]),
    )


@dataclass(frozen=True, slots=True)
class Catalogues:
    """Two catalogues as their stores describe them.

    Parameters
    ----------
    rows : (int, int)
    added, lost : int
        Rows of stars that only B has, and only A; repeated rows are counted.
    shared_partitions : int
        Partitions of B whose stars are those of one of A.
    partitions : int
        Partitions of B.
    columns : dict of str to int
        Column that is read -> shared partitions in which its digest is another.
    """

    rows: tuple[int, int]
    added: int
    lost: int
    shared_partitions: int
    partitions: int
    columns: Mapping[str, int]


def catalogues(a: Store, b: Store, stars: tuple[Stars, Stars], columns: Sequence[str]) -> Catalogues:
    """Compare two catalogues by star and by the digests of columns."""
    keys, counts = zip(*(np.unique(one.catalogue, return_counts=True) for one in stars), strict=True)
    _, at_a, at_b = np.intersect1d(keys[0], keys[1], assume_unique=True, return_indices=True)
    shared = np.minimum(counts[0][at_a], counts[1][at_b]).sum()
    known = {part.digests[KEY]: part for part in a.partitions}
    both = [(known[p.digests[KEY]], p) for p in b.partitions if p.digests[KEY] in known]
    differ = {
        name: sum(one.digests.get(name) != other.digests.get(name) for one, other in both) for name in columns
    }
    return Catalogues(
        (a.rows, b.rows),
        int(b.rows - shared),
        int(a.rows - shared),
        len(both),
        len(b.partitions),
        {name: number for name, number in differ.items() if number},
    )
