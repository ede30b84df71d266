"""Exact medians of [Fe/H] in 0.5 kpc cells over ten million rows of Parquet, cuts included."""

from __future__ import annotations

from benchmarks import harness, material


def run() -> list[str]:
    """Compare with polars, duckdb and dask.dataframe, warm, workers already up."""
    store = material.stars()
    files = str(store.resolve() / "data" / "needed" / "*.parquet")
    scratch = str(harness.SCRATCH / "medians.parquet")
    runners = {
        "galdask, 2 workers": ("benchmarks.peers.medians_galdask", str(store), "2"),
        "galdask, 2 workers, digests unchecked": ("benchmarks.peers.medians_galdask", str(store), "2", "no"),
        "polars streaming, 2 threads": ("benchmarks.peers.medians_polars", files, scratch),
        "duckdb, 2 threads": ("benchmarks.peers.medians_duckdb", files, scratch),
        "dask.dataframe, 2 workers": ("benchmarks.peers.medians_dask", files, scratch),
    }
    told = harness.compare(runners, environment={"POLARS_MAX_THREADS": "2"})
    cells = {name: {run["cells"] for run in runs} for name, runs in told.items()}
    if len(set.union(*cells.values())) != 1:
        raise RuntimeError(f"the ways disagree: {cells}")
    worker = max(float(run["worker_peak_mib"]) for run in told["galdask, 2 workers"])
    return [
        "## Cuts and exact medians in cells: 10 million rows of Parquet",
        "",
        *harness.rows(told, "galdask, 2 workers"),
        "",
        f"All find the same {min(set.union(*cells.values())):,} cells. Largest worker of galdask: "
        f"{worker:.0f} MiB.",
        "galdask checks the digest of every column that it reads; the second line shows what that costs.",
    ]
