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
    "dr17_layout": "dr17_layout_release",
    "dr12_hipparcos": "dr12_hipparcos_release",
}
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
)
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
    return globals().get(f"of_{name}", of_any)(dataset)


def of_any(dataset):
    floats = [variable for variable in dataset.data_vars.values() if variable.dtype.kind == "f"]
    return f"{sum(int(np.isfinite(variable.values).sum()) for variable in floats):,} numbers"


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


def of_radial_gradients(dataset):
    main = dataset["slope"].isel(r_min=0)
    profile, stars = (main.sel(fit_to=way) for way in ("profile", "stars"))
    return f"slopes: {given(profile)} through profiles, {given(stars)} through stars, of {stars.size}"


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
    galdask.ingest(EXAMPLES / f"{PIPELINES[pipeline]}.yaml", real, store, cluster="inline")
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
