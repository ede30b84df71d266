"""How far slopes of another sample are from those of the main one."""

from __future__ import annotations

import functools

import numpy as np

from galdask.lineage.finding import Finding, NotComputableError, finding
from galdask.lineage.results import Results, of_population

#: the sample of 2.0 <= log g <= 2.3
SAMPLE = "A"


def _difference(results: Results, family: str, population: str) -> Finding:
    dataset = of_population(results.product("variant_differences"), population)
    if SAMPLE not in dataset["variant"].values.astype(str):
        raise NotComputableError(f"the run has no sample {SAMPLE}")
    ways = dataset.sel(variant=SAMPLE)
    profile, stars = (ways.sel(fit_to=way) for way in ("profile", "stars"))
    each = profile[f"{family}_difference"].values
    known = each[np.isfinite(each)]
    mean, error = f"{family}_mean_difference", f"{family}_mean_difference_err"
    return finding(
        abs(float(profile[mean])),
        profile[error],
        f"variant_differences, {mean}",
        beside=(("lines through the stars", abs(float(stars[mean])), float(stars[error])),),
        remark=f"{known.size} bins; the largest difference is {np.abs(known).max(initial=0.0):.4f}",
        missing="no bin has a line in both samples",
    )


FINDERS = {
    "variant_a_dfeh_dr_age": functools.partial(_difference, family="feh_radial", population="low_alpha"),
    "variant_a_dage_dr": functools.partial(_difference, family="age_radial", population="total"),
}
