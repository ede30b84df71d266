"""galdask: from a spectroscopic survey release to the science of the Milky Way's disk, on Dask."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from galdask.api import diff, export, fetch, fit, ingest, mock, orbits, run, sample, to_dask
    from galdask.catalog.store import Store, open_store
    from galdask.errors import GaldaskError
    from galdask.renewal import regenerate

__version__ = "0.1.0"

__all__ = [
    "GaldaskError",
    "Store",
    "diff",
    "export",
    "fetch",
    "fit",
    "ingest",
    "mock",
    "open_store",
    "orbits",
    "regenerate",
    "run",
    "sample",
    "to_dask",
]

_HOME = {
    "GaldaskError": "galdask.errors",
    "Store": "galdask.catalog.store",
    "diff": "galdask.api",
    "export": "galdask.api",
    "fetch": "galdask.api",
    "fit": "galdask.api",
    "ingest": "galdask.api",
    "mock": "galdask.api",
    "open_store": "galdask.catalog.store",
    "orbits": "galdask.api",
    "regenerate": "galdask.renewal",
    "run": "galdask.api",
    "sample": "galdask.api",
    "to_dask": "galdask.api",
}


def __getattr__(name: str) -> Any:
    """Import a public name where it is first used: `import galdask` stays quick."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    if name in ("migration", "stars"):
        return importlib.import_module(f"galdask.{name}")
    raise AttributeError(f"module 'galdask' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__", "migration", "stars"])
