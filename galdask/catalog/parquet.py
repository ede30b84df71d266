"""The data files: Parquet with one set of settings, under names made of their content."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from galdask import digest, publish
from galdask.errors import StoreError
from galdask.events import gauge

#: part of every file's name, so that files written with other settings are other files
SETTINGS = {"version": "2.6", "compression": "zstd", "compression_level": 1, "write_page_checksum": True}
#: strings of which this many rows hold few different ones are dictionary-encoded
_SAMPLE, _FEW = 128, 24


def content_name(digests: Sequence[str], schema: pa.Schema, slab: int) -> str:
    """Return the name of a data file from the digests of its columns, its schema and its row groups."""
    parts = [f"{slab}|{sorted(SETTINGS.items())}"]
    for field, content in zip(schema, digests, strict=True):
        parts.append(f"{field.name}|{field.type}|{field.nullable}|{content}")
    return digest.of_arrays(["\n".join(parts)])[:16] + ".parquet"


def _repetitive(array: pa.Array) -> bool:
    if not pa.types.is_string(array.type):
        return False
    step = max(1, len(array) // _SAMPLE)
    return len({array[row].as_py() for row in range(0, len(array), step)}) <= _FEW


class DataFile:
    """A file that is written a row group at a time and named when all is known; used in a `with`.

    Parameters
    ----------
    folder : path
        Where the file goes; made if needed.

    Raises
    ------
    OutputError
        If the disk is full or the place cannot be written; nothing is left behind.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.rows = folder, 0
        self._temporary: Path | None = None
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> DataFile:
        with publish.explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._temporary = self.folder / f".{secrets.token_hex(8)}.tmp"
            self._handle = open(self._temporary, "wb", buffering=1 << 20)
        return self

    def add(self, table: pa.Table) -> None:
        """Write a row group."""
        with publish.explained(self.folder):
            if self._writer is None:
                some = [f.name for f in table.schema if _repetitive(_one(table[f.name]))]
                floats = [f.name for f in table.schema if pa.types.is_floating(f.type)]
                self._writer = pq.ParquetWriter(
                    self._handle,
                    table.schema,
                    use_dictionary=some or False,
                    use_byte_stream_split=floats or False,
                    write_statistics=False,
                    **SETTINGS,
                )
            self._writer.write_table(table, row_group_size=max(1, table.num_rows))
            self.rows += table.num_rows

    def publish(self, name: str) -> int:
        """Give the file its name and return its bytes; 0 if an intact one of that name was there."""
        final = self.folder / name
        if self._writer is None or self._temporary is None:
            raise ValueError("a data file needs a table")
        with publish.explained(self.folder):
            self._writer.close()
            self._handle.close()
            if intact(final, self.rows):
                return 0
            size = self._temporary.stat().st_size
            os.replace(self._temporary, final)
        self._temporary = None
        return size

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError, pa.ArrowException):
            if self._writer is not None and self._temporary is not None:
                self._writer.close()
        with contextlib.suppress(OSError):
            self._handle.close()
        if self._temporary is not None:
            with contextlib.suppress(OSError):
                self._temporary.unlink()


def intact(path: Path, rows: int) -> bool:
    """Return whether a file of that name is there and its footer can be read."""
    try:
        return int(pq.read_metadata(path).num_rows) == rows
    except (OSError, pa.ArrowException):
        return False


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def read(path: Path, names: Sequence[str], where: str) -> dict[str, pa.Array]:
    """Read columns of a data file, memory-mapped, on one thread.

    Raises
    ------
    StoreError
        If the file is missing, damaged or lacks a column.
    """
    try:
        with pq.ParquetFile(path, memory_map=True, page_checksum_verification=True) as file:
            table = file.read(columns=list(names), use_threads=False, use_pandas_metadata=False)
            gauge.count(read=stored_bytes(file.metadata, names))
            return {name: _one(table[name]) for name in names}
    except FileNotFoundError as error:
        raise broken("a data file of the store is missing", path, where) from error
    except KeyError as error:
        raise broken("a data file of the store lacks a column", path, where, error) from error
    except (OSError, MemoryError, UnicodeDecodeError, pa.ArrowException) as error:
        raise broken("a data file of the store is damaged", path, where, error) from error


def stored_bytes(about: pq.FileMetaData, names: Sequence[str]) -> int:
    """Return the bytes of columns in a data file, compressed as they are."""
    own, total = set(names), 0
    for i in range(about.num_row_groups):
        group = about.row_group(i)
        chunks = (group.column(j) for j in range(group.num_columns))
        total += sum(c.total_compressed_size for c in chunks if c.path_in_schema.split(".")[0] in own)
    return total


def broken(what: str, path: Path, where: str, found: Any = None) -> StoreError:
    """Return the error about a data file, with the way to mend it."""
    return StoreError(
        what,
        where=f"{path}, {where}",
        found=None if found is None else str(found).splitlines()[0],
        todo=f"delete {path} if it is there and ingest again: only what is missing is rewritten",
    )
