"""`galdask gc`: what old state can go, and its bytes; removes it with --yes."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.add_argument("place", type=Path, metavar="STORE|OUT", help="a store, or the results of runs")
    command.add_argument("--yes", action="store_true", help="remove it")
    command.add_argument("--json", action="store_true", help="print the list as JSON")


def run(chosen: argparse.Namespace) -> int:
    """List, and perhaps remove, what can go."""
    from galdask.lineage import gc

    found = gc.collect(chosen.place) if chosen.yes else gc.garbage(chosen.place)
    if chosen.json:
        print(gc.as_json(found))
        return 0
    for old in found:
        print(f"{old.bytes / 2**20:10,.2f} MiB  {old.what:<44} {old.path}")
    total = sum(old.bytes for old in found) / 2**20
    if not found:
        print("nothing can go: everything is of the present")
    elif chosen.yes:
        print(f"{total:10,.2f} MiB  removed")
    else:
        print(f"{total:10,.2f} MiB  can go: galdask gc {chosen.place} --yes")
    return 0
