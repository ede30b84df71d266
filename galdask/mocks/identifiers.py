"""Names of stars and texts of rows, composed as bytes for whole blocks at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def digits(number: np.ndarray, width: int) -> np.ndarray:
    """Return decimal digits with leading zeros, uint8 of shape (n, width)."""
    powers = 10 ** np.arange(width - 1, -1, -1)
    return (number[:, None] // powers % 10 + ord("0")).astype(np.uint8)


def grid(ra: np.ndarray, dec: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers a 2MASS name is made of: hundredths of a second of time, tenths of an arcsecond."""
    hundredths = np.floor(ra / 15.0 * 360000.0 + 1e-6).astype(np.int64)
    return hundredths, np.floor(np.abs(dec) * 36000.0 + 1e-6).astype(np.int64)


def apogee_id(ra: np.ndarray, dec: np.ndarray) -> np.ndarray:
    """Return names like 2M19261694+3745527, dtype S18, of angles in degrees; VESTA where they are NaN.

    The name truncates, as 2MASS does: hhmmss and hundredths, sign, ddmmss and tenths.
    """
    known = np.isfinite(ra) & np.isfinite(dec)
    time, arc = grid(np.where(known, ra, 0.0), np.where(known, dec, 0.0))
    name = np.empty((ra.size, 18), dtype=np.uint8)
    name[:, 0:2] = np.frombuffer(b"2M", dtype=np.uint8)
    name[:, 2:4] = digits(time // 360000 % 24, 2)
    name[:, 4:6] = digits(time // 6000 % 60, 2)
    name[:, 6:10] = digits(time % 6000, 4)
    name[:, 10] = np.where(dec < 0.0, ord("-"), ord("+"))
    name[:, 11:13] = digits(arc // 36000, 2)
    name[:, 13:15] = digits(arc // 600 % 60, 2)
    name[:, 15:18] = digits(arc % 600, 3)
    name[~known] = np.frombuffer(b"VESTA".ljust(18), dtype=np.uint8)
    return name.view("S18").ravel()


def padded(texts: Sequence[str], width: int) -> np.ndarray:
    """Return texts as bytes, blank-padded to `width`."""
    return np.array([text.encode("ascii")[:width].ljust(width) for text in texts], dtype=f"S{width}")


def compose(
    prefixes: Sequence[str], which: np.ndarray, names: np.ndarray, suffix: str, width: int
) -> np.ndarray:
    """Return prefix + name + suffix for each row, blank-padded.

    Parameters
    ----------
    prefixes : sequence of str
        The different prefixes.
    which : (n,) integer
        Prefix of each row.
    names : (n,) S18
        Names of the stars.
    suffix : str
        Text after the name.
    width : int
        Width of the column.
    """
    table = padded(prefixes, width).view(np.uint8).reshape(len(prefixes), width)
    text = table[which]
    length = np.array([len(prefix) for prefix in prefixes])[which]
    letters = names.view(np.uint8).reshape(names.size, 18)
    end = np.frombuffer(suffix.encode("ascii"), dtype=np.uint8)
    for size in np.unique(length):
        rows = np.flatnonzero(length == size)
        text[rows, size : size + 18] = letters[rows]
        text[rows, size + 18 : size + 18 + end.size] = end
    return text.view(f"S{width}").ravel()


def flag_texts(flag: np.ndarray, names: dict[str, int], width: int) -> np.ndarray:
    """Return the comma-separated names of the bits set in each flag, blank-padded."""
    values, which = np.unique(flag, return_inverse=True)
    ordered = sorted(names.items(), key=lambda item: item[1])
    texts = [",".join(name for name, bit in ordered if int(value) >> bit & 1) for value in values]
    return padded(texts, width)[which]


def widen(texts: np.ndarray, width: int) -> np.ndarray:
    """Return byte texts blank-padded to `width`."""
    old = texts.dtype.itemsize
    wide = np.full((texts.size, width), ord(" "), dtype=np.uint8)
    wide[:, :old] = np.ascontiguousarray(texts).view(np.uint8).reshape(texts.size, old)
    return wide.view(f"S{width}").ravel()
