"""Peer: a dask.dataframe group-by median on two workers that are up."""

import sys
from pathlib import Path

from benchmarks import harness


def main(files: str, target: str) -> None:
    """Median of fe_h in 0.5 kpc cells of (x, y) after the cuts."""
    import dask.dataframe as dd
    import numpy as np
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, memory_limit="4GiB", dashboard_address=None
        ) as cluster,
        Client(cluster),
    ):

        def query():
            columns = ["x", "y", "z", "fe_h", "logg", "extratarg", "aspcapflag"]
            paths = sorted(str(p) for p in Path().glob(files)) if not Path(files).is_absolute() else files
            stars = dd.read_parquet(paths, columns=columns)
            flags = stars.aspcapflag.astype("int64") & ((1 << 23) | (1 << 27))
            keep = (stars.extratarg == 0) & (flags == 0) & (stars.logg >= 1) & (stars.logg <= 2)
            stars = stars[keep & stars.fe_h.notnull() & (stars.z.abs() <= 1)]
            stars = stars.assign(
                i=np.floor(stars.x / 0.5).astype("int16"), j=np.floor(stars.y / 0.5).astype("int16")
            )
            return stars.groupby(["i", "j"]).fe_h.median().compute()

        query()
        with harness.timed() as told:
            table = query()
    harness.tell({**told, "cells": len(table)})


if __name__ == "__main__":
    main(*sys.argv[1:])
