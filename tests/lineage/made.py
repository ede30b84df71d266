"""A run's folder with a few small datasets whose numbers are known."""

import json

import numpy as np
import xarray as xr

from galdask import cartography, lineage, publish

POPULATIONS = np.array(["total", "low_alpha", "high_alpha"])
FLOW = {
    "main": [("main_survey", 40), ("spectrum_sn", 10), ("surface_gravity", 20), ("finite_fe_h", 2)],
    "main_snr": [("main_survey", 40), ("snr_50", 14), ("surface_gravity", 18), ("finite_fe_h", 1)],
    "age": [
        ("main_survey", 40),
        ("spectrum_sn", 10),
        ("surface_gravity", 20),
        ("finite_fe_h", 2),
        ("bit", 5),
    ],
}
ROWS = 100


def ledger(flow=None, rows=ROWS):
    lines = ["sample,step,removed,missing,remaining"]
    for sample, steps in (flow or FLOW).items():
        left = rows
        lines.append(f"{sample},input,0,0,{left}")
        for step, taken in steps:
            left -= taken
            lines.append(f"{sample},{step},{taken},0,{left}")
        lines.append(f"{sample},kept,0,0,{left}")
    return "\n".join(lines) + "\n"


def about(name, settings, **attrs):
    return {"product": name, "settings": json.dumps(settings), "provenance": '{"run": "abc"}', **attrs}


def radial_gradients(slope, err):
    """Slopes (population, |Z|) of both ways, lines to R >= 7 kpc; `stars` are 0.001 above."""
    both = np.stack([slope, slope + 0.001])[:, None]
    edges = np.arange(9) * 0.25
    flags = {
        "flag_values": [0, 1, 2, 3, 4],
        "flag_meanings": "given no_stars too_few_stars too_few_windows x",
    }
    dims = ("fit_to", "r_min", "population", "abs_z")
    return xr.Dataset(
        {
            "slope": (dims, both),
            "slope_err": (dims, np.broadcast_to(err, both.shape)),
            "n_windows": (dims, np.where(np.isnan(both), 1, 7)),
            "reason": (dims, np.where(np.isnan(both), 3, 0).astype(np.uint8), flags),
        },
        {
            "fit_to": ["profile", "stars"],
            "r_min": [7.0],
            "population": POPULATIONS,
            "abs_z": 0.5 * (edges[1:] + edges[:-1]),
            "abs_z_bnds": (("abs_z", "bnds"), np.stack([edges[:-1], edges[1:]], 1)),
        },
        about("radial_gradients", {"r_min": [7.0]}),
    )


def coverage(quarters):
    return xr.Dataset(
        {"n_quarter": (("population", "ring", "side"), quarters)},
        {"population": POPULATIONS, "ring": ["inside", "outside"], "side": ["below", "above"]},
        about("coverage", {}),
    )


def make(folder, *datasets, store=None, text=None):
    """Write a run as a pipeline would: datasets, ledger, provenance, and last the file that seals it."""
    for dataset in datasets:
        cartography.save(dataset, folder / "products" / f"{dataset.attrs['product']}.zarr")
    (folder / "products").mkdir(parents=True, exist_ok=True)
    publish.write_text(folder / "ledger.csv", text or ledger())
    known = {"release": "dr17", "rows": ROWS, "stars": 90, "digest": "d" * 64, "mock": True} | (store or {})
    frame = {"r_sun": 8.3, "z_sun": 0.027}
    record = {"run": "abc", "pipeline": "p.yaml", "store": known, "settings": {"frame": frame}}
    publish.write_json(folder / "provenance.json", record)
    publish.write_json(folder / "complete.json", {"run": "abc", "files": lineage.seal(folder)})
    return folder
