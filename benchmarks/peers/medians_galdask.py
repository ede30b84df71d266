"""galdask: exact medians in cells through the engine, every cache off, workers already up."""

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import harness

PIPELINE = """
galdask_pipeline: 1
name: medians
title: medians in cells
position: {cartesian: {x: x, y: y, z: z}}
quantities:
  fe_h: {column: fe_h, unit: dex, label: "[Fe/H]", low: -10, high: 10}
cuts:
  main_survey:     {column: extratarg, equals: 0}
  aspcap:          {mask: aspcapflag, clear: [STAR_BAD, SN_BAD]}
  surface_gravity: {column: logg, low: 1.0, high: 2.0}
  finite_fe_h:     {finite: fe_h}
samples:
  main: {cuts: [main_survey, aspcap, surface_gravity, finite_fe_h]}
"""


def main(store: str, workers: str, verify: str = "yes") -> None:
    """Median of fe_h in 0.5 kpc cells of (x, y) at |z| <= 1 after the cuts."""
    import numpy as np

    from galdask import config
    from galdask.catalog.store import open_store
    from galdask.engine import warm
    from galdask.engine.cluster import ClusterConfig, open_executor
    from galdask.engine.reduce import reduce
    from galdask.reductions import Axis, Key, OrderStatistics
    from galdask.stars.recipe import Recipe

    warm.kernels()
    edges = tuple(np.arange(-25, 25.5, 0.5).tolist())
    key = Key(
        (Axis("x", "x", edges), Axis("y", "y", edges), Axis("abs_z", "abs_z", (0.0, 1.0), closed_last=True))
    )
    reduction = OrderStatistics(key, "fe_h", q=(0.5,), median_err=False)
    cluster = ClusterConfig("inline", "inline", {"threads": 1})
    if int(workers):
        cluster = ClusterConfig(
            "bench",
            "local",
            {
                "n_workers": int(workers),
                "threads_per_worker": 1,
                "memory_limit": "4GiB",
                "dashboard_address": None,
                "local_directory": None,
            },
        )
    with open_executor(cluster) as executor:
        for _ in range(2):
            scratch = Path(tempfile.mkdtemp(dir=Path(store).parent))
            with harness.timed() as told:
                opened = open_store(store)
                recipe = Recipe.from_section(config.parse(PIPELINE, "medians"), opened)
                outcome = reduce(
                    opened,
                    recipe,
                    {"map": ("main", reduction)},
                    executor,
                    scratch=scratch,
                    verify=verify == "yes",
                )
                cells = int(outcome.tables["map"].cells.size)
            shutil.rmtree(scratch)
    harness.tell({**told, "cells": cells, "worker_peak_mib": outcome.peak_bytes / 2**20})


if __name__ == "__main__":
    main(*sys.argv[1:])
