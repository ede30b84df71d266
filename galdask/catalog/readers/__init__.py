"""Readers of catalogue files, one a format."""

from __future__ import annotations

from pathlib import Path

from galdask.catalog.readers.base import ColumnType, Table
from galdask.catalog.schema import TableSpec

__all__ = ["ColumnType", "Table", "open_table"]


def open_table(spec: TableSpec, path: Path, scratch: Path | None = None) -> Table:
    """Open a table of a release."""
    raise NotImplementedError
