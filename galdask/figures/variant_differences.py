"""Slopes of other samples less those of the main sample (Imig et al. 2023, appendix A.2, text)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import gradients, style
from galdask.figures.cells import edges

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: rows: family, dimension of its bins, populations that are drawn, and what the slopes are
ROWS = (
    ("feh_radial", "age", ("low_alpha",), r"d[Fe/H]/d$R$"),
    ("feh_vertical", "age", ("low_alpha",), r"d[Fe/H]/d$\left|Z\right|$"),
    ("age_radial", "abs_z", ("total", "low_alpha", "high_alpha"), r"d(age)/d$R$"),
)
#: colours of the variants where only one population is drawn, and markers of all
COLOURS = ("#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6e6e73")
MARKERS = ("s", "^", "D", "v", "P")
#: fewest differences of lines through profiles for which these are drawn, and not lines through the stars
ENOUGH = 2


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw a row a family: slopes at left, differences from the main sample at right.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `variant_differences`.
    """
    figure = style.sheet(style.PAGE, 1.0 + 2.1 * len(ROWS))
    grid = figure.subplots(len(ROWS), 2, squeeze=False)
    for (left, right), (family, bins, populations, text) in zip(grid, ROWS, strict=True):
        step = float(np.diff(edges(dataset, bins)).min())
        lines = dataset.sel(fit_to=_way(dataset, family, populations))
        for order, population in enumerate(populations):
            part = lines.sel(population=population)
            colour, marker, _ = style.POPULATIONS[population]
            shift = 0.05 * step * (order - (len(populations) - 1) / 2) * (dataset.sizes["variant"] + 1)
            x = dataset[bins].values + shift
            main = part[f"{family}_main_slope"].values, part[f"{family}_main_slope_err"].values
            _bars(left, x, *main, colour, marker, colour, "main")
            for k in range(dataset.sizes["variant"]):
                one = part.isel(variant=k)
                own = colour if len(populations) > 1 else COLOURS[k % len(COLOURS)]
                look = own, MARKERS[k % len(MARKERS)], "white", "variant"
                at = x + 0.05 * step * (k + 1)
                _bars(left, at, one[f"{family}_slope"].values, one[f"{family}_slope_err"].values, *look)
                away = one[f"{family}_difference"].values, one[f"{family}_difference_err"].values
                _bars(right, at, *away, *look)
                _mean(right, one, family, own, edges(dataset, bins))
        _published(right, dataset, family)
        for axes in (left, right):
            axes.axhline(0.0, color=style.MUTED, lw=0.7, ls=(0, (4, 3)), zorder=1)
            axes.set_xlim(edges(dataset, bins)[[0, -1]])
            axes.set_xlabel(style.title(dataset[bins]))
        shown = lines[f"{family}_main_slope"]
        unit = str(shown.attrs["units"])
        left.set_ylabel(style.label(text, unit))
        right.set_ylabel(style.label("difference", unit))
        right.set_title(gradients.TITLES[str(lines["fit_to"].values)], loc="left", fontsize=9.5)
        if len(populations) == 1:
            left.set_title(style.POPULATIONS[populations[0]][2], loc="left", fontsize=9.5)
    _legend(figure, dataset)
    return figure


def _way(dataset: xr.Dataset, family: str, populations: tuple[str, ...]) -> str:
    """Return which lines of a family are drawn: through the profiles, or the stars where few have windows."""
    away = dataset[f"{family}_difference"].sel(fit_to="profile", population=populations[0]).values
    return "profile" if np.isfinite(away).sum() >= ENOUGH else "stars"


def _bars(
    axes: Axes, x: np.ndarray, y: np.ndarray, err: np.ndarray, colour: str, marker: str, fill: str, gid: str
) -> None:
    """Draw points with their errors."""
    good = np.isfinite(y)
    drawn = axes.errorbar(
        x[good], y[good], np.nan_to_num(err[good]), fmt=marker, ms=4.0, color=colour, mfc=fill,
        elinewidth=0.9, zorder=4,
    )  # fmt: skip
    drawn.lines[0].set_gid(gid)


def _mean(axes: Axes, one: xr.Dataset, family: str, colour: str, ends: np.ndarray) -> None:
    """Draw the mean difference over the bins with its error as a band."""
    mean, err = (float(one[f"{family}_mean_difference{end}"]) for end in ("", "_err"))
    if np.isfinite([mean, err]).all():
        band = axes.fill_between(
            ends[[0, -1]], mean - err, mean + err, color=colour, alpha=0.15, lw=0, zorder=0
        )
        band.set_gid("mean")


def _published(axes: Axes, dataset: xr.Dataset, family: str) -> None:
    """Draw the published difference at both sides of zero."""
    known = float(dataset[f"{family}_published"])
    if np.isfinite(known):
        for value in (-known, known):
            axes.axhline(value, color=style.INK, lw=0.9, ls=(0, (1, 2)), zorder=2, gid="published")


def _legend(figure: Figure, dataset: xr.Dataset) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], ls="none", marker="o", ms=4, color=style.INK, label="main sample")]
    for k, text in enumerate(style.variants(dataset)):
        handles.append(
            Line2D([], [], ls="none", marker=MARKERS[k % 5], ms=4, mfc="white", color=style.INK, label=text)
        )
    for population in ROWS[-1][2]:
        colour, _, text = style.POPULATIONS[population]
        handles.append(Line2D([], [], color=colour, lw=2.0, label=text))
    figure.legend(handles=handles, loc="outside upper center", ncols=min(len(handles), 5))
