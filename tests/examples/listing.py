"""What a run made of its stars, one line a product: the lines of the list in `pipelines/examples/README.md`.

With the folder of the real tables it writes the list anew, notes kept: python -m tests.examples.listing DIR
"""

import re
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.conftest import ROOT

EXAMPLES = ROOT / "pipelines" / "examples"
README = EXAMPLES / "README.md"
#: pipeline -> release file
PIPELINES = {
    "apo_k2": "apo_k2_release",
    "apo_k2_ages": "apo_k2_release",
    "inner_galaxy": "inner_galaxy_release",
    "inner_galaxy_kinematics": "inner_galaxy_release",
    "dr17_layout": "dr17_layout_release",
    "dr12_hipparcos": "dr12_hipparcos_release",
}
TOTAL, LOW, FIRST_ONE = {"population": "total"}, {"population": "low_alpha"}, {"fraction": 0}
#: products that every example asks for, so that a run says why it skips one
FIRST = (
    "kiel",
    "coverage",
    "alpha_split",
    "global_maps",
    "feh_slices",
    "age_slices",
    "radial_profiles",
    "radial_gradients",
    "vertical_profiles",
    "vertical_gradients",
    "age_errors",
    "mgfe_grid",
    "mgfe_modes",
    "mgfe_age_grid",
    "mgfe_by_radius",
    "polar_maps",
    "polar_zoom",
    "profiles_by_age",
    "mdf_grid",
    "mdf_moments",
    "age_profiles",
    "age_gradients",
    "adf_grid",
    "adf_moments",
    "amr",
    "amr_density",
    "age_alpha",
    "chemical_tagging",
    "age_completeness",
    "age_systematics",
    "logg_coverage",
)
#: product -> variables whose numbers are counted, what they are, and of which part
COUNTED = {
    "vertical_gradients": (("slope", "slopes through stars", {"fit_to": "stars", "side": "both"}),),
    "age_gradients": (
        ("slope", "slopes along R", {"fit_to": "stars", "r_min": 0}),
        ("vertical_slope", "along Z", {"fit_to": "stars", "side": "both"}),
    ),
    "profiles_by_age": (
        ("radial_slope", "slopes along R through low-alpha stars", {"fit_to": "stars", **LOW}),
        ("vertical_slope", "along Z", {"fit_to": "stars", **LOW}),
    ),
    "mdf_grid": (("median", "rows with quartiles", TOTAL), ("mode", "with a mode", TOTAL)),
    "adf_grid": (("median", "rows with quartiles", TOTAL), ("mode", "with a mode", TOTAL)),
    "mdf_moments": (("mean", "low-alpha rows with a mean", LOW), ("skewness", "with a skewness", LOW)),
    "adf_moments": (("mean", "rows with a mean", TOTAL), ("skewness", "with a skewness", TOTAL)),
    "mgfe_grid": (("level", "panels with contours", TOTAL | FIRST_ONE),),
    "amr_density": (("level", "panels with contours", TOTAL | FIRST_ONE),),
    "age_alpha": (("level", "panels with contours", TOTAL | FIRST_ONE),),
    "mgfe_age_grid": (("age_median", "cells with a median age", {}),),
    "mgfe_by_radius": (
        ("level", "contours of rings and populations", FIRST_ONE),
        ("mg_fe_median", "medians", {}),
    ),
    "amr": (("fe_h_median", "medians by age", {}),),
    "chemical_tagging": (("r_median", "centres of ages and populations", {}),),
    "polar_maps": (("fe_h_median", "cells with a median", TOTAL), ("slope", "slopes along R", TOTAL)),
    "polar_zoom": (("fe_h_median", "windows with a median", TOTAL),),
    "age_completeness": (("f_distmass_xy", "cells with a fraction face-on", TOTAL),),
}
#: those that make orbits first, and ask for products of motion alone
WITH_ORBITS = ("inner_galaxy_kinematics",)
HEADING = re.compile(r"### `(\w+)\.yaml`")
ROW = re.compile(r"\| `([\w/]+)` \|([^|]+)\|([^|]*)\|")


def lines(results, summary):
    """Product or cube -> what the run made of its stars, or why it did not."""
    at = {name: name if "/" in name else f"products/{name}" for name in summary.products}
    made = {name: words(name, results[path].to_dataset()) for name, path in at.items()}
    return made | {name: f"skipped: {why}" for name, why in summary.skipped.items()}


def words(name, dataset):
    if name.startswith("cubes/"):
        return of_cube(dataset)
    if name.endswith("_slices"):
        return of_slices(dataset)
    return of_counted(dataset, name) if name in COUNTED else globals()[f"of_{name}"](dataset)


def of_counted(dataset, name):
    """How many numbers a product has of those that it could have."""
    texts = []
    for variable, text, where in COUNTED[name]:
        part = dataset[variable]
        for dim, at in where.items():
            if dim in part.dims:
                part = part.isel({dim: at}) if isinstance(at, int) else part.sel({dim: at})
        texts.append(f"{given(part)} of {part.size:,} {text}")
    return "; ".join(texts)


def filled(counts):
    return f"{int((counts.values > 0).sum()):,}"


def given(statistic):
    return f"{int(np.isfinite(statistic.values).sum()):,}"


def each(values):
    return ", ".join(str(v) for v in values)


def of_cube(dataset):
    stars = dataset["n_stars"].sel(population="total")
    inside, beyond = (dataset.attrs[name] for name in ("stars_inside", "stars_outside"))
    return f"{filled(stars)} cells with stars; {inside:,} stars inside, {beyond:,} outside"


def of_kiel(dataset):
    return f"{given(dataset['fe_h_median'])} cells with a median of {int(dataset['n_panel']):,} stars"


def of_coverage(dataset):
    total = dataset.sel(population="total")
    return f"{filled(total['n_xy'])} cells face-on, {filled(total['n_rz'])} edge-on"


def of_alpha_split(dataset):
    total, low, high = (int(n) for n in dataset["n_panel"].values)
    return f"{total:,} stars: {low:,} low-alpha, {high:,} high-alpha"


def of_global_maps(dataset):
    total = dataset.sel(population="total")
    names = dataset.attrs["quantities"].split()
    counts = [f"{q} {given(total[f'face_{q}_median'])} and {given(total[f'edge_{q}_median'])}" for q in names]
    return f"cells with a median face-on and edge-on: {each(counts)}"


def of_slices(dataset):
    median = dataset[f"{dataset.attrs['quantity']}_median"].sel(population="total")
    slices = [given(median.isel(abs_z=i)) for i in range(median.sizes["abs_z"])]
    return f"cells with a median by slice: {each(slices)}"


def of_radial_profiles(dataset):
    rows = zip(dataset["population"].values, dataset["n_windows"].values, strict=True)
    return f"windows by height: {'; '.join(f'{population} {each(row)}' for population, row in rows)}"


def of_vertical_profiles(dataset):
    return of_radial_profiles(dataset).replace("height", "radius")


def of_age_profiles(dataset):
    along_r, along_z = (dataset[f"{p}n_windows"].sel(TOTAL).values for p in ("", "vertical_"))
    return f"windows of all stars by height: {each(along_r)}; by radius: {each(along_z)}"


def of_age_errors(dataset):
    medians = [
        f"{side} {float(one):.2f}"
        for side, one in zip(("lower", "upper"), dataset["median"].sel(TOTAL).values, strict=True)
    ]
    return f"medians: {each(medians)} dex"


def of_mgfe_modes(dataset):
    modes = [f"{v:.2f}" for v in dataset["all_mode"].values[: int(dataset["all_n_modes"])]]
    valley = [f"{float(dataset[f'all_{name}']):.2f}" for name in ("depth", "depth_err")]
    deep = f", depth of the valley {' ± '.join(valley)}" if len(modes) > 1 else ""
    return f"{int(dataset['all_n_panel']):,} stars: modes at {each(modes)} dex{deep}"


def of_logg_coverage(dataset):
    return f"stars by log g: {each(dataset['n_panel'].sel(TOTAL).values)}"


def of_radial_gradients(dataset):
    main = dataset["slope"].isel(r_min=0)
    profile, stars = (main.sel(fit_to=way) for way in ("profile", "stars"))
    return f"slopes: {given(profile)} through profiles, {given(stars)} through stars, of {stars.size}"


def in_plane(dataset):
    inside, outside = (dataset[name].values for name in ("n_panel", "n_outside"))
    return f"{inside[0]:,} stars: {inside[1]:,} low-alpha, {inside[2]:,} high-alpha; {outside[0]:,} outside"


of_action_map = of_toomre = of_eccentricity_z_max = in_plane


def of_rotation(dataset):
    medians = dataset["vphi_median"].sel(population="total").values
    return f"median v_phi by R: {each(f'{v:.0f}' for v in medians)} km/s"


def tables():
    """Pipeline -> product -> (line, note), as the README has them."""
    found, name = {}, None
    for line in README.read_text().splitlines():
        if heading := HEADING.match(line):
            name = heading[1]
        elif name and (row := ROW.fullmatch(line)):
            found.setdefault(name, {})[row[1]] = (row[2].strip(), row[3].strip())
    return found


def listed():
    """Pipeline -> product -> line."""
    return {name: {product: line for product, (line, _) in rows.items()} for name, rows in tables().items()}


def run(pipeline, real, folder, figures=False):
    """Ingest and run one example; returns (store, out, summary)."""
    import galdask
    from galdask import pipeline as wiring

    store, out = folder / PIPELINES[pipeline], folder / pipeline
    if pipeline == "apo_k2":  # its overlay
        galdask.ingest(EXAMPLES / "occam_release.yaml", real, folder / "occam", cluster="inline")
    galdask.ingest(EXAMPLES / f"{PIPELINES[pipeline]}.yaml", real, store, cluster="inline")
    if pipeline in WITH_ORBITS:
        galdask.orbits(store, EXAMPLES / f"{pipeline}.yaml", cluster="inline")
    summary = wiring.run(EXAMPLES / f"{pipeline}.yaml", store, out, cluster="inline", figures=figures)
    return store, out, summary


def rewritten(text, pipeline, found, notes):
    """The README's text with one table anew."""
    rows = [
        f"| `{name}` | {line} | {notes.get(name, ('', ''))[1]} |".replace("|  |", "| |")
        for name, line in found.items()
    ]
    before, after = text.split(f"### `{pipeline}.yaml`\n", 1)
    start = after.index("|---|---|---|\n") + len("|---|---|---|\n")
    end = re.search(r"\n(?!\|)", after[start:] + "\n\n").start() + start
    return f"{before}### `{pipeline}.yaml`\n{after[:start]}" + "\n".join(rows) + after[end:]


def main():
    from galdask.pipeline import open_results

    notes, text = tables(), README.read_text()
    with tempfile.TemporaryDirectory() as folder:
        for pipeline in PIPELINES:
            _, out, summary = run(pipeline, Path(sys.argv[1]), Path(folder))
            text = rewritten(text, pipeline, lines(open_results(out), summary), notes.get(pipeline, {}))
    README.write_text(text)


if __name__ == "__main__":
    main()
