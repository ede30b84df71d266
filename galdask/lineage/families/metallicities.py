"""The shape of the metallicity distribution, and where the two populations share metallicities."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from galdask.lineage.finding import Finding, NotComputableError, finding
from galdask.lineage.results import Results, bin_of, of_population

#: slices of |Z| of Figure 18, kpc
PLANE, MIDDLE, TOP = (0.0, 0.5), (0.5, 1.0), (1.0, 2.0)
#: R beyond which the paper calls the distribution narrower, kpc
NARROW = 10.0
#: fewest stars of a row that enters
FEWEST = 50


def skewness_zero(results: Results) -> Finding:
    """Return R where the skewness of the low-alpha stars rises through zero."""
    one = of_population(results.product("mdf_moments"), "low_alpha")
    why = "the skewness does not rise through zero"
    return finding(one["skewness_zero"], one["skewness_zero_err"], "mdf_moments, skewness_zero", missing=why)


def peak_offset(results: Results) -> Finding:
    """Return the largest mode - median of the low-alpha stars inside."""
    one = of_population(results.product("mdf_moments"), "low_alpha")
    inside = one["r_bnds"].values[:, 1] <= results.settings("mdf_moments")["r_inside"]
    away = (one["mode"] - one["mean"]).values[inside]
    largest = float(np.nanmax(away)) if np.isfinite(away).any() else float("nan")
    return finding(
        one["mode_minus_median_max"],
        one["mode_minus_median_max_err"],
        "mdf_moments, mode_minus_median_max",
        beside=(("largest mode - mean", largest, None),),
        missing="no row inside has a mode",
    )


def narrow_beyond(results: Results) -> Finding:
    """Return the R that parts wide rows from narrow ones best.

    Of all edges of rows it is the one with the smallest sum of squares of the widths about the mean width
    on either side, weighted by stars, where the outer mean is the smaller one.
    """
    one = of_population(results.product("mdf_moments"), "low_alpha")
    n, width, error = (one[name].values for name in ("n_row", "std", "std_err"))
    good = (n >= FEWEST) & np.isfinite(width)
    edges, n, width, error = one["r_bnds"].values[good, 0], n[good], width[good], error[good]
    if edges.size < 3:
        raise NotComputableError("fewer than three rows have a width")
    rng = np.random.default_rng(1)
    drawn = rng.normal(width, np.nan_to_num(error), (200, width.size))
    many = [_parting(edges, n, row) for row in drawn]
    found = _parting(edges, n, width)
    spread = float(np.nanstd(many)) if np.isfinite(many).sum() > 1 else None
    inside = edges < NARROW
    means = [float(np.average(width[p], weights=n[p])) for p in (inside, ~inside) if p.any()]
    words = (f"mean width within {NARROW:g} kpc", f"mean width beyond {NARROW:g} kpc")
    return finding(
        found,
        spread,
        "mdf_moments, std",
        beside=tuple((w, m, None) for w, m in zip(words, means, strict=False)) if len(means) == 2 else (),
        missing="the rows outside are not narrower at any R",
    )


def _parting(edges: np.ndarray, n: np.ndarray, width: np.ndarray) -> float:
    best, at = np.inf, float("nan")
    for k in range(1, edges.size):
        inside, outside = (float(np.average(width[part], weights=n[part])) for part in _parts(k))
        rest = np.r_[width[:k] - inside, width[k:] - outside]
        cost = float((n * rest**2).sum())
        if outside < inside and cost < best:
            best, at = cost, float(edges[k])
    return at


def _parts(k: int) -> tuple[slice, slice]:
    return slice(None, k), slice(k, None)


def overlap(results: Results, slice_of_z: tuple[float, float]) -> tuple[float, float, str]:
    """Return where the low-alpha and high-alpha distributions have much area in common: R from, to, remark.

    The area is the sum over bins of the smaller of both fractions; the rows are those around the largest
    area that have at least half of it.
    """
    grid = results.product("mdf_grid")
    low, high = (of_population(grid, name) for name in ("low_alpha", "high_alpha"))
    k = bin_of(grid, "abs_z", *slice_of_z)
    rows = [one.isel(abs_z=k) for one in (low, high)]
    area = np.minimum(*(one["p"].transpose("r", "fe_h").values for one in rows)).sum(axis=1)
    few = np.min([one["n_row"].values for one in rows], axis=0) < FEWEST
    area = np.where(few | ~np.isfinite(area), 0.0, area)
    top = int(area.argmax())
    if area[top] <= 0.0:
        raise NotComputableError(f"no row has {FEWEST} stars of both populations")
    much = area >= 0.5 * area[top]
    first = top - int(np.argmin(np.r_[much[top::-1], False])) + 1
    last = top + int(np.argmin(np.r_[much[top:], False])) - 1
    edges = grid["r_bnds"].values
    remark = f"largest common area {area[top]:.2f} at {edges[top, 0]:g} to {edges[top, 1]:g} kpc"
    return float(edges[first, 0]), float(edges[last, 1]), remark


def _overlap(slice_of_z: tuple[float, float], end: int) -> Callable[[Results], Finding]:
    def found(results: Results) -> Finding:
        ends = overlap(results, slice_of_z)
        return finding(ends[end], None, "mdf_grid, p", remark=str(ends[2]))

    return found


def peak_of_median(results: Results) -> Finding:
    """Return the R of the highest median of all stars in the middle slice."""
    grid = of_population(results.product("mdf_grid"), "total")
    one = grid.isel(abs_z=bin_of(grid, "abs_z", *MIDDLE))
    value, error, n = (one[name].values for name in ("median", "median_err", "n_row"))
    good = (n >= FEWEST) & np.isfinite(value) & np.isfinite(error)
    if good.sum() < 3:
        raise NotComputableError(f"fewer than three rows have {FEWEST} stars")
    r, value, error = one["r"].values[good], value[good], error[good]
    drawn = np.random.default_rng(1).normal(value, error, (200, value.size))
    return finding(r[value.argmax()], r[drawn.argmax(axis=1)].std(), "mdf_grid, median")


FINDERS = {
    "mdf_skew_zero": skewness_zero,
    "mdf_peak_offset_max": peak_offset,
    "mdf_narrow_beyond": narrow_beyond,
    "mdf_overlap_lo": _overlap(PLANE, 0),
    "mdf_overlap_hi": _overlap(PLANE, 1),
    "mdf_overlap_start_high_z": _overlap(TOP, 0),
    "feh_peak_r_mid_slice": peak_of_median,
}
