"""Compile the kernels once, before workers need them: they then load them from the disk."""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import threading
from collections.abc import Sequence
from pathlib import Path

from galdask import events

#: rooms that hold kernels: those of a run, and what a fit of the migration model uses
ROOMS = ("galdask.catalog", "galdask.stars", "galdask.reductions")
#: what tasks that make and finish states need
TASKS = ("galdask.engine.tasks", "galdask.stars.recipe", "galdask.reductions")
FIT = ("galdask.stars", "galdask.migration.fit")


def announce(listen: events.Listener, rooms: Sequence[str] = ROOMS) -> None:
    """Say that the first use compiles, where the last room has no kernel saved beside its source yet."""
    if os.access(_package(), os.W_OK) and not compiled(rooms):
        listen(events.Event("start", text="compiling kernels, once after an installation: under a minute"))


def compiled(rooms: Sequence[str] = ROOMS) -> bool:
    """Whether kernels of the last of these rooms lie compiled beside their source."""
    saved = _package().joinpath(*rooms[-1].split("."), "__pycache__")
    return next(saved.glob("*.nbi"), None) is not None


def _package() -> Path:
    return Path(__file__).parents[2]


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


def begin(modules: Sequence[str]) -> None:
    """Begin to import modules in a thread, where kernels are compiled: done before the first task comes."""
    if compiled():
        threading.Thread(target=_load, args=(modules,), name="galdask-warm", daemon=True).start()


def _load(modules: Sequence[str]) -> None:
    with contextlib.suppress(ImportError):  # the task that needs it says so
        for module in modules:
            importlib.import_module(module)
