"""A small real fit: a mock of a few hundred stars, ingested and fitted in this process, in seconds."""

from pathlib import Path

import galdask
from galdask import fitting
from galdask.engine.cluster import shipped

#: what a small fit changes in the shipped file
SMALL = {
    "  starts: 3 ": "  starts: 1 ",
    "  draws: 80 ": "  draws: 24 ",
    "  optimisers: [bfgs, nelder_mead] ": "  optimisers: [bfgs] ",
    "  check_volume_every: 500 ": "  check_volume_every: 40 ",
}


def small_file(folder: Path, **changes: str) -> Path:
    """The shipped file with small numbers; other changes are lines to find and their replacements."""
    text = (shipped("pipelines") / "orbit_migration.yaml").read_text(encoding="utf-8")
    for old, new in {**SMALL, **changes}.items():
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "fit.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def small_store(folder: Path, stars: int = 300, seed: int = 1) -> Path:
    """A store of a mock; the mock's own files lie beside it in `mock`."""
    galdask.mock("migration", folder / "mock", stars=stars, seed=seed)
    galdask.ingest(
        folder / "mock" / "migration_mock.yaml", folder / "mock", folder / "store", cluster="inline"
    )
    return folder / "store"


def small_fit(folder: Path, stars: int = 300, steps: int = 60, **options) -> Path:
    """The folder of a finished fit, with a short chain; without products unless asked for."""
    store = small_store(folder, stars)
    options = {"products": False, "sampling": steps > 0, **options}
    out = folder / "fit"
    fitting.run(small_file(folder), store, out, cluster="inline", steps=steps or None, **options)
    return out
