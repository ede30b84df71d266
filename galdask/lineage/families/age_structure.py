"""Ages across the disk: medians, slopes, and the shape of the age distribution."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from galdask.cartography import histograms, modes
from galdask.lineage.families.gradients import along_r
from galdask.lineage.families.metallicities import FEWEST, PLANE
from galdask.lineage.finding import Finding, NotComputableError, finding
from galdask.lineage.results import Results, bin_of, of_population, redrawn, weighted


def median_high_alpha(results: Results) -> Finding:
    """Return the median age of all high-alpha stars."""
    one = of_population(results.product("age_profiles"), "high_alpha")
    why = "too few high-alpha stars have an age"
    return finding(
        one["all_age_median"], one["all_age_median_err"], "age_profiles, all_age_median", missing=why
    )


def slope_high_alpha(results: Results) -> Finding:
    """Return the slope of age of the high-alpha stars along R, the mean over the bins of |Z|."""
    lines = along_r(results, "high_alpha", "age_gradients")
    means = {
        way: weighted(*(lines.sel(fit_to=way)[n].values for n in ("slope", "slope_err"))) for way in WAYS
    }
    return finding(
        *means["profile"],
        "age_gradients, slope",
        beside=(("lines through the stars", *means["stars"]),),
        missing="no bin of |Z| has three windows of high-alpha stars",
    )


WAYS = ("profile", "stars")


def rows(results: Results) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return edges of R, edges and centres of age, and the stars of the age distribution (|Z|, R, age).

    Raises
    ------
    NotComputableError
        If the distribution is of log10 age.
    """
    grid = of_population(results.product("adf_grid"), "total")
    if "age" not in grid.dims:
        raise NotComputableError("the run's distribution is of log10 age")
    bounds = grid["age_bnds"].values
    n = grid["n"].transpose("abs_z", "r", "age").values
    return grid["r_bnds"].values, np.r_[bounds[:, 0], bounds[-1, 1]], grid["age"].values, n


def _peak(low: float, high: float) -> Callable[[Results], Finding]:
    def found(results: Results) -> Finding:
        r, _, ages, n = rows(results)
        plane = bin_of(results.product("adf_grid"), "abs_z", *PLANE)
        counts = n[plane][(r[:, 0] >= low) & (r[:, 1] <= high)].sum(axis=0)
        smooth = results.settings("adf_grid")["smooth"]
        mode = modes.mode(counts, ages, smooth, FEWEST)
        spread = histograms.spread(modes.mode(redrawn(counts), ages, smooth, 1))
        why = f"fewer than {FEWEST} stars are there"
        return finding(mode, spread, "adf_grid, n", remark=f"{int(counts.sum()):,} stars", missing=why)

    return found


def spread(results: Results) -> Finding:
    """Return the largest distance between the quartiles of age near the plane."""
    one = of_population(results.product("adf_moments"), "total")
    if "age" not in one.dims:
        raise NotComputableError("the run's distribution is of log10 age")
    good = one["n_row"].values >= FEWEST
    width = np.where(good, (one["q75"] - one["q25"]).values, -np.inf)
    if not np.isfinite(width).any():
        raise NotComputableError(f"no row has {FEWEST} stars")
    k = int(width.argmax())
    error = float(np.hypot(one["q25_err"].values[k], one["q75_err"].values[k]))
    low, high = one["r_bnds"].values[k]
    sigma = float(one["std"].values[good].max())
    beside = (("largest standard deviation", sigma, None),)
    return finding(
        width[k], error, "adf_moments, q25 and q75", beside=beside, remark=f"at {low:g} to {high:g} kpc"
    )


def upper_rows(results: Results) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return R, the median age of the stars of both upper slices, and its Poisson replicas."""
    r, edges, _, n = rows(results)
    counts = n[1:].sum(axis=0)
    good = counts.sum(axis=1) >= FEWEST
    if good.sum() < 3:
        raise NotComputableError(f"fewer than three rows above the plane have {FEWEST} stars")
    counts = counts[good]
    many = histograms.quantiles(redrawn(counts), edges, 0.5)
    return r[good].mean(axis=1), histograms.quantiles(counts, edges, 0.5), many


def turn(results: Results) -> Finding:
    """Return the R of the highest median age above the plane."""
    r, median, many = upper_rows(results)
    return finding(r[median.argmax()], r[many.argmax(axis=1)].std(), "adf_grid, n")


def flat(results: Results) -> Finding:
    """Return the R beyond which the rows above the plane have no slope of more than two errors."""
    r, median, many = upper_rows(results)
    for k in range(r.size - 2):
        weights = np.ones(r.size - k)
        line = float(histograms.slope(median[k:], r[k:], weights))
        error = float(histograms.slope(many[:, k:], r[k:], weights).std())
        if abs(line) <= 2.0 * error:
            remark = f"slope beyond {line:+.3f} ± {error:.3f} Gyr/kpc, {r.size - k} rows"
            return finding(r[k], None, "adf_grid, n", remark=remark)
    raise NotComputableError("no three outer rows are without a slope")


FINDERS = {
    "age_median_high": median_high_alpha,
    "dage_dr_high": slope_high_alpha,
    "adf_peak_inner": _peak(0.0, 3.0),
    "adf_peak_solar": _peak(8.0, np.inf),
    "adf_spread_max": spread,
    "age_gradient_turn_high_z": turn,
    "age_gradient_flat_high_z": flat,
}
