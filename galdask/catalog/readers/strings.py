"""Fixed-width texts: padding taken off, bytes that are no text refused."""

from __future__ import annotations

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
    texts = np.ascontiguousarray(padded)
    if texts.size == 0:
        return texts
    letters = texts.view(np.uint8).reshape(-1, texts.dtype.itemsize)
    if letters.min() == 0 and ((letters[:, :-1] == 0) & (letters[:, 1:] != 0)).any():
        letters = np.where(np.logical_and.accumulate(letters != 0, axis=1), letters, np.uint8(0))
        texts = letters.view(texts.dtype).reshape(padded.shape)
    if letters.max() >= 128:
        _check_utf8(texts, where, row)
    return np.strings.rstrip(_narrow(texts), b" ")


def _narrow(texts: np.ndarray) -> np.ndarray:
    """Leave off the right half of the field as long as it is blank in every row: cheap to see."""
    width = end = texts.dtype.itemsize
    letters = texts.view(np.uint8).reshape(-1, width)
    while end > 16 and (letters[:, end // 2 : end] == ord(" ")).all():
        end //= 2
    if end == width:
        return texts
    return np.ascontiguousarray(letters[:, :end]).view(f"S{end}").reshape(texts.shape)


def _check_utf8(texts: np.ndarray, where: str, row: int) -> None:
    for place, text in enumerate(texts.reshape(len(texts), -1)):
        for one in text:
            try:
                one.decode("utf-8")
            except UnicodeDecodeError as error:
                raise InputError(
                    "bytes that are not text", where=f"{where}, row {row + place}", found=repr(bytes(one))
                ) from error
