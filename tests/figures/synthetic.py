"""Small datasets in the form of the saved products, from a few thousand made-up stars."""

from __future__ import annotations

import numpy as np
import xarray as xr

POPULATIONS = ["total", "low_alpha", "high_alpha"]
BAR = {"bar_length": 10.0, "bar_axis_ratio": 0.4, "bar_angle": 25.0, "bar_source": "a test"}
SLICES = np.array([[0.0, 0.5], [0.5, 1.0], [1.0, 2.0]])
LONG = {"fe_h": "median [Fe/H]", "mg_fe": "median [Mg/Fe]", "age": "median age"}
UNITS = {"fe_h": "dex", "mg_fe": "dex", "age": "Gyr"}


def stars(number: int = 20_000, seed: int = 1) -> dict[str, np.ndarray]:
    """Return stars of two populations around the Sun; class 0 low alpha, 1 high alpha, 2 neither."""
    rng = np.random.default_rng(seed)
    high = rng.random(number) < 0.35
    distance = rng.gamma(2.0, 2.0, number)
    angle = rng.vonmises(0.0, 0.7, number)
    x, y = -8.3 + distance * np.cos(angle), distance * np.sin(angle)
    z = rng.laplace(0, np.where(high, 0.9, 0.35))
    r = np.hypot(x, y)
    fe_h = np.where(high, -0.35 - 0.005 * r, 0.42 - 0.055 * r - 0.12 * np.abs(z)) + rng.normal(
        0, 0.16, number
    )
    mg_fe = np.where(high, 0.27 - 0.12 * (fe_h + 0.3), 0.06 - 0.12 * fe_h) + rng.normal(0, 0.028, number)
    line = 0.15 - 0.13 * np.minimum(fe_h, 0.0)
    population = np.where(np.abs(mg_fe - line) < 0.025, 2, np.where(mg_fe > line, 1, 0))
    logg = rng.uniform(1.0, 2.0, number)
    return {
        "x": x, "y": y, "z": z, "r": r, "signed_r": np.copysign(r, x), "abs_z": np.abs(z),
        "fe_h": fe_h, "mg_fe": mg_fe, "population": population, "logg": logg,
        "age": np.clip(np.where(high, 8.5, 5.5 - 0.2 * (r - 8)) + rng.normal(0, 1.5, number), 0.3, 15),
        "teff": 4050 + 480 * (logg - 1.0) - 380 * fe_h + rng.normal(0, 60, number),
    }  # fmt: skip


def sampled(mode: str) -> dict[str, np.ndarray]:
    """Return the stars of a mode: "full", "empty", "single"; "nan" has stars without quantities."""
    if mode == "empty":
        return {k: v[:0] for k, v in stars(100).items()}
    if mode == "single":
        return {k: v[:1] for k, v in stars(100).items()}
    found = stars()
    if mode == "nan":
        for name in LONG:
            found[name] = np.full_like(found[name], np.nan)
    return found


def members(star: dict, population: str) -> np.ndarray:
    code = {"total": None, "low_alpha": 0, "high_alpha": 1}[population]
    return np.ones(star["x"].size, bool) if code is None else star["population"] == code


def axis(name: str, edges: np.ndarray | list, unit: str = "kpc", text: str | None = None) -> dict:
    edges = np.asarray(edges, float)
    bounds = np.column_stack([edges[:-1], edges[1:]])
    middle = bounds.mean(axis=1)
    attrs = {"units": unit, "long_name": text or name, "bounds": f"{name}_bnds"}
    return {name: (name, middle, attrs), f"{name}_bnds": ((name, "bnds"), bounds)}


def counted(columns: list, edges: list) -> np.ndarray:
    return np.histogramdd(np.column_stack(columns), bins=edges)[0].astype(np.int64)


def medians(columns: list, edges: list, values: np.ndarray, minimum: int = 3) -> tuple[np.ndarray, ...]:
    """Return counts and medians of a grid; NaN below the minimum."""
    good = np.isfinite(values)
    for column, edge in zip(columns, edges, strict=True):
        good &= (column >= edge[0]) & (column < edge[-1])
    shape = tuple(len(e) - 1 for e in edges)
    at = [np.searchsorted(e, c[good], side="right") - 1 for c, e in zip(columns, edges, strict=True)]
    flat = np.ravel_multi_index(at, shape) if good.any() else np.zeros(0, int)
    order = np.argsort(flat, kind="stable")
    keys, start = np.unique(flat[order], return_index=True)
    n, median = np.zeros(np.prod(shape), np.int64), np.full(np.prod(shape), np.nan)
    for key, group in zip(keys, np.split(values[good][order], start[1:]), strict=False):
        n[key] = group.size
        if group.size >= minimum:
            median[key] = np.median(group)
    return n.reshape(shape), median.reshape(shape)


def attributes(product: str, **more: object) -> dict:
    return {
        "product": product, "title": product, "figure": "", "caption": "", "r_sun": 8.3, "z_sun": 0.027,
        "min_n": 3, **BAR, **more,
    }  # fmt: skip


def stacked(star: dict, make: object) -> list[np.ndarray]:
    """Apply `make` to the stars of each population and stack what it returns."""
    parts = [make({k: v[members(star, p)] for k, v in star.items()}) for p in POPULATIONS]
    return [np.stack(column) for column in zip(*parts, strict=True)]


def kiel(mode: str = "full", catalogue: bool = True) -> xr.Dataset:
    star = sampled(mode)
    teff, logg = np.arange(3000, 6501, 50.0), np.arange(-0.5, 5.51, 0.05)
    n = counted([star["teff"], star["logg"]], [teff, logg])
    _, median = medians([star["teff"], star["logg"]], [teff, logg], star["fe_h"])
    ds = xr.Dataset(
        {
            "n": (("teff", "logg"), n, {"units": "1", "long_name": "stars"}),
            "fe_h_median": (("teff", "logg"), median, {"units": "dex", "long_name": LONG["fe_h"]}),
            "n_panel": ((), n.sum()),
        },
        {**axis("teff", teff, "K", r"effective temperature"), **axis("logg", logg, "log(cm/s2)", "log g")},
        attributes("kiel"),
    )
    if catalogue:
        rng = np.random.default_rng(5)
        g = np.append(rng.uniform(0, 3.6, 30_000), rng.uniform(4.1, 4.8, 8_000))
        t = np.where(g < 4, 3700 + 430 * g, 6300 - 9000 * (g - 4.1) * 0.3) + rng.normal(0, 160, g.size)
        every = counted([t, g], [teff, logg])
        ds["n_catalogue"] = (("teff", "logg"), every)
        ds["n_panel_catalogue"] = ((), every.sum())
    return ds


def coverage(mode: str = "full", signed: bool = True) -> xr.Dataset:
    star, e, ez = sampled(mode), np.arange(-25, 25.1, 0.5), np.arange(-10, 10.1, 0.5)
    er = e if signed else np.arange(0, 25.1, 0.5)
    r = "signed_r" if signed else "r"
    xy, rz = stacked(star, lambda s: (counted([s["x"], s["y"]], [e, e]), counted([s[r], s["z"]], [er, ez])))
    return xr.Dataset(
        {
            "n_xy": (("population", "x", "y"), xy),
            "n_rz": (("population", "r", "z"), rz),
            "n_panel_xy": ("population", xy.sum(axis=(1, 2))),
            "n_panel_rz": ("population", rz.sum(axis=(1, 2))),
        },
        {
            "population": POPULATIONS,
            **axis("x", e), **axis("y", e), **axis("z", ez),
            **axis("r", er, text="signed R" if signed else "R"),
        },
        attributes("coverage", signed_r=int(signed)),
    )  # fmt: skip


def alpha_split(mode: str = "full", errors: bool = True) -> xr.Dataset:
    star, ef, em = sampled(mode), np.arange(-2, 0.81, 0.02), np.arange(-0.2, 0.61, 0.01)
    (n,) = stacked(star, lambda s: (counted([s["fe_h"], s["mg_fe"]], [ef, em]),))
    line = np.linspace(-2, 0.8, 57)
    level = 0.15 - 0.13 * np.minimum(line, 0)
    ds = xr.Dataset(
        {
            "n": (("population", "fe_h", "mg_fe"), n),
            "n_panel": ("population", n.sum(axis=(1, 2))),
            "line_mg_fe": ("line", level), "line_low": ("line", level - 0.025),
            "line_high": ("line", level + 0.025), "line_fe_h": ("line", line),
        },
        {
            "population": POPULATIONS,
            **axis("fe_h", ef, "dex", "[Fe/H]"), **axis("mg_fe", em, "dex", "[Mg/Fe]"),
            **axis("fe_h_bin", np.arange(-1.0, 0.51, 0.25), "dex", "[Fe/H]"),
        },
        attributes("alpha_split", buffer=0.025, buffer_along="mg_fe"),
    )  # fmt: skip
    if errors:
        size = np.full(ds.sizes["fe_h_bin"], np.nan if mode in ("empty", "nan") else 0.011)
        ds["fe_h_err_median"], ds["mg_fe_err_median"] = ("fe_h_bin", size), ("fe_h_bin", size * 1.6)
    return ds


def global_maps(mode: str = "full", quantities: tuple[str, ...] = ("fe_h", "mg_fe", "age")) -> xr.Dataset:
    star, e, ez = sampled(mode), np.arange(-25, 25.1, 0.5), np.arange(-10, 10.1, 0.5)
    ds = xr.Dataset(
        coords={
            "population": POPULATIONS, **axis("x", e, text="X"), **axis("y", e, text="Y"),
            **axis("r", e, text="signed R"), **axis("z", ez, text="Z"),
        },
        attrs=attributes("global_maps", quantities=" ".join(quantities), max_abs_z=1.0),
    )  # fmt: skip
    for q in quantities:
        near = lambda s, q=q: np.where(s["abs_z"] <= 1, s[q], np.nan)  # noqa: E731
        face = stacked(star, lambda s, q=q, v=near: medians([s["x"], s["y"]], [e, e], v(s)))
        edge = stacked(star, lambda s, q=q: medians([s["signed_r"], s["z"]], [e, ez], s[q]))
        for view, dims, (n, median) in (("face", ("x", "y"), face), ("edge", ("r", "z"), edge)):
            if mode == "nan":
                n = n + 1
            attrs = {"units": UNITS[q], "long_name": LONG[q]}
            ds[f"{view}_{q}_n"] = (("population", *dims), n)
            ds[f"{view}_{q}_median"] = (("population", *dims), median, attrs)
            ds[f"{view}_{q}_n_panel"] = ("population", n.sum(axis=(1, 2)))
    return ds


def feh_slices(mode: str = "full") -> xr.Dataset:
    star, e = sampled(mode), np.arange(-25, 25.1, 0.5)
    n, median = stacked(
        star,
        lambda s: tuple(
            np.moveaxis(a, 2, 0)
            for a in medians([s["x"], s["y"], s["abs_z"]], [e, e, [0, 0.5, 1, 2.0]], s["fe_h"])
        ),
    )
    if mode == "nan":
        n = n + 1
    dims = ("population", "abs_z", "x", "y")
    return xr.Dataset(
        {
            "fe_h_n": (dims, n),
            "fe_h_median": (dims, median, {"units": "dex", "long_name": LONG["fe_h"]}),
            "fe_h_n_panel": (dims[:2], n.sum(axis=(2, 3))),
        },
        {
            "population": POPULATIONS, **axis("abs_z", [0, 0.5, 1, 2], text="|Z|"),
            **axis("x", e, text="X"), **axis("y", e, text="Y"),
        },
        attributes("feh_slices", quantity="fe_h"),
    )  # fmt: skip
