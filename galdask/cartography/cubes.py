"""The two cubes: everything about each quantity in every cell of space, as one Zarr store each.

(X, Y, Z) and (R, azimuth, Z) are two views of the same three degrees of freedom. A cube is sparse while it
is computed and is written densely, one variable at a time.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography.grids import Grid, coordinates
from galdask.cartography.product import Request
from galdask.cartography.quantity import Quantity
from galdask.cartography.zarr_store import consolidate, published_folder
from galdask.config import Section
from galdask.reductions import CellTable

if TYPE_CHECKING:
    import zarr

    from galdask.cartography.plan import Plan

#: statistics of each quantity, beside its number of stars
STATISTICS = ("mean", "std", "skewness", "q16", "q25", "median", "q75", "q84", "median_err")
#: a variable of more bytes than this has one file a population, a smaller one a single file
SHARD_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Cube:
    """A cube of the pipeline file.

    Parameters
    ----------
    name : str
    grid : Grid
    quantities : tuple of str
    min_n : int
        Cells with fewer stars hold no statistic.
    """

    name: str
    grid: Grid
    quantities: tuple[str, ...]
    min_n: int = 1

    def restricted(self, quantities: Collection[str]) -> Cube:
        """Return the cube of those of its quantities that are there."""
        return replace(self, quantities=tuple(q for q in self.quantities if q in quantities))

    def settings(self) -> dict[str, Any]:
        """Return its settings as the pipeline file would give them."""
        return {"grid": self.grid.settings(), "quantities": list(self.quantities), "min_n": self.min_n}


def cube_from_section(
    name: str, section: Section, grids: Mapping[str, Grid], quantities: Mapping[str, Quantity]
) -> Cube:
    """Read a cube.

    Raises
    ------
    ConfigError
        If its grid or a quantity is not in the file, or a quantity has no range.
    """
    grid = grids[section.text("grid", choices=tuple(grids))]
    chosen = section.list("quantities")
    for one in chosen:
        if one not in quantities:
            raise section.fail(
                "quantities", f"unknown quantity {one!r}", expected="of " + ", ".join(quantities), found=one
            )
        if quantities[one].low is None or quantities[one].high is None:
            raise section.fail(
                "quantities",
                f"the quantity {one!r} has no range",
                expected="low and high, so that its sums are exact",
                todo=f"give low and high in quantities.{one}",
            )
    cube = Cube(name, grid, tuple(chosen), section.whole("min_n", 1, low=1))
    section.done()
    return cube


def requests(plan: Plan, cube: Cube) -> dict[str, Request]:
    """Return the reductions of a cube: stars in each cell, stars in all, and each quantity's statistics."""
    out = {"stars": cs.counts(plan.main, cube.grid.axes), "all": cs.counts(plan.main, ())}
    for quantity in cube.quantities:
        out |= cs.requests(plan, quantity, cube.grid.axes, STATISTICS)
    return out


def write(
    plan: Plan, cube: Cube, tables: Mapping[str, CellTable], path: Path | str, attrs: Mapping[str, Any]
) -> Path:
    """Write a cube as Zarr.

    Parameters
    ----------
    plan, cube : Plan, Cube
        What is written.
    tables : mapping of str to CellTable
        Results of `requests` by name.
    path : path
        Folder to make, such as ``cubes/xyz.zarr``.
    attrs : dict
        Attributes beside those made here, such as ``provenance``.

    Raises
    ------
    OutputError
        If the disk is full or the place cannot be written.
    """
    import zarr

    axes, path = cube.grid.axes, Path(path)
    n_stars = cs.count_variable(tables["stars"], axes, "number of stars")
    inside = int(n_stars[1][0].sum(dtype=np.int64))
    total = int(tables["all"].dense("n", (3,))[0])
    labels = coordinates(axes, plan)
    about = {
        "title": f"{plan.title}: {' '.join(a.name for a in axes)} cube",
        "Conventions": "CF-1.11",
        "pipeline": plan.name,
        "reference": plan.reference,
        "frame": json.dumps(plan.frame, sort_keys=True),
        "settings": json.dumps(cube.settings(), sort_keys=True),
        "samples": json.dumps(
            {q: plan.quantities[q].sample for q in cube.quantities} | {"n_stars": plan.main}
        ),
        "stars_inside": inside,
        "stars_outside": total - inside,
        "coordinates": " ".join(name for name in labels if name.endswith("_bnds")),
        **attrs,
    }
    with published_folder(path) as folder:
        root = zarr.open_group(str(folder), mode="w", zarr_format=3, attributes=about)
        for name, variable in labels.items():
            _write(root, name, variable, whole=True)
        _write(root, "n_stars", n_stars)
        for quantity in cube.quantities:
            for name, variable in cs.variables(plan, quantity, axes, STATISTICS, tables, cube.min_n):
                _write(root, name, variable)
        consolidate(folder)
    return path


def _write(root: zarr.Group, name: str, variable: cs.Variable, whole: bool = False) -> None:
    """Write one variable; coordinates in one chunk, the rest in one chunk a population."""
    dims, values, attrs = variable
    if values.dtype == np.float64 and not whole:
        values = values.astype(np.float32)
    chunks = values.shape if whole else (1, *values.shape[1:])
    text = values.dtype.kind == "U"
    fill: Any = "" if text else (np.nan if values.dtype.kind == "f" else 0)
    array = root.create_array(
        name,
        shape=values.shape,
        dtype="str" if text else values.dtype,
        chunks=chunks,
        shards=values.shape if not whole and values.nbytes <= SHARD_BYTES else None,
        fill_value=fill,
        attributes=attrs,
        dimension_names=dims,
    )
    if not whole and values.nbytes > SHARD_BYTES:
        for k in range(values.shape[0]):
            array[k] = values[k]
    else:
        array[...] = values.astype(object) if text else values
