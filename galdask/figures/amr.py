"""Age-metallicity relation across the disk, stars by [Mg/Fe] (Imig et al. 2023, Figure 23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    place = tuple(dataset[f"point_{name}"].values for name in ("row", "column"))
    age, fe_h, mg_fe = (dataset[f"point_{name}"].values for name in ("log_age", "fe_h", "mg_fe"))
    x, y = (style.nice_limits(values, cover=0.995) for values in (age, fe_h))
    if not age.size:
        x, y = (8.5, 10.5), (-1.0, 0.5)
    low, high = style.nice_limits(mg_fe, cover=0.96)
    norm, colours = Normalize(low, high), style.colours("mg_fe")
    labels = style.title(dataset["log_age_bin"]), style.title(dataset["point_fe_h"])
    figure, grid = zones.sheet(dataset, *labels, bar=True)
    for index, (axes, part) in enumerate(zones.parts(dataset, grid)):
        row, column = divmod(index, grid.shape[1])
        own = (place[0] == row) & (place[1] == column)
        axes.scatter(
            age[own], fe_h[own], s=2.2, c=mg_fe[own], cmap=colours, norm=norm, lw=0, rasterized=True,
            zorder=3, gid="stars",
        )  # fmt: skip
        _trend(axes, part)
        age_panels.notes(axes, part.isel(population=0), "fe_h_err_median", x, y)
    age_panels.frame(grid, x, y)
    text, ends = style.title(dataset["point_mg_fe"]), style.extend(mg_fe, low, high)
    zones.bar_beside(figure, grid, ScalarMappable(norm, colours), text, ends)
    return figure


def _trend(axes: Axes, part: xr.Dataset) -> None:
    """Draw the median of each bin of age with the standard deviation of [Fe/H] as its bar."""
    at, median, width = (np.asarray(part[v], float) for v in ("log_age_bin", "fe_h_median", "fe_h_std"))
    good = np.isfinite(median)
    bars = axes.errorbar(
        at[good], median[good], np.nan_to_num(width[good]), fmt="s", ms=3.2, color=style.INK, mec="white",
        mew=0.4, elinewidth=0.8, zorder=6,
    )  # fmt: skip
    bars.lines[0].set_gid("trend")
