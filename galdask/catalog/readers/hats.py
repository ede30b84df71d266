"""A HATS catalogue, read by row ranges: the Parquet files of its pixels, one after the other.

The Hierarchical Adaptive Tiling Scheme (IVOA note, 2025) keeps ``dataset/Norder=K/Dir=D/Npix=P.parquet``.
Rows come in the order of the pixels on the sky, so the same catalogue gives the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from galdask.catalog.readers.base import ColumnType
from galdask.catalog.readers.names import check_range
from galdask.catalog.readers.parquet import ParquetTable
from galdask.errors import InputError

#: deepest order of HEALPix that a place is given in
_DEEPEST = 29
_PIXEL = re.compile(r"Norder=([0-9]{1,2})/Dir=[0-9]+/Npix=([0-9]{1,18})\.parquet")


def is_hats(path: Path) -> bool:
    """Return whether a folder is a HATS catalogue."""
    return any((path / name).is_file() for name in ("hats.properties", "properties", "collection.properties"))


def says(path: Path, key: str) -> bool:
    """Return whether the properties of a catalogue have a key."""
    text = (
        (path / "hats.properties").read_text("utf-8", "replace")
        if (path / "hats.properties").is_file()
        else ""
    )
    return any(line.split("=")[0].strip() == key for line in text.splitlines())


def files(path: Path) -> list[Path]:
    """Return the Parquet files of a catalogue, in the order of their pixels on the sky.

    Raises
    ------
    InputError
        If the folder is no HATS catalogue, or has no pixels.
    """
    if not is_hats(path):
        raise InputError(
            "this folder is not a HATS catalogue",
            where=path,
            expected="the file hats.properties, or properties",
        )
    if (path / "collection.properties").is_file():
        raise InputError(
            "this is a collection of HATS catalogues",
            where=path,
            todo="name the folder of its main catalogue",
        )
    found = []
    for file in (path / "dataset").glob("Norder=*/Dir=*/Npix=*.parquet"):
        match = _PIXEL.fullmatch("/".join(file.parts[-3:]))
        if match and int(match[1]) <= _DEEPEST:
            order, pixel = int(match[1]), int(match[2])
            found.append((pixel << 2 * (_DEEPEST - order), order, file))
    if not found:
        raise InputError(
            "the HATS catalogue has no pixels", where=path, expected="dataset/Norder=*/Dir=*/Npix=*.parquet"
        )
    return [file for _, _, file in sorted(found)]


class HatsTable:
    """A HATS catalogue; see `Table`.

    Parameters
    ----------
    path : Path
        Its folder.

    Raises
    ------
    InputError
        If it is not one, or its files do not have the same columns.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._parts = [ParquetTable(file) for file in files(path)]
        first = self._parts[0]
        for part in self._parts:
            if part.types != first.types:
                raise InputError(
                    "two pixels of the HATS catalogue have other columns",
                    where=part.path,
                    expected=f"the columns of {first.path.name}",
                    found=", ".join(sorted(set(part.types) ^ set(first.types))) or "other types",
                )
        self._ends = np.cumsum([0, *(part.rows for part in self._parts)])
        self.rows = int(self._ends[-1])
        self.types: dict[str, ColumnType] = first.types
        self.refused: dict[str, str] = first.refused

    def read(self, start: int, stop: int, names: Sequence[str]) -> dict[str, np.ndarray]:
        """Return rows [start, stop) of the named columns; see `Table.read`."""
        check_range(start, stop, self.rows, self.path)
        found = []
        for k, part in enumerate(self._parts):
            low, high = max(start, int(self._ends[k])), min(stop, int(self._ends[k + 1]))
            if low < high:
                found.append(part.read(low - int(self._ends[k]), high - int(self._ends[k]), names))
        if not found:
            return self._parts[0].read(0, 0, names)
        return {name: _joined([part[name] for part in found]) for name in names}


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    """Return arrays one after the other; masked where one is, texts as wide as the widest."""
    if any(isinstance(part, np.ma.MaskedArray) for part in parts):
        return np.ma.concatenate(parts)
    return np.concatenate(parts)
