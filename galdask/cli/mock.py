"""`galdask mock`: a release with known truth."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.add_argument(
        "release", choices=("dr14", "dr16", "dr17", "dr19", "migration"), help="whose layout to write"
    )
    command.add_argument(
        "--stars",
        type=int,
        metavar="N",
        help="rows (default: 100000; 7000 of the migration model); of dr14, dr16 and dr19: rows of the dr17 "
        "mock whose stars they share",
    )
    command.add_argument(
        "--seed", type=int, default=1, metavar="N", help="same seed, same bytes (default: 1)"
    )
    command.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder of the files")
    command.add_argument(
        "--layout",
        choices=("full", "lite"),
        default="full",
        help="of dr17: all 234 columns, or the 191 of allStarLite",
    )


def run(chosen: argparse.Namespace) -> int:
    """Write the files and say where they are."""
    from galdask import api

    made = api.mock(
        chosen.release,
        chosen.to,
        stars=chosen.stars,
        seed=chosen.seed,
        layout=chosen.layout,
        listen=chosen.listen,
    )
    for path in made:
        print(f"{path}  ({path.stat().st_size:,} bytes)")
    return 0
