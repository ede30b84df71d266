"""Products, cubes and tables of a run as sheets: one row a cell, axes and their bounds as columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.errors import ProductError
from galdask.exports.sheet import Sheet, of_arrays
from galdask.lineage.integrity import folder_of

if TYPE_CHECKING:
    import xarray as xr

#: attributes of a dataset that go along
FACTS = ("figure", "caption", "pipeline", "reference", "samples", "settings", "frame", "provenance")
#: cells above which those without any star are left out
MANY = 1000


def of_run(
    out: Path | str, only: Sequence[str] | None = None
) -> Iterator[tuple[str, str, list[Sheet], dict[str, str]]]:
    """Yield what a run holds, one file's worth at a time: folder, name, sheets and facts.

    Parameters
    ----------
    out : path
        Folder of the results, or of one run.
    only : sequence of str, optional
        Names of products, tables, or ``cubes/NAME``; all by default.

    Raises
    ------
    ProductError
        If there are no results, or one that was asked for is not among them.
    """
    import xarray as xr

    folder = folder_of(out)
    there = {
        **{path.stem: path for path in sorted((folder / "products").glob("*.zarr"))},
        **{f"cubes/{path.stem}": path for path in sorted((folder / "cubes").glob("*.zarr"))},
        **{f"tables/{path.stem}": path for path in sorted((folder / "tables").glob("*.parquet"))},
    }
    chosen = list(there) if only is None else [_chosen(name, there) for name in only]
    for name in dict.fromkeys(chosen):
        path = there[name]
        if path.suffix == ".parquet":
            sheet, facts = _of_table(path)
            yield "tables", path.stem, [sheet], facts
            continue
        with xr.open_zarr(path) as dataset:
            yield path.parent.name, path.stem, of_dataset(path.stem, dataset), facts_of(dataset)


def _chosen(name: str, there: dict[str, Path]) -> str:
    for known in (name, f"cubes/{name}", f"tables/{name}"):
        if known in there:
            return known
    raise ProductError("the run has no such product", expected=", ".join(there), found=name)


def facts_of(dataset: xr.Dataset) -> dict[str, str]:
    """Return what is known about a dataset, as texts."""
    found = {"title": str(dataset.attrs.get("title", ""))}
    return found | {name: str(dataset.attrs[name]) for name in FACTS if name in dataset.attrs}


def of_dataset(name: str, dataset: xr.Dataset) -> list[Sheet]:
    """Return sheets of a dataset, one for each set of dimensions that variables have.

    A row is a cell. Where there are many, cells in which every number is missing and every count is zero are
    left out. Every axis with bounds also has its low and high edge.
    """
    groups: dict[tuple[Any, ...], list[str]] = {}
    for variable in dataset.data_vars:
        if not str(variable).endswith("_bnds"):
            groups.setdefault(dataset[variable].dims, []).append(str(variable))
    title = str(dataset.attrs.get("title", ""))
    return [
        _of_group(_name(name, dims, len(groups)), dataset, dims, names, title)
        for dims, names in groups.items()
    ]


def _name(name: str, dims: tuple[Any, ...], groups: int) -> str:
    return name if groups == 1 else "_".join([name, *map(str, dims)]) if dims else f"{name}_values"


def _of_group(name: str, dataset: xr.Dataset, dims: tuple[Any, ...], names: list[str], title: str) -> Sheet:
    shape = tuple(dataset.sizes[dim] for dim in dims)
    values = {variable: _plain(dataset[variable].values).reshape(-1) for variable in names}
    size = int(np.prod(shape, dtype=np.int64))
    keep = np.flatnonzero(_holds(values, size)) if size > MANY else np.arange(size)
    places = dict(zip(dims, np.unravel_index(keep, shape), strict=True)) if dims else {}
    columns, units, texts = {}, {}, {}
    for dim, place in places.items():
        axis = _plain(dataset[dim].values) if dim in dataset.coords else np.arange(dataset.sizes[dim])
        columns[str(dim)] = axis[place]
        attrs = dataset[dim].attrs if dim in dataset.coords else {}
        units[str(dim)], texts[str(dim)] = str(attrs.get("units", "")), str(attrs.get("long_name", dim))
        if f"{dim}_bnds" in dataset.variables:
            bounds = dataset[f"{dim}_bnds"].values
            for k, side in enumerate(("low", "high")):
                columns[f"{dim}_{side}"] = bounds[place, k]
                units[f"{dim}_{side}"], texts[f"{dim}_{side}"] = (
                    units[str(dim)],
                    f"{side} edge of the cell in {dim}",
                )
    for variable in names:
        columns[variable] = values[variable][keep]
        attrs = dataset[variable].attrs
        units[variable], texts[variable] = str(attrs.get("units", "")), str(attrs.get("long_name", ""))
    return of_arrays(name, columns, units, texts, title)


def _holds(values: dict[str, np.ndarray], size: int) -> np.ndarray:
    """Return which cells hold a number; codes of reasons for none do not count."""
    found = np.zeros(size, dtype=bool)
    for name, array in values.items():
        if array.dtype.kind == "f":
            found |= np.isfinite(array)
        elif array.dtype.kind in "iu" and not name.endswith("reason"):
            found |= array != 0
    return found


def _plain(values: np.ndarray) -> np.ndarray:
    """Return values in a type that tables have: texts as objects."""
    return values if values.dtype.kind in "biuf" else np.asarray(values, dtype=object)


def _of_table(path: Path) -> tuple[Sheet, dict[str, str]]:
    """Return the sheet of a saved table, and what is known about it."""
    import pyarrow.parquet as pq

    from galdask.catalog.readers.arrow import to_numpy

    table = pq.read_table(path)
    known = json.loads((table.schema.metadata or {}).get(b"galdask", b"{}"))
    columns, units = {}, {}
    for entry in table.schema:
        values = to_numpy(table.column(entry.name), f"{path}, column {entry.name}")
        data = np.ma.getdata(values)
        if data.dtype.kind == "S":
            values = np.array([text.decode() for text in data.tolist()], dtype=object)
        columns[entry.name] = values
        units[entry.name] = (entry.metadata or {}).get(b"unit", b"").decode()
    facts = {k: v if isinstance(v, str) else json.dumps(v, sort_keys=True) for k, v in known.items()}
    return of_arrays(path.stem, columns, units, {}, facts.get("title", "")), facts
