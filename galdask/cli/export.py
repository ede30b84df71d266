"""`galdask export`: results or stars in the files of other programs."""

from __future__ import annotations

import argparse
from pathlib import Path

FORMATS = ("fits", "votable", "csv", "parquet", "hats")


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.add_argument("source", type=Path, metavar="OUT|STORE", help="folder of results, or of a store")
    command.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder of the files")
    command.add_argument(
        "--format",
        choices=FORMATS,
        default="fits",
        help="what to write (default: fits); hats: stars alone",
    )
    command.add_argument(
        "--only", nargs="+", metavar="PRODUCT", help="of results: these products, cubes or tables"
    )
    command.add_argument("--columns", nargs="+", metavar="COLUMN", help="of stars: these columns")
    command.add_argument("--pipeline", metavar="NAME|FILE", help="of stars: derive columns by this pipeline")
    command.add_argument(
        "--sample", default=None, metavar="NAME", help="stars of this sample (default: main)"
    )


def run(chosen: argparse.Namespace) -> int:
    """Write the files and say where they are."""
    from galdask.exporting import export

    written = export(
        chosen.source,
        chosen.to,
        format=chosen.format,
        only=chosen.only,
        columns=chosen.columns,
        pipeline=chosen.pipeline,
        sample=chosen.sample,
    )
    for path, word in written.items():
        print(f"{path}  ({word})" if word else path)
    return 0
