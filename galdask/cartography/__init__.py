"""Grids, cubes and products: from a pipeline file to labelled datasets.

Names are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Plan": "plan",
    "Product": "product",
    "Request": "product",
    "requests": "atlas",
    "finish": "atlas",
    "write": "atlas",
    "write_cube": "atlas",
    "save": "zarr_store",
    "open_product": "zarr_store",
    "write_table": "tables",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"galdask.cartography.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
