"""Ages beside abundances: where sequences overlap, the young peak, stars of solar metallicity by age."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from galdask.cartography import histograms
from galdask.lineage.families.metallicities import FEWEST, PLANE
from galdask.lineage.finding import Finding, NotComputableError, finding
from galdask.lineage.results import Results, bin_of, of_population, redrawn


def overlap(results: Results) -> Finding:
    """Return the log10 age at which [Fe/H] spreads most."""
    one = of_population(results.product("amr_density"), "total")
    counts = one["n"].sum(["abs_z", "r"]).transpose("log_age", "fe_h").values
    good = counts.sum(axis=1) >= FEWEST
    if not good.any():
        raise NotComputableError(f"no bin of age has {FEWEST} stars")
    ages, fe_h, counts = one["log_age"].values[good], one["fe_h"].values, counts[good]
    width = histograms.moments(counts, fe_h)[1]
    many = histograms.moments(redrawn(counts), fe_h)[1]
    at = int(width.argmax())
    spread = float(ages[many.argmax(axis=1)].std())
    return finding(ages[at], spread, "amr_density, n", remark=f"{width[at]:.2f} dex there")


def young_peak(results: Results) -> Finding:
    """Return the age of the youngest mode of the low-alpha stars at 9 to 12 kpc near the plane."""
    dataset = results.product("age_alpha")
    one = dataset.isel(abs_z=bin_of(dataset, "abs_z", *PLANE), r=bin_of(dataset, "r", 9.0, 12.0))
    n = int(one["n_modes"])
    mode, error = float(one["mode_log_age"][0]), float(one["mode_log_age_err"][0])
    age = 10.0 ** (mode - 9.0)
    others = ", ".join(f"{10.0 ** (m - 9.0):.1f}" for m in one["mode_log_age"].values[1:n])
    share = f", as in {float(one['p_modes']):.0%} of the replicas" if n else ""
    return finding(
        age,
        age * np.log(10.0) * error,
        "age_alpha, mode_log_age",
        remark=f"{n} mode{'s' * (n != 1)}{share}" + (f"; the others at {others} Gyr" if others else ""),
        missing=f"fewer than {FEWEST} low-alpha stars are there",
    )


def _high_alpha(fraction: float) -> Callable[[Results], Finding]:
    def found(results: Results) -> Finding:
        one = of_population(results.product("chemical_tagging"), "high_alpha")
        bounds, counts = one["log_age_bnds"].values, one["n_age"].values
        if counts.sum() < FEWEST:
            raise NotComputableError(f"fewer than {FEWEST} high-alpha stars of solar [Fe/H] have an age")
        edges = np.r_[bounds[:, 0], bounds[-1, 1]]
        age = 10.0 ** (histograms.quantiles(counts, edges, fraction) - 9.0)
        many = 10.0 ** (histograms.quantiles(redrawn(counts), edges, fraction) - 9.0)
        remark = (
            f"{int(counts.sum()):,} stars of {10 ** (edges[0] - 9):.3g} to {10 ** (edges[-1] - 9):.3g} Gyr"
        )
        return finding(age, many.std(), "chemical_tagging, n_age", remark=remark)

    return found


def _bin(low: float) -> Callable[[Results], Finding]:
    def found(results: Results) -> Finding:
        one = of_population(results.product("chemical_tagging"), "low_alpha")
        at = one.isel(log_age=bin_of(one, "log_age", low, low + 0.1))
        return finding(
            at["mg_fe_median"],
            at["mg_fe_median_err"],
            "chemical_tagging, mg_fe_median",
            remark=f"{int(at['n_age']):,} stars",
            missing=f"{int(at['n_age'])} low-alpha stars are there",
        )

    return found


def _reach(which: int, end: str) -> Callable[[Results], Finding]:
    def found(results: Results) -> Finding:
        one = of_population(results.product("chemical_tagging"), "low_alpha")
        there = np.flatnonzero(np.isfinite(one[f"r_{end}"].values))
        if not there.size:
            raise NotComputableError("no bin of age has a contour")
        at = one.isel(log_age=int(there[which]))
        low, high = at["log_age_bnds"].values
        fraction = max(results.settings("chemical_tagging")["fractions"])
        return finding(
            at[f"r_{end}"],
            at[f"r_{end}_err"],
            f"chemical_tagging, r_{end}",
            remark=f"contour of {fraction:.0%} at log age {low:g} to {high:g}",
        )

    return found


FINDERS = {
    "age_overlap_log": overlap,
    "young_peak_lo": young_peak,
    "young_peak_hi": young_peak,
    "high_alpha_age_lo": _high_alpha(0.05),
    "high_alpha_age_hi": _high_alpha(0.95),
    "tag_mgfe_oldest": _bin(10.0),
    "tag_mgfe_youngest": _bin(9.0),
    "tag_r_young_lo": _reach(0, "low"),
    "tag_r_young_hi": _reach(0, "high"),
    "tag_r_old_lo": _reach(-1, "low"),
    "tag_r_old_hi": _reach(-1, "high"),
}
