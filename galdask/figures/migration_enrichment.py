"""Enrichment tracks over birth radius and over age."""

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
    """Draw [Fe/H] over birth radius and over age, with the Sun.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `enrichment` of a fit.
    """
    figure = style.sheet(style.PAGE, 3.2)
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, name, x, over, unit in (
        (left, "fe_h_over_r0", "r0_fine", "age", "Gyr"),
        (right, "fe_h_over_age", "age_fine", "r0", "kpc"),
    ):
        values = dataset[over].values
        for k, value in enumerate(values):
            ink = style.colours("fe_h")(0.88 * k / max(len(values) - 1, 1))
            marks.curve(axes, dataset.sel({over: value}), name, x, ink, label=f"{value:g} {unit}")
        axes.set_xlim(float(dataset[x].min()), float(dataset[x].max()))
    about = dataset.attrs
    marks.sun(left, float(about["sun_r0"]), float(about["sun_fe_h"]))
    marks.sun(right, float(about["sun_age"]), float(about["sun_fe_h"]))
    lowest = float(np.nanmin(dataset["fe_h_over_r0"]))
    highest = float(np.nanmax(dataset["fe_h_over_r0_high"]))
    left.set_ylim(lowest - 0.05, highest + 0.42)
    left.set_ylabel("[Fe/H] at birth (dex)")
    left.set_xlabel(r"birth radius $L_{z0}/V_C$ (kpc)")
    right.set_xlabel("age (Gyr)")
    left.legend(title="age", loc="upper right", title_fontsize=9, ncols=2, columnspacing=1.0)
    right.legend(title="birth radius", loc="upper right", title_fontsize=9, ncols=4, columnspacing=0.9)
    return figure
