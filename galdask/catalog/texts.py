"""Strings as Arrow holds them: lengths and one run of bytes, packed from fixed-width columns."""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np


@nb.njit("int64(uint8[:, ::1], boolean[::1], int32[::1])", cache=True, nogil=True)
def _measure(texts, empty, lengths):  # type: ignore[no-untyped-def]
    rows, width = texts.shape
    total = 0
    for i in range(rows):
        n = 0 if empty[i] else width
        while n > 0 and (texts[i, n - 1] == 0 or texts[i, n - 1] == 32):
            n -= 1
        lengths[i] = n
        total += n
    return total


@nb.njit("void(uint8[:, ::1], int32[::1], uint8[::1])", cache=True, nogil=True)
def _copy(texts, lengths, out):  # type: ignore[no-untyped-def]
    at = 0
    for i in range(len(lengths)):
        for j in range(lengths[i]):
            out[at + j] = texts[i, j]
        at += lengths[i]


@dataclass(slots=True)
class Texts:
    """A column of UTF-8 strings; an empty one is missing.

    Parameters
    ----------
    lengths : ndarray of int32, shape (n,)
        Bytes of each string.
    data : ndarray of uint8
        All bytes, one string after the other.
    """

    lengths: np.ndarray
    data: np.ndarray

    @property
    def missing(self) -> int:
        """How many strings are missing."""
        return int(np.count_nonzero(self.lengths == 0))

    def offsets(self) -> np.ndarray:
        """Return where each string starts, and the end; int32, shape (n + 1,)."""
        offsets = np.zeros(len(self.lengths) + 1, np.int32)
        np.cumsum(self.lengths, out=offsets[1:])
        return offsets


def pack(column: np.ndarray, empty: np.ndarray | None = None) -> Texts:
    """Pack a column of fixed-width bytes, without blanks and NULs on the right.

    Parameters
    ----------
    column : ndarray of bytes
        Any shape.
    empty : ndarray of bool, optional
        Elements that are missing whatever they hold.
    """
    column = np.ascontiguousarray(column).reshape(-1)
    width = column.dtype.itemsize
    if not width:
        column, width = np.zeros(len(column), "S1"), 1
    texts = column.view(np.uint8).reshape(len(column), width)
    lengths = np.empty(len(column), np.int32)
    hidden = np.zeros(len(column), bool) if empty is None else np.ascontiguousarray(empty).reshape(-1)
    data = np.empty(_measure(texts, hidden, lengths), np.uint8)
    _copy(texts, lengths, data)
    return Texts(lengths, data)
