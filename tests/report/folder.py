"""A small run on disk, in the form that the report reads."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from galdask import cartography, figures
from tests.figures import synthetic, synthetic_profiles

#: products that the run has; the page treats all products alike
PRODUCTS = (
    "kiel",
    "coverage",
    "alpha_split",
    "global_maps",
    "feh_slices",
    "radial_profiles",
    "radial_gradients",
)
STEPS = (("main_survey", 60_500), ("spectrum_sn", 4_210), ("aspcap", 3_100), ("surface_gravity", 12_190))
CUTS = (
    {"column": "extratarg", "equals": 0},
    {"column": "aspcapflag", "clear": 1 << 27, "set": 0, "any": 0},
    {"column": "aspcapflag", "clear": 1 << 23, "set": 0, "any": 0},
    {"column": "logg", "low": 1.0, "high": 2.0, "low_open": False, "high_open": False},
)
LEDGER = [
    {"sample": "catalogue", "step": "input", "removed": 0, "remaining": 100_000},
    {"sample": "catalogue", "step": "kept", "removed": 0, "remaining": 100_000},
]


def beside(name: str, status: str, **more: Any) -> dict[str, Any]:
    """Return a row of a run beside a published number, as the page is given it."""
    row: dict[str, Any] = {
        "id": name, "group": "Sample", "kind": "exact", "quantity": "number of stars", "population": "total",
        "region": "all the sky", "section": "S 9", "unit": "kpc", "published_text": "-0.5", "found_text": "",
        "difference_text": "", "beside_text": [], "pull": None, "status": status, "reason": "", "remark": "",
        "note": "A note.",
    }  # fmt: skip
    return row | more


PUBLISHED = [
    beside("n", "differs", unit="stars?", published_text="657", found_text="650", difference_text="-7"),
    beside(
        "a", "agrees", found_text="-0.4 ± 0.1", difference_text="+0.1", pull=0.7, beside_text=["so: -0.3"]
    ),
    beside("b", "agrees", group="Table 1", pull=-9.3, found_text="1", population="low_alpha"),
    beside("c", "not computable", group="Table 1", reason="no star is there", kind="lower limit"),
]
CONTRADICTIONS = [{"topic": "A slope", "printed": "It is -0.3 here and -0.2 there.", "done": "Both are."}]


def ledger() -> list[dict[str, Any]]:
    rows = list(LEDGER)
    for sample, steps in (("main", STEPS), ("age", (*STEPS, ("age_bit", 2_345)))):
        left = 100_000
        rows.append({"sample": sample, "step": "input", "removed": 0, "remaining": left})
        for step, taken in steps:
            left -= taken
            rows.append({"sample": sample, "step": step, "removed": taken, "remaining": left})
        rows.append({"sample": sample, "step": "kept", "removed": 0, "remaining": left})
    return rows


def compared(dataset: xr.Dataset) -> pd.DataFrame:
    """Return the slopes beside the published ones, one a row."""
    rows = []
    first = dataset.isel(r_min=0)
    for way in ("profile", "stars"):
        for population in synthetic.POPULATIONS:
            for i in range(dataset.sizes["abs_z"]):
                one = first.sel(fit_to=way, population=population).isel(abs_z=i)
                ours, err = float(one["slope"]), float(one["slope_err"])
                known, known_err = float(one["published_slope"]), float(one["published_slope_err"])
                away = (ours - known) / (err**2 + known_err**2) ** 0.5
                low, high = (float(v) for v in one["abs_z_bnds"])
                rows.append([way, population, low, high, ours, err, err / 1.4, known, known_err, away])
    names = ["fit_to", "population", "abs_z_low", "abs_z_high", "slope", "slope_err", "slope_err_naive"]
    frame = pd.DataFrame(rows, columns=[*names, "published_slope", "published_slope_err", "difference"])
    frame.attrs = {
        "title": f"{dataset.attrs['title']}, beside a test",
        "units": {"abs_z_low": "kpc", "abs_z_high": "kpc", "slope": "dex/kpc", "published_slope": "dex/kpc"},
    }
    return frame


def make(
    run: Path, pictures: bool = True, products: tuple[str, ...] | None = None, **attrs: Any
) -> dict[str, Any]:
    """Write a run under `run` and return the context of its report."""
    for name in PRODUCTS if products is None else products:
        source = synthetic_profiles if name.startswith("radial") else synthetic
        dataset = getattr(source, name)().assign_attrs(
            title=f"Title of {name}",
            caption="What is shown, in square cells.",
            figure="Figure 5",
            settings=json.dumps({"step": 0.5, "slices": [0.0, 0.5], "signed_r": False}),
            frame=json.dumps(
                {"name": "imig2023", "r_sun": 8.3, "z_sun": 0.027, "v_sun": [11.1, 232.24, 7.25]}
            ),
        )
        dataset = dataset.assign_attrs(attrs)
        cartography.save(dataset, run / "products" / f"{name}.zarr")
        if pictures:
            figures.make(name, dataset, run / "figures")
        if name == "radial_gradients":
            cartography.write_table(compared(dataset), run / "tables", "table1_comparison")
    cube = synthetic.coverage().drop_vars("n_rz")
    cartography.save(cube, run / "cubes" / "xyz.zarr")
    rows = ledger()
    with open(run / "ledger.csv", "w", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return {
        "title": "The two disks of the Milky Way",
        "reference": "Imig et al. 2023",
        "catalogue": {
            "release": "dr17",
            "title": "A mock of DR17",
            "rows": 100_000,
            "digest": "0" * 64,
            "mock": True,
        },
        "ledger": rows,
        "samples": {"catalogue": 100_000, "main": 20_000, "age": 17_655},
        "skipped": {"age_slices": "the quantity 'age' is missing from the pipeline"},
        "seconds": 12.3,
        "provenance": {
            "pipeline": "two_disks.yaml",
            "command": ["galdask", "run", "two_disks"],
            "made": "2026-01-01T00:00:00Z",
            "settings": {"samples": {"main": {"fates": [name for name, _ in STEPS], "cuts": CUTS}}},
            "store": {"stars": 88_000},
            "versions": {"galdask": "0.1.0", "numpy": "2"},
        },
        "published": PUBLISHED,
        "contradictions": CONTRADICTIONS,
        "identity": {"kind": "mock", "words": "A MOCK: these are no stars."},
    }
