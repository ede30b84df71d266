"""Compile the kernels once, before workers start: they then load them from the disk."""

from __future__ import annotations

import importlib
import os
import pkgutil
from pathlib import Path

from galdask import events

#: rooms that hold kernels
ROOMS = ("galdask.catalog", "galdask.stars", "galdask.reductions")


def announce(listen: events.Listener) -> None:
    """Say that the first use compiles, where no kernel was saved beside its source yet."""
    package = Path(__file__).parents[1]
    if os.access(package, os.W_OK) and next(package.glob("reductions/__pycache__/*.nbi"), None) is None:
        listen(events.Event("start", text="compiling kernels, once after an installation: under a minute"))


def kernels(listen: events.Listener = events.silent) -> None:
    """Import every module of the rooms with kernels; a kernel compiles, or loads, at import."""
    announce(listen)
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            importlib.import_module(module.name)
