"""Sheets as CSV files, one each, with what is known about them in lines that start with #."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

import numpy as np

from galdask import publish
from galdask.exports.sheet import Sheet


def write(path: Path, sheet: Sheet, facts: dict[str, str]) -> None:
    """Write a sheet as CSV (UTF-8); missing values are empty.

    Raises
    ------
    OutputError
        If it cannot be written; nothing half-written is left.
    """
    import pandas as pd

    def fill(handle: BinaryIO) -> None:
        head = {"title": sheet.title, **facts, **sheet.facts}
        lines = [f"# {name}: {' '.join(text.split())}" for name, text in head.items() if text]
        lines += [f"# {f.name}: {f.text or f.name}{f' [{f.unit}]' if f.unit else ''}" for f in sheet.fields]
        handle.write(("\n".join(lines) + "\n").encode())
        first = True
        for block in sheet.blocks():
            frame = pd.DataFrame({f.name: _plain(block[f.name]) for f in sheet.fields})
            text = io.StringIO()
            frame.to_csv(text, index=False, header=first, lineterminator="\n")
            handle.write(text.getvalue().encode())
            first = False

    publish.write(path, fill)


def _plain(values: np.ndarray) -> np.ndarray:
    """Return values as pandas writes them: None where there is none."""
    if isinstance(values, np.ma.MaskedArray):
        plain = values.data.astype(object)
        plain[np.ma.getmaskarray(values)] = None
        return plain
    return values
