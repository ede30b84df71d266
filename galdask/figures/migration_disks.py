"""The disk at birth and today, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import migration_marks as marks
from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: half width of the maps and half height of the side views, kpc
_REACH, _HEIGHT = 15.0, 3.0


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the stars at birth and today, the births by radius, and how far orbits go.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `disks` of a fit.
    """
    figure = style.sheet(style.PAGE + 1.2, 5.0)
    grid = figure.add_gridspec(2, 3, height_ratios=(3.4, 1.5), width_ratios=(1.0, 1.0, 0.95))
    low, high = style.nice_limits(dataset["fe_h"].values, cover=0.9)
    top = [figure.add_subplot(grid[0, k]) for k in range(2)]
    side = [figure.add_subplot(grid[1, k], sharex=top[k]) for k in range(2)]
    flat = np.zeros(dataset.sizes["star"])
    views = [
        (dataset["x_birth"].values, dataset["y_birth"].values, flat),
        (dataset["x"].values, dataset["y"].values, dataset["z"].values),
    ]
    for k, (x, y, z) in enumerate(views):
        for axes, up in ((top[k], y), (side[k], z)):
            dots = axes.scatter(
                x,
                up,
                c=dataset["fe_h"],
                s=1.6,
                lw=0,
                cmap="viridis",
                vmin=low,
                vmax=high,
                rasterized=True,
                gid="stars",
            )
            axes.set_xlim(-_REACH, _REACH)
            axes.set_xticks([-10, -5, 0, 5, 10])
        marks.sun(top[k], float(dataset.attrs["r_sun"]), 0.0)
        top[k].set_ylim(-_REACH, _REACH)
        top[k].set_yticks([-10, -5, 0, 5, 10])
        top[k].set_aspect("equal")
        top[k].tick_params(labelbottom=False)
        side[k].set_ylim(-_HEIGHT, _HEIGHT)
        side[k].set_xlabel("X (kpc)")
    top[0].set_title("at birth")
    top[1].set_title("today")
    top[0].set_ylabel("Y (kpc)")
    side[0].set_ylabel("Z (kpc)")
    for axes in (top[1], side[1]):
        axes.tick_params(labelleft=False)
    figure.colorbar(
        dots, ax=[*top, *side], label="[Fe/H] (dex)", location="bottom", shrink=0.6, aspect=36, pad=0.02,
        extend=style.extend(dataset["fe_h"].values, low, high),
    )  # fmt: skip
    right = grid[:, 2].subgridspec(2, 1)
    _births(figure.add_subplot(right[0]), dataset)
    _distances(figure.add_subplot(right[1]), dataset)
    return figure


def _births(axes: Axes, dataset: xr.Dataset) -> None:
    ages = dataset["age_bin"].values
    for k, age in enumerate(ages):
        ink = style.colours("age")(0.15 + 0.7 * k / max(len(ages) - 1, 1))
        one = dataset.sel(age_bin=age)
        scale = 1.0 / float(one["births"].max())
        axes.plot(dataset["r0"], scale * one["births"], color=ink, label=f"{age:g} Gyr ago", gid="births")
    # without inside-out growth the shape is the same at all ages
    even = dataset["births_even"].isel(age_bin=0)
    axes.plot(
        dataset["r0"],
        even / float(even.max()),
        color=style.MUTED,
        lw=1.0,
        ls="--",
        label="$x_{io} = 0$",
        gid="even",
    )
    axes.set_xlim(0, float(dataset["r0"].max()))
    axes.set_ylim(0, 1.62)
    axes.set_xlabel("birth radius (kpc)")
    axes.set_ylabel("births (over largest)")
    axes.legend(loc="upper right", fontsize=8, borderaxespad=0.2)


def _distances(axes: Axes, dataset: xr.Dataset) -> None:
    axes.plot(
        dataset["tau"], dataset["migration"], color=marks.MODEL, label="migration (rms)", gid="migration"
    )
    axes.plot(
        dataset["tau"], dataset["epicycle"], color=marks.PUBLISHED, label="epicycle amplitude", gid="epicycle"
    )
    axes.legend(loc="lower right", fontsize=8.5)
    axes.set_xlim(0, float(dataset["tau"].max()))
    axes.set_ylim(0, None)
    axes.set_xlabel("age (Gyr)")
    axes.set_ylabel("distance (kpc)")
