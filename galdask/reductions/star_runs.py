"""Sorted runs of star records (order, star, value[, population]): merging, and walking them in shards.

``order`` is uint64: group << 32 | order bits of the float32 abscissa. Records are sorted by order, then
star key, then value, then population, so that a set of records has one spelling only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

Run = dict[str, np.ndarray]
Ranges = list[tuple[int, int]]

FIELDS = {"order": np.uint64, "star": np.uint64, "value": np.uint32, "population": np.uint8}


def empty_run(population: bool) -> Run:
    """Return a run of no record."""
    return {k: np.empty(0, dtype=t) for k, t in FIELDS.items() if population or k != "population"}


def sorted_run(run: Run) -> Run:
    """Return the records of `run` in their one order; nearly linear where the input is runs in a row."""
    order = run["order"]
    index = np.argsort(order, kind="stable")
    order = order[index]
    same = np.zeros(order.size + 1, dtype=bool)
    np.equal(order[1:], order[:-1], out=same[1:-1])
    tied = np.flatnonzero(same[1:] | same[:-1])
    if tied.size:
        rows = index[tied]
        index[tied] = rows[np.lexsort([run[k][rows] for k in reversed(FIELDS) if k in run])]
    return {k: v[index] for k, v in run.items()}


def merged(runs: Sequence[Run]) -> Run:
    """Return the union of `runs` as a multiset, sorted."""
    return sorted_run({k: np.concatenate([run[k] for run in runs]) for k in runs[0]})


def shards(runs: Sequence[Run], limit: int) -> Iterator[Run]:
    """Walk the union of sorted `runs` in order, at most about `limit` records at a time.

    Only records that are equal in order and star cannot be parted, whatever their number.
    """
    yield from _walk(runs, [(0, run["order"].size) for run in runs], limit)


def _walk(runs: Sequence[Run], ranges: Ranges, limit: int) -> Iterator[Run]:
    held = [(run, low, high) for run, (low, high) in zip(runs, ranges, strict=True) if low < high]
    if not held:
        return
    runs, ranges = [h[0] for h in held], [(h[1], h[2]) for h in held]
    total = sum(high - low for low, high in ranges)
    cuts = _cuts(runs, ranges) if total > limit else None
    if cuts is None:
        yield merged([{k: v[low:high] for k, v in run.items()} for run, low, high in held])
        return
    yield from _walk(runs, [(low, cut) for (low, _), cut in zip(ranges, cuts, strict=True)], limit)
    yield from _walk(runs, [(cut, high) for (_, high), cut in zip(ranges, cuts, strict=True)], limit)


def _cuts(runs: Sequence[Run], ranges: Ranges) -> list[int] | None:
    """Part every range at one (order, star), near the middle of them all; None if all are equal."""
    middles = [(low + high) // 2 for low, high in ranges]
    orders = np.array([run["order"][m] for run, m in zip(runs, middles, strict=True)])
    stars = np.array([run["star"][m] for run, m in zip(runs, middles, strict=True)])
    lengths = np.array([high - low for low, high in ranges])
    ranked = np.lexsort((stars, orders))
    weight = np.cumsum(lengths[ranked])
    pivot = ranked[np.searchsorted(weight, weight[-1] / 2)]
    for side in ("left", "right"):
        cuts = [_cut(run, r, orders[pivot], stars[pivot], side) for run, r in zip(runs, ranges, strict=True)]
        left = sum(cut - low for cut, (low, _) in zip(cuts, ranges, strict=True))
        if 0 < left < int(weight[-1]):
            return cuts
    return None


def _cut(run: Run, span: tuple[int, int], order: np.uint64, star: np.uint64, side: str) -> int:
    """Return where (order, star) would be inserted in one range of a run."""
    low, high = span
    first = low + int(np.searchsorted(run["order"][low:high], order, side="left"))
    last = low + int(np.searchsorted(run["order"][low:high], order, side="right"))
    return first + int(np.searchsorted(run["star"][first:last], star, side=side))  # type: ignore[call-overload]
