"""Is a manifest what galdask writes? It is a file like any other: it may be edited, and signed anew.

Above all, the files that it names lie in the store and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from galdask.errors import StoreError

#: element types of columns
TYPES = frozenset(
    {"bool", "string", "float32", "float64"}
    | {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
)
_PART = frozenset({"inputs", "files", "bytes", "digests", "missing", "counts"})
_FILE = re.compile(r"data/[A-Za-z0-9][A-Za-z0-9_.-]*(?:/[A-Za-z0-9][A-Za-z0-9_.-]*){1,3}")
_GROUP = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*(?:/[A-Za-z0-9][A-Za-z0-9_.-]*){0,2}")
#: keys of a column: the fields of `manifest.StoredColumn`
_COLUMN = frozenset(
    {"name", "group", "type", "unit", "description", "missing", "shape", "nullable", "policy", "source"}
)
_AXES, _ELEMENTS = 32, 1_000_000


class _Wrong(Exception):  # noqa: N818 - never leaves this module
    """Where a manifest is not what it should be, and what should stand there."""


def check(content: Mapping[str, Any], path: Path) -> None:
    """Check the form of a manifest.

    Parameters
    ----------
    content : mapping
        What the file holds.
    path : Path
        The file, for messages.

    Raises
    ------
    StoreError
        If something is missing or of another kind, or a file outside the store is named.
    """
    try:
        _whole(content)
    except _Wrong as error:
        where, expected = error.args
        raise StoreError(
            "the manifest is not one that galdask writes",
            where=f"{path}, {where}",
            expected=expected,
            todo="do not use a store that somebody has edited; ingest again",
        ) from None


def _whole(content: Mapping[str, Any]) -> None:
    for key in ("release", "title", "star_id"):
        _is(content, key, str, key)
    for key in ("rows", "stars"):
        _count(content, key, key)
    for key in ("masks", "ledger", "partitioning", "sources", "settings"):
        if key in content or key in ("masks", "ledger", "partitioning"):
            _mapping(content, key, key)
    names = [_column(one, f"columns[{i}]") for i, one in enumerate(_list(content, "columns", "columns"))]
    if len(set(names)) != len(names) or not names:
        raise _Wrong("columns", "columns of different names")
    parts = _list(content, "partitions", "partitions")
    if not parts:
        raise _Wrong("partitions", "one partition at least")
    places = {column["group"] for column in content["columns"]}
    for i, part in enumerate(parts):
        _partition(part, f"partitions[{i}]", names, places)
    for name, bits in content["masks"].items():
        for bit, number in _bits(bits, f"masks.{name}").items():
            if not 0 <= number < 64:
                raise _Wrong(f"masks.{name}.{bit}", "a bit from 0 to 63")
    for name, entry in content["ledger"].items():
        where = f"ledger.{name}"
        _is(_mapping(content["ledger"], name, where), "file", str, where)
        for key in entry:
            if key.startswith(("rows", "stars", "without", "duplicates")):
                _count(entry, key, where)
    for name, entry in content.get("sources", {}).items():
        _is(_mapping(content["sources"], name, f"sources.{name}"), "file", str, f"sources.{name}")
        _count(entry, "size", f"sources.{name}")
    for i, group in enumerate(content.get("orbits", ()) if "orbits" in content else ()):
        _group(group, f"orbits[{i}]", len(parts))


def _column(entry: Any, where: str) -> str:
    if not isinstance(entry, dict) or not {"name", "group", "type", "shape"} <= set(entry) <= _COLUMN:
        raise _Wrong(where, "a column with " + ", ".join(sorted(_COLUMN)))
    for key in ("name", "group", "type", "unit", "description", "source"):
        if key in entry:
            _is(entry, key, str, where)
    if entry["type"] not in TYPES:
        raise _Wrong(f"{where}.type", "one of " + ", ".join(sorted(TYPES)))
    shape, elements = _list(entry, "shape", where), 1
    for axis in shape:
        if type(axis) is not int or not 0 < axis <= _ELEMENTS:
            raise _Wrong(f"{where}.shape", "whole numbers from 1")
        elements *= axis
    if len(shape) > _AXES or elements > _ELEMENTS:
        raise _Wrong(f"{where}.shape", f"at most {_AXES} axes and {_ELEMENTS} elements")
    if "missing" in entry:
        _count(entry, "missing", where)
    if "policy" in entry:
        _mapping(entry, "policy", where)
    if type(entry.get("nullable", False)) is not bool:
        raise _Wrong(f"{where}.nullable", "true or false")
    if not _PLACE.fullmatch(entry["group"]):
        raise _Wrong(f"{where}.group", "a name of letters, digits, _ . -")
    return str(entry["name"])


def _partition(entry: Any, where: str, names: list[str], places: set[str]) -> None:
    known = {"rows", "row_start", "files", "bytes", "digests"}
    if not isinstance(entry, dict) or set(entry) != known:
        raise _Wrong(where, "a partition with " + ", ".join(sorted(known)))
    for key in ("rows", "row_start"):
        _count(entry, key, where)
    _files(entry, where, places)
    digests = _texts(entry, "digests", where)
    if lost := set(names) - set(digests):
        raise _Wrong(f"{where}.digests", f"a digest of the column {min(lost)!r}")


def _group(entry: Any, where: str, partitions: int) -> None:
    known = {"name", "settings", "reads", "columns", "parts"}
    if not isinstance(entry, dict) or set(entry) != known:
        raise _Wrong(where, "a group of columns with " + ", ".join(sorted(known)))
    if not _GROUP.fullmatch(_is(entry, "name", str, where)):
        raise _Wrong(f"{where}.name", "a name of letters, digits, _ . -")
    _mapping(entry, "settings", where)
    _texts(entry, "reads", where)
    for i, column in enumerate(_list(entry, "columns", where)):
        _column(column, f"{where}.columns[{i}]")
    parts = _list(entry, "parts", where)
    if len(parts) != partitions:
        raise _Wrong(f"{where}.parts", f"{partitions} parts, one a partition")
    names = {column["name"] for column in entry["columns"]}
    for i, part in enumerate(parts):
        if part is None:
            continue
        place = f"{where}.parts[{i}]"
        if not isinstance(part, dict) or set(part) != _PART:
            raise _Wrong(place, "inputs, files, bytes, digests, missing, counts")
        _is(part, "inputs", str, place)
        _files(part, place, {column["group"] for column in entry["columns"]})
        if names - set(_texts(part, "digests", place)):
            raise _Wrong(f"{place}.digests", "a digest of every column")
        for key in ("missing", "counts"):
            _numbers(part, key, place)


def _files(entry: Mapping[str, Any], where: str, places: set[str]) -> None:
    files = _texts(entry, "files", where)
    if places - set(files):
        raise _Wrong(f"{where}.files", f"a file of {min(places - set(files))!r}")
    for file in files.values():
        if not _FILE.fullmatch(file) or ".." in file.split("/"):
            raise _Wrong(f"{where}.files", "files below the folder data of the store")
    if set(_numbers(entry, "bytes", where)) != set(files):
        raise _Wrong(f"{where}.bytes", "the size of each file")


def _is(entry: Mapping[str, Any], key: str, kind: type, where: str) -> Any:
    words = {"str": "a text", "dict": "a mapping", "list": "a list"}
    if not isinstance(entry.get(key), kind):
        raise _Wrong(
            f"{where}.{key}" if where != key else key,
            words[kind.__name__],
        )
    return entry[key]


def _mapping(entry: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    found: dict[str, Any] = _is(entry, key, dict, where)
    return found


def _list(entry: Mapping[str, Any], key: str, where: str) -> list[Any]:
    found: list[Any] = _is(entry, key, list, where)
    return found


def _count(entry: Mapping[str, Any], key: str, where: str) -> None:
    if type(entry.get(key)) is not int or not 0 <= entry[key] < 2**62:
        raise _Wrong(f"{where}.{key}" if where != key else key, "a whole number from 0")


def _each(
    entry: Mapping[str, Any], key: str, where: str, fits: Callable[[Any], bool], what: str
) -> dict[str, Any]:
    found = _mapping(entry, key, where)
    if not all(fits(value) for value in found.values()):
        raise _Wrong(f"{where}.{key}", what)
    return found


def _texts(entry: Mapping[str, Any], key: str, where: str) -> dict[str, str]:
    return _each(entry, key, where, lambda value: isinstance(value, str), "texts by name")


def _numbers(entry: Mapping[str, Any], key: str, where: str) -> dict[str, int]:
    return _each(
        entry, key, where, lambda value: type(value) is int and 0 <= value < 2**62, "numbers by name"
    )


def _bits(bits: Any, where: str) -> dict[str, int]:
    return _numbers({"bits": bits}, "bits", where)
