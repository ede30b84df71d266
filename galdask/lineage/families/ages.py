"""The errors of ages, which stars have one, and how complete they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from galdask.lineage.finding import Finding, NotComputableError, finding
from galdask.lineage.results import Results, of_population


def _side(name: str) -> Callable[[Results], Finding]:
    def found(results: Results) -> Finding:
        one = of_population(results.product("age_errors"), "total").sel(side=name)
        return finding(one["median"], one["median_err"], "age_errors, median", missing="no star has an error")

    return found


def typical(results: Results) -> Finding:
    """Return the mean of the medians of both sides."""
    both = of_population(results.product("age_errors"), "total")
    error = 0.5 * float(np.hypot(*both["median_err"].values))
    return finding(
        both["median"].mean(skipna=False), error, "age_errors, median", missing="no star has an error"
    )


def beside_astronn(results: Results) -> Finding:
    """Return half the range of 16 to 84 % of the ratio to the ages of astroNN."""
    errors = results.product("age_errors")
    if "ratio_q16" not in errors:
        raise NotComputableError("the catalogue or the pipeline does not have both ages")
    spread = 0.5 * float(errors["ratio_q84"] - errors["ratio_q16"])
    n = int(errors["ratio_n"])
    return finding(
        spread,
        spread / np.sqrt(2.0 * n) if n else None,
        "age_errors, ratio",
        remark=f"{n:,} stars; median of the ratio {float(errors['ratio_median']):+.3f} dex",
        missing="no star has both ages",
    )


def clusters(results: Results) -> Finding:
    """Refuse: no table of clusters is read."""
    raise NotComputableError("needs the turn-off ages of star clusters, which no product reads")


def lowest_fe_h(results: Results) -> Finding:
    """Return the lower edge of the lowest cell of [Fe/H] that holds a star with an age."""
    grid = of_population(results.product("mgfe_age_grid"), "total")
    n = grid["age_n"]
    there = np.flatnonzero(n.sum([d for d in n.dims if d != "fe_h"]).values)
    if not there.size:
        raise NotComputableError("no star has an age")
    low, high = grid["fe_h_bnds"].values[there[0]]
    return finding(low, None, "mgfe_age_grid, age_n", remark=f"the lowest star is at {low:g} to {high:g}")


def _zones(*names: str) -> Callable[[Results], Finding]:
    def found(results: Results) -> Finding:
        zones = of_population(results.product("age_completeness"), "total").sel(zone=list(names))
        n, whole = int(zones["zone_n_age"].sum()), int(zones["zone_n_all"].sum())
        if not whole:
            raise NotComputableError("no star is there")
        low, cells = int(zones["zone_cells_low"].sum()), int(zones["zone_cells"].sum())
        share = n / whole
        error = float(np.sqrt(max(share * (1.0 - share), 0.25 / whole) / whole))
        remark = f"{low} of {cells} cells are below 0.8"
        return finding(share, error, "age_completeness, zone_f_distmass", remark=remark)

    return found


FINDERS = {
    "age_err_lower_median": _side("lower"),
    "age_err_upper_median": _side("upper"),
    "age_err_typical": typical,
    "age_scatter_astronn": beside_astronn,
    "age_scatter_clusters": clusters,
    "feh_min_age": lowest_fe_h,
    "fdistmass_solar": _zones("solar"),
    "fdistmass_inner": _zones("inner"),
    "fdistmass_outer": _zones("outer", "above"),
}
