"""Profiles of [Fe/H] along R and Z by age, and their slopes against age (Imig et al. 2023, Figure 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import overlays, profiles, style
from galdask.figures.cells import edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COURSES = (profiles.Course("r", "age", "radial_"), profiles.Course("z", "age", "vertical_"))
#: what is drawn, as in the paper
POPULATION = "low_alpha"


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw profiles of the low-alpha population at left, their slopes against age at right.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `profiles_by_age`.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm

    one = dataset.sel(population=[POPULATION])
    figure = style.sheet(style.PAGE, 5.6)
    grid = figure.subplots(2, 2, width_ratios=(1.6, 1))
    ages = edges(dataset, "age")
    shades = profiles.lines_of(ages.size - 1)
    where = (
        rf"$\left|Z\right| \leq {float(dataset.attrs['max_abs_z']):g}$ kpc",
        style.interval(np.array(dataset.attrs["ring"]), "R"),
    )
    for (left, right), course, text in zip(grid, COURSES, where, strict=True):
        part = one.isel(population=0)
        for i in range(ages.size - 1):
            age = part.isel(age=i)
            median = f"{course.prefix}fe_h_median"
            x, y, err = (age[name].values for name in (course.place, median, f"{median}_err"))
            profiles.line(left, x, y, err, shades(i))
        profiles.mark(left, dataset, course)
        number = int(part[f"{course.prefix}n_panel"].sum())
        if not np.isfinite(part[f"{course.prefix}fe_h_median"].values).any():
            profiles.nothing(left, number)
        profiles.limits(left, one, course)
        left.set_title(f"{style.POPULATIONS[POPULATION][2]}, {text}", loc="left", fontsize=9.5)
        left.set_title(f"$N$ = {style.counted(number)}", loc="right", fontsize=9.5)
        left.set_xlabel(style.title(dataset[course.place]))
        left.set_ylabel(style.title(dataset[f"{course.prefix}fe_h_median"]))
        _slopes(right, part, course.prefix, ages)
        overlays.points(right, dataset, ("age", f"{course.prefix}slope"), POPULATION)
        right.set_ylabel(style.title(dataset[f"{course.prefix}slope"]))
        right.set_xlabel(style.title(dataset["age"]))
    scale = ScalarMappable(BoundaryNorm(ages, ages.size - 1), shades)
    bar = figure.colorbar(scale, ax=list(grid[:, 0]), pad=0.02, aspect=40, ticks=ages, location="left")
    bar.set_label(style.title(dataset["age"]))
    bar.ax.tick_params(which="both", direction="out")
    bar.ax.minorticks_off()
    handles, texts = grid[0, 1].get_legend_handles_labels()
    if handles:
        figure.legend(handles, texts, loc="outside lower right", ncols=2)
    return figure


def _slopes(axes: Axes, part: xr.Dataset, prefix: str, ages: np.ndarray) -> None:
    """Draw the slopes against age with their errors: through profiles filled, through stars open."""
    axes.axhline(0.0, color=style.MUTED, lw=0.7, ls=(0, (4, 3)), zorder=1)
    colour, marker, _ = style.POPULATIONS[POPULATION]
    shift = 0.08 * float(np.diff(ages).min())
    for way, fill, side in (("profile", colour, -1), ("stars", "white", 1)):
        one = part.sel(fit_to=way)
        slope, err = one[f"{prefix}slope"].values, one[f"{prefix}slope_err"].values
        if not np.isfinite(slope).any():
            continue
        looks: dict[str, Any] = {"fmt": marker, "ms": 4.5, "color": colour, "mfc": fill, "elinewidth": 1.0}
        axes.errorbar(one["age"].values + side * shift, slope, err, label=f"line through the {way}", **looks)
    axes.set_xlim(ages[0], ages[-1])
