"""Release files: what a survey release is, written down in YAML and checked line by line."""

from __future__ import annotations

from pathlib import Path

from galdask.catalog.missing import Missing
from galdask.catalog.schema import ColumnSpec, KeyJoin, Release, RowMatch, Source, TableSpec

__all__ = [
    "ColumnSpec",
    "KeyJoin",
    "Missing",
    "Release",
    "RowMatch",
    "Source",
    "TableSpec",
    "known_releases",
    "load_release",
]


def known_releases() -> tuple[str, ...]:
    """Return the names of the releases that come with galdask."""
    raise NotImplementedError


def load_release(name_or_path: str | Path) -> Release:
    """Return a release by its name, or from a user's own file."""
    raise NotImplementedError
