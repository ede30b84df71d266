"""Maps and tables of the change: from the stars of both runs, or from saved maps alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography.grids import coordinates, dims
from galdask.lineage.diff.cells import Shifts, over, shifts, valued
from galdask.lineage.diff.stars import Stars
from galdask.reductions import Axis
from galdask.reductions.key import POPULATIONS

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan

#: the two views of a map, and their axes
VIEWS = {"face": ("x", "y"), "edge": ("r", "z")}
#: variable of a dataset -> (whether it has the unit of the quantity, what it is)
TEXTS = {
    "n_a": (False, "number of stars in A"),
    "n_b": (False, "number of stars in B"),
    "n_common": (False, "number of stars that are here in both"),
    "lost": (False, "number of stars that only A has"),
    "changed": (False, "number of stars that both have, with another value, place or population"),
    "added": (False, "number of stars that only B has"),
    "median_a": (True, "median in A"),
    "median_b": (True, "median in B"),
    "change": (True, "change of the median, B less A"),
    "change_err": (True, "error of the change, as of independent samples"),
    "significance": (False, "change over its error, as of independent samples"),
    "shared_err": (True, "error of the change, shared stars accounted for"),
    "shared_significance": (False, "change over its error, shared stars accounted for"),
    "shift_lost": (True, "shift by the stars that B lacks"),
    "shift_changed": (True, "shift by the new values of common stars"),
    "shift_added": (True, "shift by the stars that A lacks"),
}
FROM_SAVED = ("n_a", "n_b", "median_a", "median_b", "change", "change_err", "significance")


def views(plan: Plan) -> dict[str, tuple[Axis, ...]]:
    """Return the axes of each view that the grids of a pipeline, and the positions of its stars, give."""
    known = {
        axis.name: axis for grid in plan.grids.values() for axis in grid.axes if axis.name == axis.column
    }
    return {
        view: tuple(known[name] for name in names)
        for view, names in VIEWS.items()
        if all(name in known and name in plan.coordinates for name in names)
    }


def of_stars(
    plan: Plan, stars: tuple[Stars, Stars], names: list[str], record: Mapping[str, Any]
) -> xr.Dataset:
    """Return maps of the change of each quantity, and of what each group of stars did."""
    import xarray as xr

    found: dict[str, Any] = {}
    labels: dict[str, Any] = {}
    for view, axes in views(plan).items():
        labels |= coordinates(axes, plan)
        for name in names:
            sample = plan.quantities[name].sample
            own = shifts(valued(stars[0], sample, name), valued(stars[1], sample, name), axes, name)
            about = plan.quantities[name]
            for field, (united, text) in TEXTS.items():
                attrs = {"units": about.unit if united else "1", "long_name": f"{about.label}: {text}"}
                values = np.moveaxis(getattr(own, field), -1, 0)
                found[f"{view}_{name}_{field}"] = (dims(axes), values, attrs)
    return xr.Dataset(found, labels, _about(names, plan.frame.get("r_sun"), record, "stars"))


def of_saved(a: xr.Dataset, b: xr.Dataset, record: Mapping[str, Any]) -> xr.Dataset:
    """Return maps of the change from two saved `global_maps`; which stars did it is not known there."""
    import xarray as xr

    names = [q for q in str(b.attrs["quantities"]).split() if f"face_{q}_median" in a]
    found: dict[str, Any] = {}
    labels = {str(c): (v.dims, v.values, v.attrs) for c, v in b.coords.items()}
    for view in VIEWS:
        for name in names:
            one, other = (d[f"{view}_{name}_median"] for d in (a, b))
            errors = [d[f"{view}_{name}_median_err"].values for d in (a, b)]
            change, err = other.values - one.values, np.hypot(*errors)
            values = (
                *(d[f"{view}_{name}_n"].values for d in (a, b)),
                *(one.values, other.values, change, err, over(change, err)),
            )
            label = str(other.attrs["long_name"]).removeprefix("median ")
            for field, array in zip(FROM_SAVED, values, strict=True):
                united, text = TEXTS[field]
                attrs = {"units": other.attrs["units"] if united else "1", "long_name": f"{label}: {text}"}
                found[f"{view}_{name}_{field}"] = (other.dims, array, attrs)
    return xr.Dataset(found, labels, _about(names, b.attrs.get("r_sun"), record, "saved maps"))


def _about(names: list[str], r_sun: Any, record: Mapping[str, Any], source: str) -> dict[str, Any]:
    about = {
        "product": "diff_maps",
        "title": "What moved between two runs",
        "quantities": " ".join(names),
        "made_from": source,
        "provenance": json.dumps(record, sort_keys=True),
    }
    return about if r_sun is None else about | {"r_sun": float(r_sun)}


def cell_rows(own: Shifts, axes: tuple[Axis, ...], quantity: str, unit: str) -> pd.DataFrame:
    """Return one row for every cell and population in which a star was lost, changed or added."""
    import pandas as pd

    at = np.nonzero(own.touched)
    frame: dict[str, Any] = {
        "quantity": np.full(at[0].size, quantity),
        "unit": np.full(at[0].size, unit),
        "population": np.array(POPULATIONS)[at[-1]],
    }
    for axis, index in zip(axes, at[:-1], strict=True):
        edges = np.array(axis.edges)
        frame[f"{axis.name}_low"], frame[f"{axis.name}_high"] = edges[index], edges[index + 1]
    for field in TEXTS:
        frame[field] = getattr(own, field)[at]
    return pd.DataFrame(frame)


def cube_tables(
    plan: Plan, stars: tuple[Stars, Stars], cubes: list[str], names: Sequence[str]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the touched cells of each cube, all of its quantities that both runs have (`names`)."""
    import pandas as pd

    for cube in cubes:
        axes, made = plan.cubes[cube].grid.axes, []
        for name in (q for q in plan.cubes[cube].quantities if q in names):
            sample = plan.quantities[name].sample
            own = shifts(valued(stars[0], sample, name), valued(stars[1], sample, name), axes, name)
            made.append(cell_rows(own, axes, name, plan.quantities[name].unit))
        if made:
            frame = pd.concat(made, ignore_index=True)
            units: dict[str, str] = {}
            for axis in axes:
                unit = coordinates((axis,), plan)[axis.name][2]["units"]
                units |= {f"{axis.name}_low": unit, f"{axis.name}_high": unit}
            title = f"cells of the cube {cube} in which stars were lost, changed or added"
            frame.attrs = {"title": title, "units": units}
            yield cube, frame
