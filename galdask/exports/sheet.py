"""A table on its way out: fields, facts about it, and its rows in blocks, none whole in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from galdask.exports.fields import Field

Rows = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Sheet:
    """One table."""

    name: str
    """Short name: a file or an extension of one."""
    fields: tuple[Field, ...]
    """Its columns, in order."""
    blocks: Callable[[], Iterator[Rows]]
    """Opens the rows anew: arrays by column; texts as objects, missing integers masked."""
    title: str = ""
    """What it is."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What else is known: reference, frame, settings, provenance."""

    def whole(self) -> dict[str, np.ndarray]:
        """Return all rows."""
        parts = list(self.blocks())
        if not parts:
            return {f.name: np.empty(0, dtype=f.type) for f in self.fields}
        return {f.name: np.ma.concatenate([part[f.name] for part in parts]) if _masked(parts, f.name)
                else np.concatenate([part[f.name] for part in parts]) for f in self.fields}  # fmt: skip

    def rows(self) -> int:
        """Return the number of rows, by reading them."""
        first = self.fields[0].name
        return sum(len(part[first]) for part in self.blocks())


def _masked(parts: list[Rows], name: str) -> bool:
    return any(isinstance(part[name], np.ma.MaskedArray) for part in parts)


def of_arrays(
    name: str, columns: Mapping[str, np.ndarray], units: Mapping[str, str], texts: Mapping[str, str],
    title: str = "", facts: Mapping[str, str] | None = None,
) -> Sheet:  # fmt: skip
    """Return a sheet of columns that are in memory already.

    Parameters
    ----------
    name, title : str
        Of the table.
    columns : dict of (n,) arrays
        Its columns.
    units, texts : dict
        Unit and meaning of columns; those that are absent have none.
    facts : dict, optional
        What else is known.
    """
    made = {}
    fields = []
    for key, values in columns.items():
        array = values if isinstance(values, np.ma.MaskedArray) else np.asarray(values)
        if array.dtype.kind not in "biufO":
            array = np.asarray(array, dtype=object)
        made[key] = array
        fields.append(describe(key, array, units.get(key, ""), texts.get(key, "")))
    return Sheet(name, tuple(fields), lambda: iter((made,)), title, dict(facts or {}))


def describe(name: str, values: np.ndarray, unit: str, text: str) -> Field:
    """Return the field of a column's values."""
    width = 1
    if values.dtype.kind == "O":
        width = max((len(str(value).encode()) for value in values if value is not None), default=1)
    return Field(name, values.dtype, unit, text, isinstance(values, np.ma.MaskedArray), max(width, 1))
