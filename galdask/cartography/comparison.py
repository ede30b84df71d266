"""A run's slopes beside published ones, and the difference in combined errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import published
from galdask.cartography.cell_statistics import Variable
from galdask.cartography.tables import long_table
from galdask.reductions import Axis
from galdask.reductions.key import POPULATIONS

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def beside(name: str, heights: Axis) -> tuple[dict[str, Variable], str]:
    """Return the published slopes in the run's bins of |Z|.

    Parameters
    ----------
    name : str
        Published table, whose column ``abs_z_low`` holds lower edges of equal bins.
    heights : Axis
        The run's bins; one that is no bin of the table has NaN.

    Returns
    -------
    variables : dict
        ``published_slope`` and ``published_slope_err`` by population and |Z|.
    source : str
        Where they were published.
    """
    source, table = published.table(name)
    low = table["abs_z_low"]
    width = low[1] - low[0]
    rows = {round(edge, 9): k for k, edge in enumerate(low)}
    slope = np.full((len(POPULATIONS), heights.size), np.nan)
    err = slope.copy()
    for k, (lower, upper) in enumerate(zip(heights.edges, heights.edges[1:], strict=False)):
        row = rows.get(round(lower, 9))
        if row is not None and abs(upper - lower - width) < 1e-9:
            slope[:, k] = [table[p][row] for p in POPULATIONS]
            err[:, k] = [table[f"{p}_err"][row] for p in POPULATIONS]
    names = ("population", "abs_z")
    attrs = {"units": "dex/kpc", "long_name": "published slope", "source": source}
    return {
        "published_slope": (names, slope, attrs),
        "published_slope_err": (names, err, attrs | {"long_name": "error of the published slope"}),
    }, source


def difference(
    slope: np.ndarray, err: np.ndarray, given: Mapping[str, Variable], names: tuple[str, ...]
) -> Variable:
    """Return (slope - published) / hypot(error, published error)."""
    away = slope - given["published_slope"][1]
    both = np.hypot(err, given["published_slope_err"][1])
    return names, away / both, {"units": "1", "long_name": "difference in combined errors"}


def comparison_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Return the slopes of the first r_min beside the published ones, one row a slope."""
    first = dataset.isel(r_min=0, drop=True)
    names = ["slope", "slope_err", "slope_err_naive", "published_slope", "published_slope_err", "difference"]
    frame = long_table(first, names)
    frame.attrs["title"] = f"{dataset.attrs['title']}, beside {dataset.attrs['published_source']}"
    return frame
