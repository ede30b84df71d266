"""Face-on maps of one quantity in slices of |Z|."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import cell_statistics as cs
from galdask.cartography.dataset import BAR, build
from galdask.cartography.grids import coordinates
from galdask.cartography.maps import ARROW, CELLS, EXTENT, MARKED, MIN_N, STATISTICS, face_on, heights
from galdask.cartography.product import Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

#: positions that slices need
COORDINATES = ("x", "y", "abs_z")
#: edges of the slices
SLICES = Setting("slices", (0.0, 0.5, 1.0, 2.0), "edges of the slices of |Z|, kpc", "edges", low=0.0)
SETTINGS = (*EXTENT[:2], SLICES, MIN_N, *BAR)
#: what follows the first word of a caption
CAPTION = (
    "in square cells of X and Y, one panel for each slice of |Z|, from left to right the lowest slice first."
    f" {MARKED}; {ARROW} {CELLS}"
)


def slice_axes(plan: Plan, name: str) -> tuple[Axis, Axis, Axis]:
    """Return |Z|, X and Y of a product of slices."""
    settings = plan.settings[name]
    return heights(settings["slices"]), *face_on(settings)


def request_slices(plan: Plan, name: str, quantity: str) -> dict[str, Request]:
    """Ask for the statistics of a quantity in cells of |Z|, X and Y."""
    return cs.requests(plan, quantity, slice_axes(plan, name), STATISTICS)


def finish_slices(plan: Plan, name: str, quantity: str, tables: Tables) -> xr.Dataset:
    """Label them; the panels' numbers of stars are by population and slice."""
    axes = slice_axes(plan, name)
    found = cs.map_variables(plan, quantity, axes, STATISTICS, tables, plan.settings[name]["min_n"])
    return build(plan, name, coordinates(axes, plan), found, quantity=quantity)
