"""Arrow columns as plain numpy arrays, by the rules of `Table.read`."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from galdask.catalog.readers.base import ColumnType
from galdask.catalog.readers.limits import check_room
from galdask.errors import InputError

#: numbers in one row of a column of arrays, and its axes
MOST_ELEMENTS, MOST_AXES = 1_000_000, 32


def column_type(kind: pa.DataType) -> ColumnType | str:
    """Return what an Arrow type is read as, or why it cannot be read."""
    if pa.types.is_dictionary(kind):
        return column_type(kind.value_type)
    if _is_text(kind):
        return ColumnType(np.dtype("S"))
    if pa.types.is_boolean(kind):
        return ColumnType(np.dtype(bool))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return ColumnType(np.dtype(kind.to_pandas_dtype()))
    if pa.types.is_null(kind):
        return ColumnType(np.dtype(np.float64))
    if pa.types.is_fixed_size_list(kind) and kind.list_size > 0:
        inner = column_type(kind.value_type)
        if isinstance(inner, ColumnType) and inner.dtype.kind in "iufb":
            shape = (kind.list_size, *inner.shape)
            if math.prod(shape) <= MOST_ELEMENTS and len(shape) <= MOST_AXES:
                return ColumnType(inner.dtype, shape)
    return f"the type {kind}"


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_date(kind)
        or pa.types.is_time(kind)
        or pa.types.is_timestamp(kind)
    )


def to_numpy(column: pa.ChunkedArray, where: str) -> np.ndarray:
    """Return an Arrow column as numpy.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        A column whose type `column_type` accepts.
    where : str
        File and column, for messages.

    Returns
    -------
    ndarray
        Nulls are NaN in floating-point columns, "" in texts, masked in the others.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        if _is_text(kind.value_type):
            return _coded(column, where)
        return to_numpy(column.cast(kind.value_type), where)
    if pa.types.is_null(kind):
        return np.full(len(column), np.nan)
    if _is_text(kind):
        return _texts(column, where, len(column))
    if pa.types.is_fixed_size_list(kind):
        return _lists(column, where)
    if pa.types.is_floating(kind):
        dtype = np.dtype(kind.to_pandas_dtype())
        return np.array(column.fill_null(pa.scalar(np.nan, kind)).to_numpy(), dtype=dtype)
    values = np.array(column.fill_null(False if pa.types.is_boolean(kind) else 0).to_numpy())
    if column.null_count == 0:
        return values
    return np.ma.MaskedArray(values, column.is_null().to_numpy())


def _texts(column: pa.ChunkedArray, where: str, rows: int) -> np.ndarray:
    """Return texts of one width, of which `rows` will be needed."""
    try:
        texts = column.cast(pa.large_string())
        texts.validate(full=True)
    except pa.ArrowException as error:
        found = " ".join(str(error).split())[:200]
        raise InputError("a column of texts cannot be read", where=where, found=found) from error
    texts = pc.utf8_rtrim(texts, " ").fill_null("")
    lengths = pc.binary_length(texts)
    width = max(1, pc.max(lengths).as_py() or 1)
    check_room(rows, width, pc.sum(lengths).as_py() or 0, where)
    whole = texts.cast(pa.large_binary()).to_numpy(zero_copy_only=False)
    return whole.astype(f"S{width}")


def _coded(column: pa.ChunkedArray, where: str) -> np.ndarray:
    """Return texts of which every different one is held once."""
    if column.num_chunks == 0:
        return np.empty(0, "S1")
    column = column.unify_dictionaries()
    words = _texts(pa.chunked_array([column.chunk(0).dictionary]), where, len(column))
    codes = np.concatenate([chunk.indices.fill_null(len(words)).to_numpy() for chunk in column.chunks])
    return np.append(words, np.bytes_(b""))[codes]


def _lists(column: pa.ChunkedArray, where: str) -> np.ndarray:
    if column.null_count:
        column = _without_nulls(column)
    whole = column.combine_chunks()
    arrays = whole.chunks if isinstance(whole, pa.ChunkedArray) else [whole]
    inner = [to_numpy(pa.chunked_array([array.flatten()]), where) for array in arrays]
    size = column.type.list_size
    if not inner:
        described = column_type(column.type)
        if isinstance(described, str):
            raise InputError("a column cannot be read", where=where, found=described)
        return np.empty((0, *described.shape), dtype=described.dtype)
    values = np.ma.concatenate(inner) if any(np.ma.isMA(a) for a in inner) else np.concatenate(inner)
    return values.reshape(len(column), size, *values.shape[1:])


def _without_nulls(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A missing list becomes a list of missing numbers."""
    size, kind = column.type.list_size, column.type
    nothing = pa.scalar([None] * size, kind)
    return pc.if_else(column.is_null(), nothing, column)
