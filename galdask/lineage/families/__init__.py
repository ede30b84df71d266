"""From published facts to the run's own numbers: one module for each family, each fact one function."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from galdask.lineage.finding import Finding
from galdask.lineage.results import Results

Finder = Callable[[Results], Finding]

#: modules of this room, each with a table FINDERS
FAMILIES = (
    "samples",
    "ages",
    "gradients",
    "abundances",
    "metallicities",
    "age_structure",
    "tagging",
    "variants",
)


def finders() -> dict[str, Finder]:
    """Return the function of every fact that has one, by the fact's id."""
    found: dict[str, Finder] = {}
    for name in FAMILIES:
        found |= importlib.import_module(f"galdask.lineage.families.{name}").FINDERS
    return found
