"""Age-metallicity relation across the disk, stars by [Mg/Fe] (Imig et al. 2023, Figure 23)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import age_panels, style, zones

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the stars of each zone as points, with the trend of [Fe/H] on top.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `amr`.
    """
    labels = style.title(dataset["log_age_bin"]), style.title(dataset["point_fe_h"])
    figure, grid = zones.sheet(dataset, *labels, bar=True)
    shown = Shown(dataset)
    fill(grid, dataset, shown)
    zones.bar_beside(figure, grid, shown.colours, style.title(dataset["point_mg_fe"]), shown.ends)
    return figure


class Shown:
    """Limits and colours that hold nearly all stars of a dataset, of all variants if there are."""

    def __init__(self, dataset: xr.Dataset) -> None:
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import Normalize

        age, fe_h, mg_fe = (dataset[f"point_{name}"].values.ravel() for name in ("log_age", "fe_h", "mg_fe"))
        there = np.isfinite(age)
        self.x, self.y = (style.nice_limits(values[there], cover=0.995) for values in (age, fe_h))
        if not there.any():
            self.x, self.y = (8.5, 10.5), (-1.0, 0.5)
        low, high = style.nice_limits(mg_fe[there], cover=0.96)
        self.colours = ScalarMappable(Normalize(low, high), style.colours("mg_fe"))
        self.ends = style.extend(mg_fe[there], low, high)
        self.size = float(np.clip(150.0 / np.sqrt(max(there.sum(), 1)), 2.2, 9.0))


def fill(grid: np.ndarray, dataset: xr.Dataset, shown: Shown) -> None:
    """Draw the zones of a dataset into a sheet of panels."""
    place = tuple(dataset[f"point_{name}"].values for name in ("row", "column"))
    age, fe_h, mg_fe = (dataset[f"point_{name}"].values for name in ("log_age", "fe_h", "mg_fe"))
    look: dict[str, Any] = {
        "cmap": shown.colours.cmap,
        "norm": shown.colours.norm,
        "lw": 0,
        "zorder": 3,
    }
    for index, (axes, part) in enumerate(zones.parts(dataset, grid)):
        row, column = divmod(index, grid.shape[1])
        own = (place[0] == row) & (place[1] == column)
        axes.scatter(age[own], fe_h[own], s=shown.size, c=mg_fe[own], gid="stars", **look)
        _trend(axes, part)
        age_panels.notes(axes, part.isel(population=0), "fe_h_err_median", shown.x, shown.y)
    age_panels.frame(grid, shown.x, shown.y)


def _trend(axes: Axes, part: xr.Dataset) -> None:
    """Draw the median of each bin of age with the standard deviation of [Fe/H] as its bar."""
    at, median, width = (np.asarray(part[v], float) for v in ("log_age_bin", "fe_h_median", "fe_h_std"))
    good = np.isfinite(median)
    bars = axes.errorbar(
        at[good], median[good], np.nan_to_num(width[good]), fmt="s", ms=3.2, color=style.INK, mec="white",
        mew=0.4, elinewidth=0.8, zorder=6,
    )  # fmt: skip
    bars.lines[0].set_gid("trend")
