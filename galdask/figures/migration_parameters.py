"""Parameters less the published ones, in combined errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import migration_marks as marks
from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

#: differences beyond this stand at the border as arrows
_MOST = 6.0


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw a row a parameter.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `parameters` of a fit.
    """
    names, rows = dataset["parameter"].values, np.arange(dataset.sizes["parameter"])
    figure = style.sheet(style.PAGE, 0.27 * len(names) + 0.9)
    axes = figure.add_subplot()
    pull = dataset["difference"].values
    axes.axvspan(-1, 1, color="#dbe8f2", lw=0)
    axes.axvspan(-3, 3, color="#dbe8f2", alpha=0.45, lw=0)
    axes.axvline(0, color=style.MUTED, lw=0.7)
    near = np.abs(pull) <= _MOST
    axes.plot(pull[near], rows[near], "o", color=marks.MODEL, ms=5, gid="difference")
    for row in rows[~near & np.isfinite(pull)]:
        end = np.sign(pull[row]) * _MOST
        axes.plot(end, row, ">" if end > 0 else "<", color=marks.PUBLISHED, ms=6, gid="beyond")
        axes.annotate(
            f"{pull[row]:+.0f}", (end, row), (-9 if end > 0 else 9, 0), textcoords="offset points",
            va="center", ha="right" if end > 0 else "left", fontsize=8, color=marks.PUBLISHED,
        )  # fmt: skip
    axes.set_xlim(-1.08 * _MOST, 1.08 * _MOST)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_yticks(rows, [_row(dataset, str(name)) for name in names])
    axes.tick_params(axis="y", which="both", length=0)
    axes.minorticks_off()
    axes.set_xlabel("fit less Table 1, in combined errors")
    for row, name in enumerate(names):
        one = dataset.sel(parameter=name)
        spread = 0.5 * float(one["q84"] - one["q16"])
        digits = int(np.clip(1 - np.floor(np.log10(max(spread, 1e-9))), 0, 5))
        text = rf"${float(one['median']):.{digits}f} \pm {spread:.{digits}f}$"
        axes.annotate(
            text,
            (1.01, row),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=9,
            annotation_clip=False,
        )
        printed = f"{float(one['published']):g}".replace("-", "\u2212")
        axes.annotate(
            printed,
            (1.27, row),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=9,
            annotation_clip=False,
        )
    for at, text in ((1.01, "this fit"), (1.27, "Table 1")):
        axes.annotate(
            text,
            (at, 1.02),
            xycoords="axes fraction",
            va="bottom",
            fontsize=9,
            color=style.MUTED,
            annotation_clip=False,
        )
    return figure


def _row(dataset: xr.Dataset, name: str) -> str:
    return marks.axis_label(dataset, name)
