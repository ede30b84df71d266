"""The whole two-disks pipeline at DR17's size."""

from __future__ import annotations

import shutil

from benchmarks import harness, material


def run() -> list[str]:
    """Time a first run, caches empty, and an unchanged second one."""
    from galdask import api

    release = material.release()
    store = harness.SCRATCH / "store-dr17"
    if not (store / "manifest.json").exists():
        api.ingest("dr17", release, store)
    told: dict[str, list] = {
        "first run, figures and report": [],
        "first run, no figures": [],
        "unchanged rerun": [],
    }
    for _ in range(harness.REPEATS):
        out = harness.SCRATCH / "out"
        shutil.rmtree(out, ignore_errors=True)
        command = ("galdask", "run", "two_disks", "--store", str(store), "--out", str(out))
        told["first run, figures and report"].append(harness.once("benchmarks.peers.command", *command))
        told["unchanged rerun"].append(harness.once("benchmarks.peers.command", *command))
        shutil.rmtree(out)
        told["first run, no figures"].append(
            harness.once("benchmarks.peers.command", *command, "--no-figures")
        )
        shutil.rmtree(out)
    return [
        "## The two-disks pipeline: 733,901 rows, needed columns, two workers, start of the cluster included",
        "",
        *harness.rows(told, "first run, figures and report"),
    ]
