"""What is computed over many stars: mergeable reductions with exact states.

Names are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Axis": "axis",
    "Key": "key",
    "CellTable": "cells",
    "Reduction": "protocol",
    "settings": "protocol",
    "Counts": "counts",
    "Moments": "moments",
    "OrderStatistics": "order_statistics",
    "RunningMedians": "running_medians",
    "LeastSquares": "least_squares",
    "BottomK": "bottom_k",
    "HistogramReplicas": "histogram_replicas",
    "MedianReplicas": "median_replicas",
    "WindowMedians": "window_medians",
}

#: modules that register reductions
KINDS = (
    "counts",
    "moments",
    "order_statistics",
    "running_medians",
    "least_squares",
    "bottom_k",
    "histogram_replicas",
    "median_replicas",
    "window_medians",
)

__all__ = [*_HOMES, "KINDS", "REGISTRY"]


def __getattr__(name: str) -> Any:
    if name == "REGISTRY":
        for module in KINDS:
            importlib.import_module(f"galdask.reductions.{module}")
        return importlib.import_module("galdask.reductions.protocol").REGISTRY
    if name in _HOMES:
        return getattr(importlib.import_module(f"galdask.reductions.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
