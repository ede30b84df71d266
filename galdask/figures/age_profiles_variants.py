"""Running medians of age against radius, variant by variant (Imig et al. 2023, Figure A.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import profiles, style
from galdask.figures.age_profiles import COURSES

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw a column a variant and a row a population, along R, on one scale.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `age_profiles_variants`.
    """
    rows, columns = dataset.sizes["population"], dataset.sizes["variant"]
    figure = style.sheet(0.9 + 3.3 * columns, 1.1 + 2.0 * rows)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    names = style.variants(dataset)
    for k, column in enumerate(grid.T):
        one = dataset.isel(variant=k)
        profiles.column(figure, column, one, COURSES[0], beside=k == columns - 1)
        column[0].annotate(
            f"({'abcdefghijklmnop'[k]})  {names[k]}",
            (0.0, 1.0),
            xycoords="axes fraction",
            xytext=(0, 20),
            textcoords="offset points",
            weight="bold",
            gid="sheet",
        )
    profiles.limits(grid[0, 0], dataset, COURSES[0])
    figure.supylabel(style.title(dataset["age_median"]), fontsize=10.5)
    return figure
