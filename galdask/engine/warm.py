"""Compile the kernels once, before workers start: they then load them from the disk."""

from __future__ import annotations

import importlib
import pkgutil

#: rooms that hold kernels
ROOMS = ("galdask.catalog", "galdask.stars", "galdask.reductions")


def kernels() -> None:
    """Import every module of the rooms with kernels; a kernel compiles, or loads, at import."""
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            importlib.import_module(module.name)
