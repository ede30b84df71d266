"""`galdask info`: what a store holds."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.add_argument("store", type=Path, metavar="STORE", help="folder of the store")


def run(chosen: argparse.Namespace) -> int:
    """Print the description of the store; reads the manifest alone."""
    from galdask.catalog.store import open_store

    print(open_store(chosen.store).describe())
    return 0
