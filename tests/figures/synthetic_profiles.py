"""Radial profiles and gradients in the form of the saved products."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tests.figures.synthetic import LONG, POPULATIONS, attributes, axis, members, sampled

HEIGHTS = np.arange(0, 2.01, 0.25)
WINDOW, STEP = 200, 100
#: slopes by |Z|, dex/kpc, about those of a disk
SLOPES = {
    "total": [-0.056, -0.057, -0.051, -0.041, -0.023, -0.010, -0.002, 0.001],
    "low_alpha": [-0.060, -0.064, -0.063, -0.054, -0.040, -0.023, -0.005, 0.013],
    "high_alpha": [-0.010, -0.008, -0.010, -0.006, 0.0, 0.003, 0.006, -0.010],
}


def windows(star: dict, population: str, low: float, high: float) -> list[tuple[float, float, float]]:
    keep = members(star, population) & (star["abs_z"] >= low) & (star["abs_z"] < high)
    order = np.argsort(star["r"][keep])
    r, value = star["r"][keep][order], star["fe_h"][keep][order]
    parts = [slice(i, i + WINDOW) for i in range(0, r.size - WINDOW + 1, STEP)]
    return [(np.median(r[p]), np.median(value[p]), 1.25 * np.std(value[p]) / WINDOW**0.5) for p in parts]


def radial_profiles(mode: str = "full") -> xr.Dataset:
    star = sampled(mode)
    found = {
        (p, i): windows(star, p, HEIGHTS[i], HEIGHTS[i + 1])
        for p in POPULATIONS
        for i in range(HEIGHTS.size - 1)
    }
    longest = max(1, *(len(w) for w in found.values()))
    data = np.full((3, len(POPULATIONS), HEIGHTS.size - 1, longest), np.nan)
    number = np.zeros(data.shape[1:3], int)
    for (p, i), parts in found.items():
        for w, values in enumerate(parts):
            data[:, POPULATIONS.index(p), i, w] = values
        inside = members(star, p) & (star["abs_z"] >= HEIGHTS[i]) & (star["abs_z"] < HEIGHTS[i + 1])
        number[POPULATIONS.index(p), i] = inside.sum()
    dims = ("population", "abs_z", "window")
    return xr.Dataset(
        {
            "r": (dims, data[0], {"units": "kpc", "long_name": "median R"}),
            "fe_h_median": (dims, data[1], {"units": "dex", "long_name": LONG["fe_h"]}),
            "fe_h_median_err": (dims, data[2], {"units": "dex", "long_name": "error"}),
            "n_panel": (dims[:2], number),
            "n_windows": (dims[:2], np.isfinite(data[1]).sum(axis=2)),
        },
        {"population": POPULATIONS, **axis("abs_z", HEIGHTS, text="|Z|")},
        attributes("radial_profiles", quantity="fe_h", window=WINDOW, step=STEP),
    )


def radial_gradients(mode: str = "full", published: bool = True) -> xr.Dataset:
    rng = np.random.default_rng(4)
    true = np.array([SLOPES[p] for p in POPULATIONS])
    shape = (2, 2, *true.shape)
    err = np.broadcast_to(0.0015 + 0.001 * np.arange(true.shape[1]), shape).copy()
    slope = true + rng.normal(0, 1, shape) * err
    if mode in ("empty", "nan"):
        slope[:], err[:] = np.nan, np.nan
    if mode == "single":
        slope[..., 1:], err[..., 1:] = np.nan, np.nan
    dims = ("fit_to", "r_min", "population", "abs_z")
    unit = {"units": "dex/kpc", "long_name": "d[Fe/H]/dR"}
    ds = xr.Dataset(
        {"slope": (dims, slope, unit), "slope_err": (dims, err, unit), "n": (dims, np.full(shape, 500))},
        {
            "fit_to": ["profile", "stars"],
            "r_min": ("r_min", [7.0, 0.0], {"units": "kpc"}),
            "population": POPULATIONS,
            **axis("abs_z", HEIGHTS, text="|Z|"),
        },
        attributes("radial_gradients", quantity="fe_h", published_source="a test"),
    )
    if published:
        ds["published_slope"] = (dims[2:], true, unit)
        ds["published_slope_err"] = (dims[2:], np.full(true.shape, 0.003), unit)
    return ds
