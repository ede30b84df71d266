"""Peer: polars, streaming engine."""

import sys

from benchmarks import harness


def main(files: str, target: str) -> None:
    """Median of fe_h in 0.5 kpc cells of (x, y) after the cuts."""
    import polars as pl

    def query() -> pl.DataFrame:
        half = 0.5
        return (
            pl.scan_parquet(files)
            .filter(
                (pl.col("extratarg") == 0)
                & ((pl.col("aspcapflag") & ((1 << 23) | (1 << 27))) == 0)
                & pl.col("logg").is_between(1.0, 2.0)
                & pl.col("fe_h").is_finite()
                & pl.col("z").abs().le(1.0)
            )
            .group_by(
                (pl.col("x") / half).floor().cast(pl.Int16).alias("i"),
                (pl.col("y") / half).floor().cast(pl.Int16).alias("j"),
            )
            .agg(pl.len().alias("n"), pl.col("fe_h").cast(pl.Float64).median().alias("median"))
            .collect(engine="streaming")
        )

    query()
    with harness.timed() as told:
        table = query()
    table.sort("i", "j").write_parquet(target)
    harness.tell({**told, "cells": table.height})


if __name__ == "__main__":
    main(*sys.argv[1:])
