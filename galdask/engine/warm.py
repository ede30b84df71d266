"""Compile the kernels once, before workers start: they then load them from the disk."""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Sequence
from pathlib import Path

from galdask import events

#: rooms that hold kernels: those of a run, and what a fit of the migration model uses
ROOMS = ("galdask.catalog", "galdask.stars", "galdask.reductions")
FIT = ("galdask.stars", "galdask.migration.fit")


def announce(listen: events.Listener, rooms: Sequence[str] = ROOMS) -> None:
    """Say that the first use compiles, where the last room has no kernel saved beside its source yet."""
    package = Path(__file__).parents[2]
    saved = package.joinpath(*rooms[-1].split("."), "__pycache__")
    if os.access(package, os.W_OK) and next(saved.glob("*.nbi"), None) is None:
        listen(events.Event("start", text="compiling kernels, once after an installation: under a minute"))


def kernels(listen: events.Listener = events.silent, rooms: Sequence[str] = ROOMS) -> None:
    """Import every module of rooms with kernels; a kernel compiles, or loads, at import.

    Parameters
    ----------
    listen : callable
        Is told when the first use compiles.
    rooms : sequence of str
        Packages, by their dotted names.
    """
    announce(listen, rooms)
    for room in rooms:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            importlib.import_module(module.name)
