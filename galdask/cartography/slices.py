"""Face-on maps of one quantity in slices of |Z|."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import cell_statistics as cs
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.maps import STATISTICS, face_on, heights
from galdask.cartography.product import Request
from galdask.reductions import Axis

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables


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
