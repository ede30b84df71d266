"""[Mg/Fe] by radius, and the slope of [Fe/H] over azimuth."""

from __future__ import annotations

import numpy as np

from galdask.lineage.finding import Finding, finding
from galdask.lineage.results import Results, bin_of, of_population


def high_alpha_shift(results: Results) -> Finding:
    """Return by how much [Mg/Fe] of the high-alpha stars is higher in the inner ring."""
    one = of_population(results.product("mgfe_by_radius"), "high_alpha")
    inner, outer = np.ravel(one["shift"].attrs["compare_r"])[[0, -1]]
    return finding(
        one["shift"],
        one["shift_err"],
        "mgfe_by_radius, shift",
        remark=f"rings around R = {inner:g} and {outer:g} kpc",
        missing="the two rings share no bin of [Fe/H] with enough stars",
    )


def azimuth(results: Results) -> Finding:
    """Return the largest less the smallest slope among the bins of azimuth, near the plane."""
    dataset = of_population(results.product("polar_maps"), "total")
    one = dataset.isel(abs_z=bin_of(dataset, "abs_z", 0.0, 0.5))
    return finding(
        one["slope_range"],
        one["slope_range_err"],
        "polar_maps, slope_range",
        remark=f"noise alone would give {float(one['slope_range_noise']):.3f}",
        missing="fewer than two bins of azimuth have a slope",
    )


FINDERS = {"mgfe_high_shift": high_alpha_shift, "azimuth_slope_maxdiff": azimuth}
