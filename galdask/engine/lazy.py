"""Lazy tables for a user's own analysis: the store, or a sample of it, as a dask.dataframe.

Nothing is read before a result is asked for, and then only the columns that it needs. The index of
both tables is the row in the catalogue's main table, so that they can be joined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.catalog.manifest import StoredColumn
from galdask.catalog.store import PartitionRef, Store, open_store, read_partition
from galdask.errors import StoreError
from galdask.stars.populations import CLASSES
from galdask.stars.recipe import Recipe

if TYPE_CHECKING:
    import dask.dataframe as dd
    import pandas as pd

TEXTS = ("string", "large_string")
INDEX = "row"


def to_dask(store: Store | Path | str, columns: Sequence[str] | None = None) -> dd.DataFrame:
    """Return columns of a store as a lazy dask.dataframe with their true types.

    Parameters
    ----------
    store : Store or path
        The catalogue.
    columns : sequence of str, optional
        Which columns; all scalar ones of the release by default. Those of a group are ``GROUP:COLUMN``.

    Returns
    -------
    dask.dataframe.DataFrame
        One partition for each of the store's. The index is the row in the main table. Integers and
        booleans that may be missing are nullable, text is Arrow's, missing real numbers are NaN.

    Raises
    ------
    StoreError
        If a column is not in the store, or holds an array in each row.
    """
    import dask.dataframe as dd

    opened = store if isinstance(store, Store) else open_store(store)
    names = [name for name, column in opened.columns.items() if not column.shape]
    if columns is not None:
        names = [columns] if isinstance(columns, str) else list(dict.fromkeys(columns))
    for name in names:
        if (shape := opened.column(name).shape) != ():
            raise StoreError(
                f"the column {name!r} holds an array in each row",
                where=opened.path,
                expected="a scalar column",
                found=f"shape {shape}",
                todo="read it with galdask.catalog.store.read_partition, or name its elements in the release",
            )
    return dd.from_map(
        _stars,
        [opened.part(i, names) for i in range(len(opened.partitions))],
        meta=_no_stars(opened, names),
        divisions=_divisions(opened),
        label="read-stars",
    )


def sample(
    store: Store | Path | str, recipe: Recipe, name: str, columns: Sequence[str] | None = None
) -> dd.DataFrame:
    """Return a named sample with its derived columns as a lazy dask.dataframe.

    Parameters
    ----------
    store : Store or path
        The catalogue.
    recipe : Recipe
        Cuts and derived columns.
    name : str
        Sample of the recipe.
    columns : sequence of str, optional
        Which columns of `Recipe.columns_of`; all by default.

    Returns
    -------
    dask.dataframe.DataFrame
        The index is the row in the main table; `population` is categorical.

    Raises
    ------
    SampleError
        If there is no such sample, or no such column in it.
    """
    import dask.dataframe as dd

    opened = store if isinstance(store, Store) else open_store(store)
    known = recipe.columns_of(name)
    chosen = list(known)
    if columns is not None:
        chosen = [columns] if isinstance(columns, str) else list(dict.fromkeys(columns))
        recipe.lineage(name, chosen)
    recipe = recipe.only({name: chosen})
    empty = {c: _nothing(opened.column(c).type) for c in recipe.columns_read}
    return dd.from_map(
        _sample,
        [opened.part(i, recipe.columns_read) for i in range(len(opened.partitions))],
        recipe=recipe,
        name=name,
        meta=_selected(empty, recipe, name, chosen, 0),
        divisions=_divisions(opened),
        label=f"sample-{name}",
    )


def _divisions(store: Store) -> tuple[int, ...]:
    """Return the first row of every partition, and the last row."""
    starts = [part.row_start for part in store.partitions]
    return (*starts, max(store.rows - 1, starts[-1]))


def _stars(part: PartitionRef, columns: Sequence[str]) -> pd.DataFrame:
    """Read columns of a partition; dask passes those that a computation needs."""
    import pandas as pd

    stored = {column.name: column for column in part.columns}
    values = read_partition(_narrow(part, columns))
    found = {name: _array(values[name], stored[name]) for name in columns}
    return pd.DataFrame(found, index=_index(part.row_start, part.rows))


def _sample(part: PartitionRef, columns: Sequence[str], recipe: Recipe, name: str) -> pd.DataFrame:
    """Derive columns of a sample's stars in a partition."""
    recipe = recipe.only({name: columns})
    values = read_partition(_narrow(part, recipe.columns_read))
    return _selected(values, recipe, name, columns, part.row_start)


def _narrow(part: PartitionRef, names: Sequence[str]) -> PartitionRef:
    columns = tuple(column for column in part.columns if column.name in set(names))
    groups = {column.group for column in columns}
    return replace(part, columns=columns, files={g: file for g, file in part.files.items() if g in groups})


def _selected(
    values: Mapping[str, np.ndarray], recipe: Recipe, name: str, columns: Sequence[str], first: int
) -> pd.DataFrame:
    import pandas as pd

    block = recipe.derive(values)
    view = block.view(name)
    found: dict[str, Any] = {c: view[c] for c in columns}
    if "population" in found:
        kind = pd.CategoricalDtype(list(CLASSES))
        found["population"] = pd.Categorical.from_codes(view["population"], dtype=kind)
    rows = np.flatnonzero(block.fates[name] == 0)
    return pd.DataFrame(found, index=pd.Index(rows + first, dtype=np.int64, name=INDEX))


def _no_stars(store: Store, names: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    stored = [store.column(name) for name in names]
    return pd.DataFrame({c.name: _array(_nothing(c.type), c) for c in stored}, index=_index(0, 0))


def _nothing(kind: str) -> np.ndarray:
    """Return a column without rows, as `read_partition` would give it."""
    return np.empty(0, dtype=object if kind in TEXTS else np.dtype(kind))


def _array(values: np.ndarray, column: StoredColumn) -> Any:
    """Return a column as pandas keeps it: nullable where the store has nulls, Arrow's for text."""
    import pandas as pd

    if column.type in TEXTS:
        return pd.array(values, dtype=pd.StringDtype("pyarrow"))
    if not column.nullable:
        return values
    data, mask = np.array(np.ma.getdata(values)), np.ma.getmaskarray(values).copy()
    kind = pd.arrays.BooleanArray if column.type == "bool" else pd.arrays.IntegerArray
    return kind(data, mask)


def _index(first: int, rows: int) -> pd.Index:
    import pandas as pd

    return pd.RangeIndex(first, first + rows, name=INDEX)
