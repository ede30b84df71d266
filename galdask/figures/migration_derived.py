"""Derived numbers over the printed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.figures import migration_marks as marks
from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

#: ratios beyond this stand at the border
_LOW, _HIGH = 0.3, 3.0


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw a row a number that the paper prints.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `derived` of a fit.
    """
    known = dataset.isel(quantity=np.flatnonzero(np.isfinite(dataset["printed"].values)))
    rows = np.arange(known.sizes["quantity"])
    figure = style.sheet(style.PAGE, 0.23 * rows.size + 0.9)
    axes = figure.add_subplot()
    printed = known["printed"].values
    ratio, low, high = (known[name].values / printed for name in ("median", "q16", "q84"))
    shown = np.clip(ratio, _LOW, _HIGH)
    axes.axvline(1.0, color=style.MUTED, lw=0.7)
    axes.hlines(
        rows, np.clip(low, _LOW, _HIGH), np.clip(high, _LOW, _HIGH), color=marks.MODEL, lw=2.4, alpha=0.5
    )
    axes.plot(shown, rows, "o", color=marks.MODEL, ms=4.5, gid="ratio")
    axes.set_xscale("log")
    reach = float(np.clip(np.nanmax(np.abs(np.log(np.r_[shown, 1.3]))), 0.0, np.log(_HIGH))) + 0.06
    axes.set_xlim(np.exp(-reach), np.exp(reach))
    ticks = [
        t for t in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4, 1.7, 2.0, 2.5) if abs(np.log(t)) < reach
    ]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.set_xticks([], minor=True)
    axes.set_yticks(rows, [_row(known, int(k)) for k in rows], fontsize=8)
    axes.tick_params(axis="y", which="both", length=0)
    axes.set_yticks([], minor=True)
    axes.set_ylim(rows.size - 0.4, -0.6)
    axes.set_xlabel("fit over printed")
    for row in rows:
        one = known.isel(quantity=int(row))
        texts = (f"{float(one['median']):.4g}", f"{float(one['printed']):.4g}")
        for at, text in zip((1.02, 1.15), texts, strict=True):
            axes.annotate(
                text.replace("-", "\u2212"), (at, row), xycoords=("axes fraction", "data"), va="center",
                fontsize=8, annotation_clip=False,
            )  # fmt: skip
    for at, text in ((1.02, "fit"), (1.15, "printed")):
        axes.annotate(
            text, (at, 1.01), xycoords="axes fraction", va="bottom", fontsize=8.5, color=style.MUTED,
            annotation_clip=False,
        )  # fmt: skip
    return figure


def _row(dataset: xr.Dataset, row: int) -> str:
    one = dataset.isel(quantity=row)
    unit = marks.unit_text(str(one["unit"].values))
    return f"{one['quantity'].values}" + (f" ({unit})" if unit else "")
