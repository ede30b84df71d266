"""Ingest of a full-layout release of DR17's size against astropy, pandas, pyarrow and fitsio, pyarrow."""

from __future__ import annotations

import shutil

from benchmarks import harness, material

TABLE = "allStar-dr17-synspec_rev1.fits"


def names() -> str:
    """Return the columns of the main table that the release file names, as the peers need them."""
    from galdask.catalog.release import load_release

    release = load_release("dr17")
    main = next(table.name for table in release.tables.values() if table.join is None)
    sources = {c.source.split("[")[0] for c in release.columns.values() if c.table == main and c.source}
    return ",".join(sorted(sources))


def main_table_alone() -> str:
    """Return a folder that holds the main table and nothing else: what the peers read."""
    folder = harness.SCRATCH / "dr17-main"
    folder.mkdir(exist_ok=True)
    link = folder / TABLE
    if not link.exists():
        link.symlink_to((material.release() / TABLE).resolve())
    return str(folder)


def run() -> list[str]:
    """Time both sets of columns, warm; and galdask's cold."""
    source = main_table_alone()
    file = f"{source}/{TABLE}"
    out = harness.SCRATCH / "ingest"
    lines = ["## Ingest: 733,901 rows x 5,410 bytes (3.97 GB) of FITS to Parquet (zstd, level 1)", ""]
    for columns, repeats in (("needed", 5), ("all", 5)):
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        peers = names() if columns == "needed" else "all"
        runners = {
            "galdask, 2 workers": (
                "benchmarks.peers.ingest_galdask",
                source,
                str(out / "store2"),
                columns,
                "2",
            ),
            "galdask, in process, 1 thread": (
                "benchmarks.peers.ingest_galdask",
                source,
                str(out / "store1"),
                columns,
                "0",
            ),
            "fitsio blocks, pyarrow": ("benchmarks.peers.ingest_fitsio", file, str(out / "f.parquet"), peers),
            "astropy Table, pandas, pyarrow": (
                "benchmarks.peers.ingest_astropy",
                file,
                str(out / "a.parquet"),
                peers,
            ),
        }
        if columns == "all":
            del runners["galdask, in process, 1 thread"], runners["fitsio blocks, pyarrow"]
        told = harness.compare(runners, repeats=repeats)
        lines += [
            f"### {columns} columns, file in the page cache",
            "",
            *harness.rows(told, "galdask, 2 workers"),
            "",
        ]
        cold = harness.compare(
            {name: runners[name] for name in ("galdask, 2 workers", "astropy Table, pandas, pyarrow")},
            repeats=2,
            cold=[(material.release() / TABLE).resolve()],
        )
        lines += [f"### {columns} columns, file not in the page cache (2 runs)", ""]
        lines += [*harness.rows(cold, "galdask, 2 workers"), ""]
    shutil.rmtree(out, ignore_errors=True)
    lines += [
        "galdask also strips and dictionary-codes text, applies the missing-value policy, keys every star",
        "(blake2b), finds content-defined partitions in a first pass over the ids, digests every column and",
        "writes a manifest. Workers are up and libraries imported before the clock starts.",
    ]
    return lines
