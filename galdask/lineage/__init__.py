"""Where numbers come from and whether they hold: a run beside published facts, and the run's integrity.

Names are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Verification": "verification",
    "verify": "verification",
    "compared": "verification",
    "contradictions": "fact",
    "facts": "fact",
    "for_page": "verification",
    "seal": "integrity",
    "NOTES": "notes",
    "noted": "notes",
    "Reasons": "reasons",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"galdask.lineage.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
