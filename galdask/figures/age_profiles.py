"""Running medians of age against radius and against height (Imig et al. 2023, Figure 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import overlays, profiles, style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

COURSES = (profiles.Course("r", "abs_z"), profiles.Course("z", "r_bin", "vertical_"))


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw a row a population: along R at left, along Z at right, on one scale of age.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `age_profiles`.
    """
    rows = dataset.sizes["population"]
    figure = style.sheet(style.PAGE, 0.9 + 2.0 * rows)
    grid = figure.subplots(rows, 2, squeeze=False, sharex="col", sharey=True)
    for column, course in zip(grid.T, COURSES, strict=True):
        profiles.column(figure, column, dataset, course)
    profiles.heights(grid[0, 0], dataset, COURSES)
    figure.supylabel(style.title(dataset["age_median"]), fontsize=10.5)
    overlays.legend(figure, grid.flat)
    return figure
