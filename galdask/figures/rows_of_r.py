"""Distributions in rows of R: two populations as two inks, marks at quartiles and modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import style
from galdask.figures.cells import edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: what full ink of each class leaves of white light
INKS = {"low_alpha": (0.0, 0.36, 0.72), "high_alpha": (0.84, 0.25, 0.0), "neither": (0.45, 0.45, 0.47)}
#: face of the marks of each population, and their place beside it, in steps between marked rows
MARKS = {"total": ("white", 0.0), "low_alpha": ("#8fd0ff", -0.27), "high_alpha": ("#ffb08a", 0.27)}


def draw(dataset: xr.Dataset) -> Figure:
    """Draw one panel a slice of |Z|, the lowest on top; call it in a styled function.

    Parameters
    ----------
    dataset : xarray.Dataset
        `mdf_grid` or `adf_grid`; the attribute `quantity` names what is distributed.
    """
    name = str(dataset.attrs["quantity"])
    slices = dataset["abs_z_bnds"].values
    figure = style.sheet(5.0, 0.9 + 2.35 * len(slices))
    column = figure.subplots(len(slices), 1, squeeze=False, sharex=True, sharey=True)[:, 0]
    x, y = edges(dataset, name), edges(dataset, "r")
    picture = _picture(dataset, name)
    for i, axes in enumerate(column):
        part = dataset.isel(abs_z=i)
        axes.pcolormesh(x, y, picture[i], zorder=1, rasterized=True, gid="rows")
        _marks(axes, part, int(dataset.attrs["every"]))
        text = style.interval(slices[i], r"\left|Z\right|", last=i == len(slices) - 1)
        axes.set_title(text, fontsize=9.5, loc="left")
        axes.set_title(f"$N$ = {style.counted(part['n_row'][0].sum())}", fontsize=9.5, loc="right")
    column[0].set_xlim(*_window(dataset["n"].values[0].sum(axis=(0, 1)), x))
    column[0].set_ylim(*_window(dataset["n"].values[0].sum(axis=(0, 2)), y))
    column[-1].set_xlabel(style.title(dataset[name]))
    figure.supylabel(style.title(dataset["r"]), fontsize=10.5)
    _legend(figure)
    return figure


def _picture(dataset: xr.Dataset, name: str) -> np.ndarray:
    """Return the colours (|Z|, R, quantity, 3): white paper less the inks of both classes."""
    n = dataset["n"].transpose("population", "abs_z", "r", name).values.astype(float)
    total = n[0].sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = np.stack([n[1], n[2], n[0] - n[1] - n[2]]) / total
    enough = np.broadcast_to(total >= 20, n[0].shape)
    dark = float(np.quantile(parts.sum(axis=0)[enough], 0.995)) if enough.any() else 1.0
    paper = np.ones((*n[0].shape, 3))
    for part, ink in zip(parts, INKS.values(), strict=True):
        depth = np.clip(np.nan_to_num(part) / (dark or 1.0), 0.0, 1.0)[..., None]
        paper *= 1.0 - depth * (1.0 - np.array(ink))
    return paper


def _marks(axes: Axes, part: xr.Dataset, every: int) -> None:
    """Draw ticks at the quartiles and a diamond at the mode of every so many rows."""
    from matplotlib.collections import LineCollection

    bounds = part["r_bnds"].values[every // 2 :: every]
    middle, step = bounds.mean(axis=1), every * np.diff(bounds, axis=1)[:, 0]
    for population, (face, shift) in MARKS.items():
        own = part.sel(population=population).isel(r=slice(every // 2, None, every))
        colour, at = style.POPULATIONS[population][0], middle + shift * step
        quartiles = np.stack([own[q].values for q in ("q25", "median", "q75")])
        good = np.isfinite(quartiles).all(axis=0)
        ends = np.stack([np.stack([q, at], axis=-1) for q in quartiles[::2]], axis=1)[good]
        axes.add_collection(
            LineCollection(list(ends), colors=colour, linewidths=0.6, zorder=4), autolim=False
        )
        low, high = (np.tile((at + side * step)[good], 3) for side in (-0.1, 0.1))
        x = quartiles[:, good].ravel()
        ticks = np.stack([np.stack([x, low], axis=-1), np.stack([x, high], axis=-1)], axis=1)
        for width, shade in ((2.4, colour), (1.0, face)):
            lines = LineCollection(list(ticks), colors=shade, linewidths=width, zorder=5, gid="quartile")
            axes.add_collection(lines, autolim=False)
        axes.plot(
            own["mode"].values, at, "D", ms=4, mfc=face, mec=colour, mew=0.8, zorder=6,
            gid=f"mode_{population}",
        )  # fmt: skip


def _window(weight: np.ndarray, edge: np.ndarray) -> tuple[float, float]:
    """Return limits on edges that hold 99.5 % of the weight."""
    if not weight.sum():
        return float(edge[0]), float(edge[-1])
    share = np.cumsum(weight) / weight.sum()
    first, last = np.searchsorted(share, [0.0025, 0.9975], side="right")
    return float(edge[max(first - 1, 0)]), float(edge[min(last + 2, edge.size - 1)])


def _legend(figure: Figure) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D(
            [], [], marker="D", ls="", mfc=face, mec=style.POPULATIONS[p][0], label=style.POPULATIONS[p][2]
        )
        for p, (face, _) in MARKS.items()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3, handletextpad=0.2)
