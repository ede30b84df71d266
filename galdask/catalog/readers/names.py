"""Names of columns: repeated ones told apart, missing ones explained, elements of arrays."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from galdask.catalog.readers.base import ColumnType
from galdask.errors import InputError

_ELEMENT = re.compile(r"(.+)\[(\d{1,9}(?:,\d{1,9})*)\]")


def distinct(names: Iterable[str]) -> list[str]:
    """Return names in which no two are equal.

    A blank name becomes "col<n>" with its place from 1; the second "X" becomes "X_2".
    """
    given = [name.strip() or f"col{place + 1}" for place, name in enumerate(names)]
    taken = set(given)
    seen: set[str] = set()
    counts: dict[str, int] = {}
    result = []
    for name in given:
        unique, count = name, counts.get(name, 1)
        while unique in seen or (count > 1 and unique in taken):
            count += 1
            unique = f"{name}_{count}"
        counts[name] = count
        seen.add(unique)
        result.append(unique)
    return result


def find(
    name: str, types: Mapping[str, ColumnType], refused: Mapping[str, str], path: Path
) -> tuple[str, int | None]:
    """Return the column that a name means and, for "X_H[5]", the element of the flattened array.

    Raises
    ------
    InputError
        If there is no such column or element, or the column cannot be read.
    """
    if name in types:
        return name, None
    match = _ELEMENT.fullmatch(name)
    if match and match[1] in types:
        return match[1], element(match[1], tuple(map(int, match[2].split(","))), types[match[1]].shape, path)
    base = match[1] if match and match[1] in refused else name
    if base in refused:
        raise InputError(f"the column {base!r} cannot be read", where=path, found=refused[base])
    raise missing(name, types, path)


def element(name: str, index: tuple[int, ...], shape: tuple[int, ...], path: Path) -> int:
    """Return the place of an element in the flattened array of one row.

    Raises
    ------
    InputError
        If the column has no such element.
    """
    if len(index) == 1:
        shape = (int(np.prod(shape)),) if shape else ()
    if len(index) != len(shape) or any(i >= n for i, n in zip(index, shape, strict=True)):
        raise InputError(
            f"the column {name!r} has no element {list(index)}",
            where=path,
            expected=f"an index within the shape {shape}" if shape else "no index: one value a row",
        )
    return int(np.ravel_multi_index(index, shape))


def pick(values: np.ndarray, place: int) -> np.ndarray:
    """Return one element of an array column, by its place in the flattened array."""
    flat = values.reshape(len(values), int(np.prod(values.shape[1:])))
    return flat[:, place].copy()


def missing(name: str, there: Sequence[str] | Mapping[str, object], path: Path) -> InputError:
    """Return the error for a column that is not in the file."""
    lower = {other.lower(): other for other in there}
    near = lower.get(name.lower()) or next(
        (lower[n] for n in difflib.get_close_matches(name.lower(), lower, 1)), None
    )
    listed = ", ".join(list(there)[:12]) + (", ..." if len(there) > 12 else "")
    return InputError(
        f"no column {name!r} in the file",
        where=path,
        found=f"{len(there)} columns: {listed}" if there else "no columns",
        todo=f"did you mean {near!r}?" if near else "check that this is the file of the release",
    )


def check_range(start: int, stop: int, rows: int, path: Path) -> None:
    """Check a row range.

    Raises
    ------
    InputError
        If it does not lie within the table.
    """
    if not 0 <= start <= stop <= rows:
        raise InputError(
            "rows outside the table", where=path, expected=f"within 0 to {rows}", found=f"{start} to {stop}"
        )
