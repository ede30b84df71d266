"""A run's slopes beside published ones, and the difference in combined errors."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
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

#: variables of a comparison, in the order of its table
BESIDE = ("slope", "slope_err", "slope_err_naive", "published_slope", "published_slope_err", "difference")


def beside(name: str, bins: Axis) -> tuple[dict[str, Variable], str]:
    """Return the published slopes in the run's bins.

    Parameters
    ----------
    name : str
        Published table, whose columns ``<position>_low`` and ``<position>_high`` hold the edges of bins.
    bins : Axis
        The run's bins; one that is no bin of the table has NaN.

    Returns
    -------
    variables : dict
        ``published_slope`` and ``published_slope_err`` by population and bin.
    source : str
        Where they were published.
    """
    source, table = published.table(name)
    edges = zip(table[f"{bins.column}_low"], table[f"{bins.column}_high"], strict=True)
    rows = {(round(low, 9), round(high, 9)): k for k, (low, high) in enumerate(edges)}
    slope = np.full((len(POPULATIONS), bins.size), np.nan)
    err = slope.copy()
    for k, (low, high) in enumerate(pairwise(bins.edges)):
        row = rows.get((round(low, 9), round(high, 9)))
        if row is not None:
            slope[:, k] = [table[p][row] for p in POPULATIONS]
            err[:, k] = [table[f"{p}_err"][row] for p in POPULATIONS]
    names = ("population", bins.name)
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


def title(dataset: xr.Dataset) -> str:
    """Return the title of a comparison."""
    return f"{dataset.attrs['title']}, beside {dataset.attrs['published_source']}"


def comparison_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Return the slopes of a dataset beside the published ones, one row a slope."""
    frame = long_table(dataset, BESIDE)
    frame.attrs["title"] = title(dataset)
    return frame
