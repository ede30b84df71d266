"""Columns on their way to Arrow: values with a mask, missing values in one spelling, digests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import xxhash

from galdask import digest
from galdask.catalog.texts import Texts

if TYPE_CHECKING:
    from galdask.catalog.manifest import StoredColumn
    from galdask.catalog.missing import Missing


@dataclass(slots=True)
class Numbers:
    """A column of numbers or booleans.

    Parameters
    ----------
    values : ndarray, shape (rows, ...)
        Missing floats are NaN; missing integers and booleans are 0.
    mask : ndarray of bool or None
        Which elements of a nullable column are missing; None in a column without nulls.
    missing : int
        How many elements are missing.
    """

    values: np.ndarray
    mask: np.ndarray | None = None
    missing: int = 0


Column = Numbers | Texts


def settle(values: np.ndarray, mask: np.ndarray | None, policy: Missing, nullable: bool) -> Numbers:
    """Apply a missing-value policy to a column, in place.

    Parameters
    ----------
    values : ndarray
        Values as read; changed.
    mask : ndarray of bool or None
        Elements that are missing already.
    policy : Missing
        What else is missing.
    nullable : bool
        False for floats, whose missing values are NaN.
    """
    found = policy.mask(values)
    if mask is not None:
        found |= mask
    count = int(np.count_nonzero(found))
    if values.dtype.kind == "f":
        if count:
            values[found] = np.nan
        return Numbers(values, None, count)
    if count:
        values[found] = 0
    return Numbers(values, found if nullable else None, count)


def arrow_type(column: StoredColumn) -> pa.DataType:
    """Return the Arrow type of a column; arrays are fixed-size lists of their elements."""
    element = pa.type_for_alias(column.type)
    if not column.shape:
        return element
    return pa.list_(pa.field("item", element, nullable=column.nullable), int(np.prod(column.shape)))


def arrow_field(column: StoredColumn) -> pa.Field:
    """Return the Arrow field of a column, its unit and description with it."""
    facts = {"unit": column.unit, "description": column.description}
    scalar_nulls = column.nullable and not column.shape
    return pa.field(
        column.name, arrow_type(column), scalar_nulls, metadata={k: v for k, v in facts.items() if v}
    )


def to_arrow(column: StoredColumn, content: Column) -> pa.Array:
    """Return a column as an Arrow array; numbers are not copied."""
    flat = _flat(column, content)
    if not column.shape:
        return flat
    return pa.FixedSizeListArray.from_arrays(flat, type=arrow_type(column))


def _flat(column: StoredColumn, content: Column) -> pa.Array:
    element = pa.type_for_alias(column.type)
    if isinstance(content, Texts):
        n = len(content.lengths)
        valid = content.lengths > 0
        bits = None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
        buffers = [bits, pa.py_buffer(content.offsets()), pa.py_buffer(content.data)]
        return pa.Array.from_buffers(element, n, buffers)
    values = np.ascontiguousarray(content.values).reshape(-1)
    bits = None
    if content.mask is not None and content.missing:
        bits = pa.py_buffer(np.packbits(~content.mask.reshape(-1), bitorder="little"))
    if values.dtype.kind == "b":
        data = pa.py_buffer(np.packbits(values, bitorder="little"))
    else:
        data = pa.py_buffer(values)
    return pa.Array.from_buffers(element, len(values), [bits, data])


class ColumnDigest:
    """The digest of one column of a partition, made piece by piece.

    Numbers: the bytes of the values, missing ones as NaN or 0, and of the mask. Strings: the bytes
    of the lengths and of the text. The same for any split into pieces.
    """

    def __init__(self, column: StoredColumn) -> None:
        self._head = f"{column.type}{list(column.shape)}"
        self._first, self._second, self._count = xxhash.xxh3_128(), xxhash.xxh3_128(), 0

    def update(self, content: Column) -> None:
        """Add the next rows."""
        if isinstance(content, Texts):
            self._count += len(content.lengths)
            self._first.update(_bytes(content.data))
            self._second.update(_bytes(content.lengths))
            return
        self._count += content.values.size
        self._first.update(_bytes(content.values))
        if content.mask is not None:
            self._second.update(_bytes(content.mask))

    def hexdigest(self) -> str:
        """Return 32 hexadecimal characters."""
        parts = (self._head, self._count, self._first.hexdigest(), self._second.hexdigest())
        return digest.of_arrays(["|".join(map(str, parts))])


def _bytes(array: np.ndarray) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def from_arrow(column: StoredColumn, array: pa.Array) -> Column:
    """Return what `to_arrow` was given; numbers without nulls are not copied."""
    if column.shape:
        array = array.flatten()
    if column.type == "string":
        return _texts(array)
    valid, data = array.buffers()
    mask = ~_bits(valid, array) if valid is not None and array.null_count else None
    if column.type == "bool":
        values = _bits(data, array)
    else:
        values = np.frombuffer(data or b"", column.type)[array.offset : array.offset + len(array)]
    if mask is not None:
        values = np.where(mask, values.dtype.type(0), values)
    elif column.nullable:
        mask = np.zeros(len(array), bool)
    shape = (len(values) // int(np.prod(column.shape)), *column.shape) if column.shape else values.shape
    mask = mask if mask is None else mask.reshape(shape)
    return Numbers(values.reshape(shape), mask, 0 if mask is None else int(mask.sum()))


def _bits(buffer: pa.Buffer | None, array: pa.Array) -> np.ndarray:
    if buffer is None:
        return np.zeros(len(array), bool)
    stop = array.offset + len(array)
    bits = np.unpackbits(np.frombuffer(buffer, np.uint8), bitorder="little", count=stop)
    return bits[array.offset :].view(bool)


def _texts(array: pa.Array) -> Texts:
    _, offsets, data = array.buffers()
    if len(array) == 0:
        return Texts(np.empty(0, np.int32), np.empty(0, np.uint8))
    at = np.frombuffer(offsets, np.int32, len(array) + 1, 4 * array.offset)
    text = np.empty(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
    return Texts(np.diff(at), text[at[0] : at[-1]])
