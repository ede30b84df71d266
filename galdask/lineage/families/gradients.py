"""Slopes of [Fe/H] along R and along |Z|: Tables 1 and 2 and what the text says of them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from galdask.lineage.finding import Finding, NotComputableError, finding
from galdask.lineage.results import Results, bin_of, of_population, weighted

if TYPE_CHECKING:
    import xarray as xr

R_MIN, MAX_ABS_Z = 7.0, 2.0
TABLE_1 = tuple(0.25 * k for k in range(8))
TABLE_2 = tuple(2 * k for k in range(10))
POPULATIONS = ("total", "low_alpha", "high_alpha")


def along_r(results: Results, population: str, name: str = "radial_gradients") -> xr.Dataset:
    """Return the lines along R of one population beyond the published smallest R.

    Raises
    ------
    NotComputableError
        If the run's lines begin elsewhere.
    """
    dataset = of_population(results.product(name), population)
    at = np.flatnonzero(np.abs(dataset["r_min"].values - R_MIN) < 1e-9)
    if not at.size:
        raise NotComputableError(f"the run has no lines to R >= {R_MIN:g} kpc")
    return dataset.isel(r_min=int(at[0]))


def along_z(results: Results, population: str) -> xr.Dataset:
    """Return the lines along |Z| of one population within the published reach."""
    dataset = of_population(results.product("vertical_gradients"), population)
    if abs(float(dataset.attrs["max_abs_z"]) - MAX_ABS_Z) > 1e-9:
        raise NotComputableError(f"the run's lines do not reach to |Z| = {MAX_ABS_Z:g} kpc")
    return dataset


def slope(lines: xr.Dataset, source: str, prefix: str = "") -> Finding:
    """Return the slope through the running medians; beside it that through the stars.

    Raises
    ------
    NotComputableError
        If there is none; gives the flag of the dataset.
    """
    profile, stars = lines.sel(fit_to="profile"), lines.sel(fit_to="stars")
    flag = profile[f"{prefix}reason"]
    why = flag.attrs["flag_meanings"].split()[int(flag)].replace("_", " ")
    windows = max(int(profile[f"{prefix}n_windows"]), 0)
    return finding(
        profile[f"{prefix}slope"],
        profile[f"{prefix}slope_err"],
        source,
        beside=(
            (
                "line through the stars",
                float(stars[f"{prefix}slope"]),
                float(stars[f"{prefix}slope_err"]),
            ),
        ),
        missing=f"{why}: {windows}, and a line needs three" if "windows" in why else why,
    )


def _radial(results: Results, low: float, population: str) -> Finding:
    lines = along_r(results, population)
    return slope(lines.isel(abs_z=bin_of(lines, "abs_z", low, low + 0.25)), "radial_gradients, slope")


def _vertical(results: Results, low: float, population: str) -> Finding:
    lines = along_z(results, population)
    one = lines.isel(r=bin_of(lines, "r", low, low + 2.0), side=0)
    return slope(one, "vertical_gradients, slope")


def _near_sun(results: Results, population: str) -> Finding:
    lines = along_z(results, population).isel(near_sun=0, side=0)
    return slope(lines, "vertical_gradients, near_sun_slope", "near_sun_")


def positive_above(results: Results) -> Finding:
    """Return |Z| where the slope of all stars along R rises through zero, by linear interpolation."""
    lines = along_r(results, "total").sel(fit_to="profile")
    z, value, error = (lines[name].values for name in ("abs_z", "slope", "slope_err"))
    good = np.isfinite(value) & np.isfinite(error)
    crossings = _crossing(z[good], value[good])
    rng = np.random.default_rng(1)
    many = [_crossing(z[good], rng.normal(value[good], error[good])) for _ in range(200)]
    return finding(
        crossings,
        np.nanstd(many) if np.isfinite(many).sum() > 1 else None,
        "radial_gradients, slope",
        missing="the slope does not rise through zero within the bins of |Z|",
    )


def _crossing(x: np.ndarray, y: np.ndarray) -> float:
    """Return where values rise through zero for good: after the last negative one."""
    below = np.flatnonzero(y < 0.0)
    if not below.size or below[-1] == y.size - 1:
        return float("nan")
    k = int(below[-1])
    return float(x[k] - y[k] * (x[k + 1] - x[k]) / (y[k + 1] - y[k]))


def sides(results: Results) -> Finding:
    """Return by how much the slopes above and below the plane differ, the mean over the bins of R."""
    lines = along_z(results, "total").sel(fit_to="profile")
    value, error = lines["asymmetry"].values, lines["asymmetry_err"].values
    mean, spread = weighted(value, error)
    with np.errstate(invalid="ignore", divide="ignore"):
        pulls = np.abs(value / error)
    known = np.isfinite(pulls)
    most = pulls[known].max(initial=0.0)
    return finding(
        mean,
        spread,
        "vertical_gradients, asymmetry",
        remark=f"{int(known.sum())} bins of R; the largest difference is {most:.1f} errors",
        missing="no bin of R has lines on both sides",
    )


def high_alpha_end(results: Results) -> Finding:
    """Return where the last windows of the high-alpha profiles are."""
    r = of_population(results.product("radial_profiles"), "high_alpha")["r"].values
    last = np.array([row[np.isfinite(row)].max() for row in r if np.isfinite(row).any()])
    if not last.size:
        raise NotComputableError("no window of high-alpha stars is full")
    spread = last.std() / np.sqrt(last.size) if last.size > 1 else None
    remark = f"{last.size} bins of |Z|, {last.min():.1f} to {last.max():.1f} kpc"
    return finding(np.median(last), spread, "radial_profiles, r", remark=remark)


FINDERS = {
    **{
        f"dfeh_dr_z{low:.2f}_{p}": functools.partial(_radial, low=low, population=p)
        for low in TABLE_1
        for p in POPULATIONS
    },
    **{
        f"dfeh_dz_r{low:02d}_{p}": functools.partial(_vertical, low=float(low), population=p)
        for low in TABLE_2
        for p in POPULATIONS
        if (low, p) != (18, "high_alpha")
    },
    "dfeh_dr_plane_total": functools.partial(_radial, low=0.0, population="total"),
    "dfeh_dr_plane_low": functools.partial(_radial, low=0.0, population="low_alpha"),
    "dfeh_dr_total_positive_above": positive_above,
    "dfeh_dz_sun_text": functools.partial(_near_sun, population="total"),
    "dfeh_dz_sun_s5": functools.partial(_vertical, low=8.0, population="total"),
    "dfeh_dz_sun_high_text": functools.partial(_near_sun, population="high_alpha"),
    "dfeh_dz_above_below": sides,
    "high_alpha_r_end": high_alpha_end,
}
