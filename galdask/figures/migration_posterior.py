"""Corner plot of the posterior."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import migration_marks as marks
from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

#: inches a panel; shares that contours hold, those of 1, 2 and 3 sigma in two dimensions
_PANEL = 0.92
_HELD = (0.393, 0.865, 0.989)
#: fewer draws than this are points
_CONTOURS = 400


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw every parameter alone and in pairs.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `posterior` of a fit.
    """
    import corner
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    draws, names = dataset["value"].values, dataset["parameter"].values
    size = _PANEL * len(names) + 0.7
    figure = Figure(figsize=(size, size), dpi=style.DPI, facecolor="white")
    FigureCanvasAgg(figure)
    many = len(draws) >= _CONTOURS
    corner.corner(
        draws,
        labels=[_label(dataset, str(name)) for name in names],
        range=[_range(column) for column in draws.T],
        bins=int(np.clip(len(draws) ** 0.4, 8, 28)),
        levels=_HELD,
        smooth=1.1 if many else None,
        plot_contours=many,
        plot_density=many,
        plot_datapoints=not many,
        no_fill_contours=not many,
        quantiles=[0.16, 0.5, 0.84],
        color=style.INK,
        label_kwargs={"fontsize": 10},
        labelpad=0.16,
        max_n_ticks=3,
        fig=figure,
        contour_kwargs={"linewidths": 0.8},
        hist_kwargs={"linewidth": 0.9},
    )
    corner.overplot_lines(figure, dataset["best"].values, color=marks.MODEL, lw=0.8)
    _published(figure, dataset)
    for axes in figure.axes:
        axes.tick_params(labelsize=6.5, length=2.5, which="major")
        axes.minorticks_off()
    for k, axes in enumerate(figure.axes[:: len(names) + 1]):
        axes.set_title(_quantiles(draws[:, k]), fontsize=7.5, pad=3)
    _about(figure, dataset)
    return figure


def _label(dataset: xr.Dataset, name: str) -> str:
    one = dataset.sel(parameter=name)
    unit = marks.unit_text(str(one["unit"].values))
    return f"{one['label'].values}" + (f"\n({unit})" if unit else "")


def _range(column: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(column, [0.002, 0.998])
    margin = 0.05 * (high - low) or 0.05 * max(abs(high), 1e-3)
    return float(low - margin), float(high + margin)


def _quantiles(column: np.ndarray) -> str:
    low, middle, high = np.quantile(column, [0.16, 0.5, 0.84])
    spread = max(min(high - middle, middle - low), 1e-9)
    digits = int(np.clip(1 - np.floor(np.log10(spread)), 0, 5))
    return f"${middle:.{digits}f}_{{-{middle - low:.{digits}f}}}^{{+{high - middle:.{digits}f}}}$"


def _published(figure: Figure, dataset: xr.Dataset) -> None:
    values, n = dataset["published"].values, dataset.sizes["parameter"]
    for row in range(n):
        for column in range(row + 1):
            axes = figure.axes[row * n + column]
            low, high = axes.get_xlim()
            if low < values[column] < high:
                axes.axvline(values[column], color=marks.PUBLISHED, lw=0.8, ls="--", gid="published")
            if column < row and axes.get_ylim()[0] < values[row] < axes.get_ylim()[1]:
                axes.axhline(values[row], color=marks.PUBLISHED, lw=0.8, ls="--")


def _about(figure: Figure, dataset: xr.Dataset) -> None:
    of = (
        "samples of the chain"
        if dataset.attrs["source"] == "chain"
        else "draws from the curvature at the maximum"
    )
    lines = (
        (f"{style.counted(dataset.attrs['stars'])} stars", style.INK),
        (f"{style.counted(dataset.sizes['draw'])} {of}", style.INK),
        ("maximum of the likelihood", marks.MODEL),
        ("Frankel et al. 2020, Table 1", marks.PUBLISHED),
    )
    for k, (text, ink) in enumerate(lines):
        figure.text(0.55, 0.94 - 0.026 * k, text, fontsize=13, va="top", color=ink)
