"""The whole two-disks pipeline at DR17's size; all its reductions beside those of one product."""

from __future__ import annotations

import shutil
from typing import Any

from benchmarks import harness, material

REPEATS = 3
LEAN = ("--no-figures", "--no-cache")
#: way -> more words for the command
WAYS = {
    "first run, figures and report": (),
    "all products, no figures, no caches": LEAN,
    "--only global_maps, no figures, no caches": ("--only", "global_maps", *LEAN),
}
WHOLE, ALL, ONE = WAYS
AGAIN = "unchanged rerun"


def run() -> list[str]:
    """Time a first run, caches empty, an unchanged second one, and the reductions alone."""
    store, out = material.store_of_release(), harness.SCRATCH / "out"
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in (WHOLE, AGAIN, ALL, ONE)}
    for _ in range(REPEATS):
        for name, more in WAYS.items():
            shutil.rmtree(out, ignore_errors=True)
            words = ("galdask", "run", "two_disks", "--store", str(store), "--out", str(out), *more)
            told[name].append(harness.once("benchmarks.peers.command", *words))
            if name == WHOLE:
                told[AGAIN].append(harness.once("benchmarks.peers.command", *words))
    shutil.rmtree(out, ignore_errors=True)
    products = _products()
    return [
        f"## The two-disks pipeline: {material.DR17_ROWS:,} rows, needed columns, two workers, "
        "start of the cluster included",
        "",
        *harness.rows(told, WHOLE),
        "",
        f"{products} products and cubes. All cost {harness.ratio(told[ALL], told[ONE]):.1f} times what "
        "`--only global_maps` costs, whole processes, median over the turns.",
    ]


def _products() -> int:
    """Return how many products and cubes the pipeline makes of this store."""
    from galdask import config
    from galdask.cartography.plan import Plan
    from galdask.catalog.store import open_store
    from galdask.pipeline import pipeline_path
    from galdask.stars.recipe import Recipe

    section = config.load(pipeline_path("two_disks"))
    recipe = Recipe.from_section(section, open_store(material.store_of_release()))
    names, _ = Plan.from_section(section, recipe.derived_columns, recipe.samples).choose(None)
    return len(names)
