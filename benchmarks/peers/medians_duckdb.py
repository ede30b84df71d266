"""Peer: duckdb."""

import sys

from benchmarks import harness

QUERY = """
select cast(floor(x / 0.5) as smallint) i, cast(floor(y / 0.5) as smallint) j, count(*) n,
       median(cast(fe_h as double)) median
from read_parquet('{files}')
where extratarg = 0 and (aspcapflag & {mask}) = 0 and logg between 1 and 2 and isfinite(fe_h) and abs(z) <= 1
group by 1, 2
"""


def main(files: str, target: str) -> None:
    """Median of fe_h in 0.5 kpc cells of (x, y) after the cuts."""
    import duckdb

    duckdb.sql("set threads = 2")
    query = QUERY.format(files=files, mask=(1 << 23) | (1 << 27))
    duckdb.sql(query).fetchall()
    with harness.timed() as told:
        table = duckdb.sql(query).arrow()
        cells = len(table.read_all() if hasattr(table, "read_all") else table)
    harness.tell({**told, "cells": cells})


if __name__ == "__main__":
    main(*sys.argv[1:])
