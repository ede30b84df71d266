"""Running medians along a position, one line a bin of another: a panel for each population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import overlays, style
from galdask.figures.cells import edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Course:
    """Which way the profiles of a dataset run.

    Parameters
    ----------
    along : str
        Variable of the windows' places: ``r`` or ``z``.
    across : str
        Dimension of the lines.
    prefix : str
        Set before the names of variables.
    """

    along: str
    across: str
    prefix: str = ""

    @property
    def place(self) -> str:
        """Name of the variable of the windows' places."""
        return self.prefix + self.along


def draw(dataset: xr.Dataset, course: Course | None = None) -> Figure:
    """Draw one panel a population, one above the other; call it in a `styled` function.

    Parameters
    ----------
    dataset : xarray.Dataset
        A product of profiles; the attribute `quantity` names what is shown.
    course : Course, optional
        Which way the profiles run; by default as the attributes `along` and `across` say.
    """
    attrs = dataset.attrs
    course = course or Course(str(attrs.get("along", "r")), str(attrs.get("across", "abs_z")))
    rows = dataset.sizes["population"]
    figure = style.sheet(4.9, 0.9 + 2.15 * rows)
    panels = figure.subplots(rows, 1, squeeze=False, sharex=True, sharey=True)[:, 0]
    column(figure, panels, dataset, course)
    figure.supylabel(style.title(dataset[f"{course.prefix}{attrs['quantity']}_median"]), fontsize=10.5)
    overlays.legend(figure, panels)
    return figure


def column(
    figure: Figure, panels: Any, dataset: xr.Dataset, course: Course, label: bool = True, beside: bool = True
) -> None:
    """Draw the profiles of each population into a column of panels, and their colour bar beside it.

    Parameters
    ----------
    figure, panels : Figure, array of Axes
        Where to draw; the panels share their axes.
    dataset, course : Dataset, Course
        What to draw.
    label : bool
        Write the name of each population.
    beside : bool
        Draw the colour bar.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm

    name = f"{course.prefix}{dataset.attrs['quantity']}"
    bins = edges(dataset, course.across)
    shades = lines_of(bins.size - 1)
    for axes, population in zip(panels, map(str, dataset["population"].values), strict=True):
        part = dataset.sel(population=population)
        for i in range(bins.size - 1):
            one = part.isel({course.across: i})
            x, median, err = (one[v].values for v in (course.place, f"{name}_median", f"{name}_median_err"))
            line(axes, x, median, err, shades(i))
        mark(axes, dataset, course)
        overlays.points(axes, dataset, (course.along, str(dataset.attrs["quantity"])), population)
        number = int(part[f"{course.prefix}n_panel"].sum())
        if label:
            axes.set_title(style.POPULATIONS[population][2], loc="left", fontsize=9.5)
        axes.set_title(f"$N$ = {style.counted(number)}", loc="right", fontsize=9.5)
        if not np.isfinite(part[f"{name}_median"].values).any():
            nothing(axes, number)
    limits(panels[0], dataset, course)
    panels[-1].set_xlabel(style.title(dataset[course.place]))
    if not beside:
        return
    scale = ScalarMappable(BoundaryNorm(bins, bins.size - 1), shades)
    bar = figure.colorbar(scale, ax=list(panels), pad=0.02, aspect=40, ticks=bins)
    bar.set_label(style.title(dataset[course.across]))
    bar.ax.tick_params(which="both", direction="out")
    bar.ax.minorticks_off()


def lines_of(number: int) -> Any:
    """Return colours for lines in order; the bright end of the map is left out, as it is lost on white."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap(colormaps["plasma"](np.linspace(0.0, min(0.88, 0.56 + 0.04 * number), number)))


def line(axes: Axes, x: np.ndarray, median: np.ndarray, err: np.ndarray, colour: Any, **more: Any) -> None:
    """Draw one profile with its errors as a band; windows at one place as points with bars."""
    good = np.isfinite(x) & np.isfinite(median)
    x, median, err = x[good].astype(float), median[good].astype(float), np.nan_to_num(err[good])
    if x.size and x.min() == x.max():
        axes.errorbar(x, median, err, fmt="o", ms=3, color=colour, **more)
    elif x.size:
        axes.fill_between(x, median - err, median + err, color=colour, alpha=0.25, linewidth=0)
        axes.plot(x, median, color=colour, lw=1.2, **more)


def mark(axes: Axes, dataset: xr.Dataset, course: Course) -> None:
    """Draw a dotted line at the R of the Sun, or at the plane."""
    at, gid = (float(dataset.attrs["r_sun"]), "sun") if course.along == "r" else (0.0, "plane")
    axes.axvline(at, color=style.MUTED, lw=0.7, ls=(0, (1, 3)), zorder=0, gid=gid)


def nothing(axes: Axes, number: int) -> None:
    """Say in a panel why it is empty."""
    axes.text(
        0.5,
        0.5,
        "no window is full" if number else "no stars",
        transform=axes.transAxes,
        ha="center",
        color=style.MUTED,
        bbox=style.BEHIND_TEXT,
    )


def limits(axes: Axes, dataset: xr.Dataset, course: Course) -> None:
    """Set limits that hold every window: from R = 0, or as far below the plane as above it."""
    from matplotlib.ticker import MaxNLocator

    x = dataset[course.place].values
    x = np.r_[x[np.isfinite(x)], overlays.ends(dataset, (course.along, str(dataset.attrs["quantity"])))[0]]
    if course.along == "z":
        reach = float(np.ceil(2 * np.abs(x).max()) / 2) if x.size else 2.0
        axes.set_xlim(-reach, reach)
    elif x.size and x.max() - x.min() < 0.25 * x.max():  # all at one place: from 0 nothing would be seen
        axes.set_xlim(*style.nice_limits(x, cover=1.0))
        axes.locator_params(axis="x", nbins=6)
    else:
        axes.set_xlim(0, float(np.ceil(x.max() + 0.5)) if x.size else 15.0)
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    heights(axes, dataset, (course,))


def heights(axes: Axes, dataset: xr.Dataset, courses: Sequence[Course]) -> None:
    """Set vertical limits that hold the medians of all courses with their errors."""
    ends = []
    for course in courses:
        name = f"{course.prefix}{dataset.attrs['quantity']}_median"
        median, err = dataset[name].values, np.nan_to_num(dataset[f"{name}_err"].values)
        ends += [(median - err).ravel(), (median + err).ravel()]
        ends.append(overlays.ends(dataset, (course.along, str(dataset.attrs["quantity"])))[1])
    axes.set_ylim(*style.nice_limits(np.concatenate(ends), cover=1.0))
