"""Stars as sheets: columns of a store, or a sample of a pipeline with what was derived for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import numpy as np

from galdask import provenance
from galdask.catalog.store import Store, read_partition
from galdask.exports.fields import Field
from galdask.exports.sheet import Rows, Sheet
from galdask.stars.populations import CLASSES
from galdask.stars.position import MOTIONS, PLACES
from galdask.stars.recipe import Recipe

#: what derived columns are
TEXTS = {
    "x": "Galactocentric x, from the Sun to the centre", "y": "Galactocentric y, along rotation",
    "z": "Galactocentric z",
    "r": "Galactocentric radius", "theta": "Galactocentric azimuth, the Sun at 180", "abs_z": "height |z|",
    "signed_r": "radius with the sign of x", "population": "low_alpha, high_alpha, buffer or undefined",
}  # fmt: skip


def facts_of(store: Store, **more: object) -> dict[str, str]:
    """Return what is known about stars of a store, as texts."""
    known = {"release": store.name, "digest": store.digest, "rows": store.rows, "mock": store.mock}
    found = {"title": store.title, "release": store.name, "digest": store.digest}
    if store.mock:
        found["mock"] = "these stars are made up"
    return found | {"provenance": provenance.text(provenance.record(store=known, **more))}


def of_store(store: Store, columns: Sequence[str] | None = None) -> Sheet:
    """Return columns of a store as a sheet, a partition a block.

    Parameters
    ----------
    store : Store
        The catalogue.
    columns : sequence of str, optional
        Which columns, also ``GROUP:COLUMN`` of a computed group; by default all that hold one value a star.

    Raises
    ------
    StoreError
        If there is no such column.
    """
    names = list(columns) if columns else [name for name, c in store.columns.items() if not c.shape]
    fields = _fields(store, names)

    def blocks() -> Iterator[Rows]:
        for part in range(len(store.partitions)):
            yield read_partition(store.part(part, names))

    return Sheet(store.name, fields, blocks, store.title, {})


def _fields(store: Store, names: Sequence[str]) -> tuple[Field, ...]:
    """Return fields of columns; texts are read once for their width."""
    made = []
    for name in names:
        column = store.column(name)
        text = column.type in ("string", "large_string")
        kind = np.dtype(object) if text else np.dtype(column.type)
        width = _width(store, name) if text else 1
        made.append(
            Field(name, kind, column.unit or "", column.description, column.nullable and not text, width)
        )
    return tuple(made)


def _width(store: Store, name: str) -> int:
    """Return the bytes of the longest text of a column."""
    longest = 1
    for part in range(len(store.partitions)):
        values = read_partition(store.part(part, [name]))[name]
        longest = max(longest, max((len(text.encode()) for text in values if text is not None), default=1))
    return longest


def of_sample(store: Store, recipe: Recipe, name: str, columns: Sequence[str] | None = None) -> Sheet:
    """Return the stars of a sample: their name, what was derived for them, and columns of the store.

    Parameters
    ----------
    store : Store
        The catalogue.
    recipe : Recipe
        Cuts and derived columns of a pipeline.
    name : str
        Sample of the recipe; not a raw one.
    columns : sequence of str, optional
        Derived columns, or columns of the store; by default the star's name and every derived column.

    Raises
    ------
    SampleError
        If there is no such sample.
    StoreError
        If there is no such column.
    """
    known = recipe.columns_of(name)
    wanted = list(columns) if columns else [store.star_id, *(c for c in known if c != store.star_id)]
    derived = [c for c in wanted if c in known]
    stored = [c for c in wanted if c not in known]
    narrow = recipe.only({name: derived or list(known[:1])})
    read = list(dict.fromkeys([*narrow.columns_read, *stored]))
    taken = {field.name: field for field in _fields(store, stored)}
    units = {**PLACES, **MOTIONS, **{q.name: q.unit for q in recipe.quantities.values()}}
    units |= {f"{q.name}_err": q.unit for q in recipe.quantities.values()}

    def blocks() -> Iterator[Rows]:
        for part in range(len(store.partitions)):
            values = read_partition(store.part(part, read))
            block = narrow.derive(values)
            view, rows = block.view(name), np.flatnonzero(block.fates[name] == 0)
            yield {c: _derived(view[c], c) if c in derived else values[c][rows] for c in wanted}

    first = next(blocks())
    fields = []
    for c in wanted:
        if c in taken:
            fields.append(taken[c])
            continue
        width = max(map(len, CLASSES)) if c == "population" else 1
        label = recipe.quantities[c].label if c in recipe.quantities else TEXTS.get(c, "")
        fields.append(Field(c, first[c].dtype, units.get(c, ""), label, False, width))
    settings = json.dumps(recipe.settings(), sort_keys=True)
    return Sheet(
        name, tuple(fields), blocks, f"{store.title}: sample {name}", {"sample": name, "settings": settings}
    )


def _derived(values: np.ndarray, name: str) -> np.ndarray:
    """Return derived values; populations by their names."""
    return np.array([*CLASSES], dtype=object)[values] if name == "population" else values
