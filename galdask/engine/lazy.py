"""Lazy tables for a user's own analysis: the store, or a sample of it, as a dask.dataframe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.catalog.store import PartitionRef, Store, open_store, read_partition
from galdask.stars.recipe import Recipe

if TYPE_CHECKING:
    import dask.dataframe as dd
    import pandas as pd


def to_dask(store: Store | Path | str, columns: Sequence[str] | None = None) -> dd.DataFrame:
    """Return columns of a store as a lazy dask.dataframe with their true types.

    Parameters
    ----------
    store : Store or path
        The catalogue.
    columns : sequence of str, optional
        Which columns; all scalar ones by default.

    Returns
    -------
    dask.dataframe.DataFrame
        One partition for each of the store's; integers that may be missing are nullable, text is Arrow's.

    Raises
    ------
    StoreError
        If a column is not in the store.
    """
    import dask.dataframe as dd

    opened = store if isinstance(store, Store) else open_store(store)
    names = (
        list(columns)
        if columns is not None
        else [c for c, s in opened.columns.items() if s.group != "arrays"]
    )
    types = {name: _pandas_type(opened.columns[name].type) for name in names if name in opened.columns}
    parts = [opened.part(i, names) for i in range(len(opened.partitions))]
    return dd.from_map(_frame, parts, types=types, meta=_empty(types), label="read-stars")


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
        Which derived columns; all by default.

    Returns
    -------
    dask.dataframe.DataFrame
    """
    import dask.dataframe as dd

    opened = store if isinstance(store, Store) else open_store(store)
    parts = [opened.part(i, recipe.columns_read) for i in range(len(opened.partitions))]
    empty = _no_rows(opened, recipe)
    view = recipe.derive(empty).view(name)
    chosen = list(columns) if columns is not None else list(view)
    meta = _pandas({c: np.asarray(view[c]) for c in chosen})
    return dd.from_map(
        _sample, parts, recipe=recipe, name=name, columns=chosen, meta=meta, label=f"sample-{name}"
    )


def _sample(part: PartitionRef, recipe: Recipe, name: str, columns: list[str]) -> pd.DataFrame:
    view = recipe.derive(read_partition(part)).view(name)
    return _pandas({c: np.asarray(view[c]) for c in columns})


def _frame(part: PartitionRef, types: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    values = read_partition(part)
    return pd.DataFrame({name: _series(values[name], kind) for name, kind in types.items()})


def _series(values: np.ndarray, kind: Any) -> pd.Series:
    import pandas as pd

    if isinstance(values, np.ma.MaskedArray):
        series = pd.Series(np.asarray(values.data), copy=False).astype(kind)
        series[np.ma.getmaskarray(values)] = pd.NA
        return series
    return pd.Series(values).astype(kind)


def _pandas_type(arrow: str) -> Any:
    """Return the pandas type of an Arrow type: nullable for integers, Arrow's for text."""
    import pandas as pd

    if arrow in ("string", "large_string"):
        return pd.StringDtype("pyarrow")
    plain = {"float": "float32", "double": "float64", "bool": "boolean"}.get(arrow, arrow)
    if plain.startswith(("int", "uint")):
        plain = plain.replace("uint", "UInt") if plain.startswith("u") else plain.replace("int", "Int")
    return pd.api.types.pandas_dtype(plain)


def _empty(types: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in types.items()})


def _pandas(columns: Mapping[str, np.ndarray]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: np.ascontiguousarray(values) for name, values in columns.items()})


def _no_rows(store: Store, recipe: Recipe) -> dict[str, np.ndarray]:
    part = read_partition(store.part(0, recipe.columns_read), verify=False)
    return {name: values[:0] for name, values in part.items()}
