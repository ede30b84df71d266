"""Sheets as Parquet files: units and descriptions with each column, facts with the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from galdask import publish
from galdask.exports.sheet import Rows, Sheet

if TYPE_CHECKING:
    import pyarrow as pa


def schema(sheet: Sheet, facts: Mapping[str, str]) -> pa.Schema:
    """Return the Arrow schema of a sheet."""
    import pyarrow as pa

    made = []
    for field in sheet.fields:
        kind = pa.string() if field.is_text else pa.from_numpy_dtype(field.type)
        told = {"unit": field.unit, "description": field.text, "ucd": field.ucd}
        made.append(pa.field(field.name, kind, metadata={k: v for k, v in told.items() if v}))
    return pa.schema(made, metadata={**facts, **sheet.facts})


def table(sheet: Sheet, rows: Rows, known: pa.Schema) -> pa.Table:
    """Return a block of rows as Arrow has it; missing integers are nulls."""
    import pyarrow as pa

    arrays = []
    for field, entry in zip(sheet.fields, known, strict=True):
        values = rows[field.name]
        if isinstance(values, np.ma.MaskedArray):
            arrays.append(pa.array(values.data, mask=np.ma.getmaskarray(values), type=entry.type))
        else:
            arrays.append(pa.array(values, type=entry.type, from_pandas=False))
    return pa.Table.from_arrays(arrays, schema=known)


def write(path: Path, sheet: Sheet, facts: Mapping[str, str]) -> None:
    """Write a sheet as one Parquet file, a block a row group.

    Raises
    ------
    OutputError
        If it cannot be written; nothing half-written is left.
    """
    import pyarrow.parquet as pq

    known = schema(sheet, facts)

    def fill(handle: BinaryIO) -> None:
        with pq.ParquetWriter(handle, known) as writer:
            for rows in sheet.blocks():
                writer.write_table(table(sheet, rows, known))

    publish.write(path, fill)
