"""Fixed-width texts: padding taken off, bytes that are no text refused."""

from __future__ import annotations

import numba as nb
import numpy as np

from galdask.errors import InputError


def strip(padded: np.ndarray, where: str, row: int = 0) -> np.ndarray:
    """Return texts without what pads them on the right.

    A NUL ends a text; blanks before it, or before the end of the field, are padding.

    Parameters
    ----------
    padded : ndarray of 'S'
        Texts of one width, any shape and strides.
    where : str
        File and column, for messages.
    row : int
        Number of the first row, for messages.

    Returns
    -------
    ndarray of 'S'
        Same shape, at most the same width, valid UTF-8.

    Raises
    ------
    InputError
        If bytes are not UTF-8.
    """
    width = padded.dtype.itemsize
    if padded.size == 0 or width == 0:
        return np.ascontiguousarray(padded)
    letters = padded[..., np.newaxis].view(np.uint8).reshape(-1, width)
    kept = np.empty(letters.shape, dtype=np.uint8)
    if _strip(letters, kept):
        _check_utf8(kept.view(f"S{width}").reshape(padded.shape), where, row)
    return kept.view(f"S{width}").reshape(padded.shape)


#: any strides, and memory that may not be written
_LETTERS = nb.types.Array(nb.uint8, 2, "A", readonly=True)


@nb.njit(nb.boolean(_LETTERS, nb.uint8[:, ::1]), cache=True, nogil=True)
def _strip(letters, kept):  # type: ignore[no-untyped-def]
    """Copy texts up to their first NUL without the blanks before it; tell of bytes above 127."""
    high = False
    for i in range(letters.shape[0]):
        end = 0
        for j in range(letters.shape[1]):
            letter = letters[i, j]
            kept[i, j] = letter
            if letter == 0:
                break
            if letter != 32:
                end = j + 1
                if letter >= 128:
                    high = True
        kept[i, end:] = 0
    return high


def strip_oracle(padded: np.ndarray) -> np.ndarray:
    """Return what `strip` returns, by numpy alone and without the check of UTF-8."""
    texts = np.ascontiguousarray(padded)
    letters = texts.view(np.uint8).reshape(-1, texts.dtype.itemsize)
    before = np.logical_and.accumulate(letters != 0, axis=1)
    return np.strings.rstrip(
        np.where(before, letters, np.uint8(0)).view(texts.dtype).reshape(texts.shape), b" "
    )


def _check_utf8(texts: np.ndarray, where: str, row: int) -> None:
    for place, text in enumerate(texts.reshape(len(texts), -1)):
        for one in text:
            try:
                one.decode("utf-8")
            except UnicodeDecodeError as error:
                raise InputError(
                    "bytes that are not text", where=f"{where}, row {row + place}", found=repr(bytes(one))
                ) from error
