"""Finished tables as plain arrays, so that they travel and rest like states do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from galdask.engine import cache
from galdask.reductions.cells import CellTable
from galdask.reductions.states import State


def to_state(table: CellTable, prefix: str = "") -> State:
    """Return a table and its sub-tables as one flat set of arrays."""
    state: State = {f"{prefix}cells": table.cells}
    for name, values in table.values.items():
        state[f"{prefix}values.{name}"] = values
    for name, inner in table.tables.items():
        state |= to_state(inner, f"{prefix}tables.{name}/")
    return state


def from_state(state: State) -> CellTable:
    """Return the table that `to_state` flattened."""
    own = {k: v for k, v in state.items() if "/" not in k}
    inner: dict[str, State] = {}
    for key, values in state.items():
        if "/" in key:
            head, rest = key.split("/", 1)
            inner.setdefault(head.removeprefix("tables."), {})[rest] = values
    return CellTable(
        cells=own["cells"],
        values={k.removeprefix("values."): v for k, v in own.items() if k != "cells"},
        tables={name: from_state(part) for name, part in inner.items()},
    )


class Tables(Mapping[str, CellTable]):
    """Finished tables on the disk, each read when it is asked for: small to send, whatever they hold.

    Parameters
    ----------
    places : mapping of str to (path, str)
        Name of each table -> its pack, and its key in it.
    """

    def __init__(self, places: Mapping[str, tuple[Path, str]]) -> None:
        self.places = dict(places)

    def __getitem__(self, name: str) -> CellTable:
        path, key = self.places[name]
        return from_state(cache.read_states(path, [key])[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)

    def size(self, name: str) -> int:
        """Return the bytes of a table on the disk."""
        return self.places[name][0].stat().st_size
