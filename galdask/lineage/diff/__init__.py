"""Two runs of one pipeline side by side: what moved, by how much, and because of which stars."""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {"Diff": "run", "Side": "run", "diff": "run", "Moved": "moved", "Groups": "matching"}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"galdask.lineage.diff.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
