"""The files of a release, brought here: resumed, verified, and never half-written under their names."""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {"Fetched": "run", "FetchReport": "run", "fetch": "run", "Wanted": "wanted"}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"galdask.catalog.fetch.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
