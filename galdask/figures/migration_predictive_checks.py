"""Posterior-predictive checks: pulls in bins, and chi2 of quantities and pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import migration_marks as marks
from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the pulls and the chi2.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `predictive_checks` of a fit.
    """
    figure = style.sheet(style.PAGE + 0.6, 4.6)
    grid = figure.add_gridspec(dataset.sizes["quantity"], 2, width_ratios=(1.15, 1.0), hspace=0.0)
    first = None
    for k, name in enumerate(dataset["quantity"].values):
        axes = figure.add_subplot(grid[k, 0], sharex=first, sharey=first)
        first = first or axes
        one = dataset.sel(quantity=name)
        pull = one["pull"].values
        axes.axhspan(-1, 1, color="#dbe8f2", lw=0)
        axes.bar(np.arange(pull.size) + 0.5, pull, width=0.8, color=marks.MODEL, gid="pull")
        axes.axhline(0, color=style.INK, lw=0.6)
        axes.set_ylabel(str(one["label"].values), fontsize=9, rotation=0, ha="right", va="center")
        axes.tick_params(labelbottom=k == dataset.sizes["quantity"] - 1, labelsize=7.5)
        axes.minorticks_off()
    bins = dataset.sizes["bin"]
    largest = float(np.nanmax(np.abs(dataset["pull"])))
    axes.set_ylim(-max(3.6, 1.1 * largest), max(3.6, 1.1 * largest))
    axes.set_xlim(0, bins)
    axes.set_xlabel(f"bin, from low to high ({bins} of even shares)")
    right = figure.add_subplot(grid[:, 1])
    rows, per = np.arange(dataset.sizes["check"]), dataset["bins"].values
    right.axvline(1.0, color=style.MUTED, lw=0.7, ls="--")
    right.plot(
        dataset["chi2_made"].values / per, rows, "x", color=style.MUTED, ms=5, label="made", gid="made"
    )
    right.plot(dataset["chi2"].values / per, rows, "o", color=marks.MODEL, ms=5, label="stars", gid="chi2")
    right.set_yticks(rows, [str(text) for text in dataset["check_label"].values], fontsize=8)
    right.set_ylim(len(rows) - 0.4, -0.6)
    right.set_xlim(0, 1.12 * max(2.0, float(np.max(dataset["chi2"] / per))))
    right.tick_params(axis="y", which="both", length=0)
    right.set_xlabel(r"$\chi^2$ over number of bins")
    right.legend(loc="lower right", fontsize=8.5, frameon=True, edgecolor="none")
    for row, p in zip(rows, dataset["p"].values, strict=True):
        ink = marks.PUBLISHED if p < 0.01 or p > 0.99 else style.MUTED
        right.annotate(
            f"p = {p:.2f}", (1.02, row), xycoords=("axes fraction", "data"), va="center", fontsize=7.5,
            color=ink, annotation_clip=False,
        )  # fmt: skip
    return figure
