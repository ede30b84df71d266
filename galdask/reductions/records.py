"""States of one record a star: sorted, so that a set of stars has one spelling; walked in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from galdask.reductions.states import State


def sorted_records(records: State) -> State:
    """Return records by their first column, then the second, and so on."""
    order = np.lexsort([records[name] for name in reversed(records)])
    return {name: values[order] for name, values in records.items()}


def joined_records(parts: Sequence[State]) -> State:
    """Return the records of several states one after the other, as they stand."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def batches(parts: Sequence[State], limit: int) -> Iterator[State]:
    """Walk the records of all states in their order, at most `limit` at a time."""
    held: list[State] = []
    room = limit
    for part in parts:
        first, size = 0, next(iter(part.values())).size
        while first < size:
            last = min(size, first + room)
            held.append({name: np.asarray(values[first:last]) for name, values in part.items()})
            room, first = room - (last - first), last
            if room == 0:
                yield joined_records(held)
                held, room = [], limit
    if held:
        yield joined_records(held)
