"""Machine-readable tables: fixed-width lines under a byte-by-byte description.

Such a file is read whole, once per process, and served from memory: they are small. Source: the
standards for astronomical catalogues of CDS and AAS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from galdask.catalog.readers.csv import MAX_BYTES
from galdask.catalog.readers.fixed_width import Field, decode, matrix
from galdask.catalog.readers.limits import check_room
from galdask.catalog.readers.memory import MemoryTable
from galdask.catalog.readers.names import distinct
from galdask.errors import InputError

_RULE = re.compile(rb"\s*(?:-{20,}|={20,})\s*")
_ROW = re.compile(
    r"\s*(?:(\d{1,9})\s*-)?\s*(\d{1,9})\s+([AIFED])(\d{0,9})(?:\.\d+)?\s+(\S+)\s+(\S+)(?:\s+(.*))?"
)
_FILLER = re.compile(r"(?:[\[\]][^\[\]]*[\[\]]\s*)?\?=\s*(\S+)")
_KINDS = {"A": "text", "I": "whole", "F": "number", "E": "number", "D": "number"}


def open_mrt(path: Path, types: Mapping[str, str]) -> MemoryTable:
    """Read a machine-readable table.

    Parameters
    ----------
    path : Path
        The file.
    types : dict of str to str
        Types that the release gives to columns, before the file's own: a numeric column may be
        described as text there.

    Raises
    ------
    InputError
        If there is no byte-by-byte description, or a number cannot be read.

    Notes
    -----
    A repeated label gets "_2". Blanks, and the filler that a description declares as "?=-9", are
    missing. Case matters: e_Age and E_Age are two columns.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                "the table is too large to be read whole",
                where=path,
                expected=f"at most {MAX_BYTES} bytes",
                todo="convert it to Parquet",
            )
        lines = [line.rstrip(b"\r") for line in path.read_bytes().split(b"\n")]
    except OSError as error:
        raise InputError("the file cannot be read", where=path, found=error.strerror) from error
    fields = _description(lines, path)
    rules = [number for number, line in enumerate(lines) if _RULE.fullmatch(line)]
    body = [line for line in lines[rules[-1] + 1 :] if line.strip()]
    width = max(field.stop for field in fields)
    check_room(len(body), max(width, sum(field.stop - field.start for field in fields)), size, path)
    letters = matrix(body, width)
    columns = {field.name: decode(letters, field, str(path), types.get(field.name)) for field in fields}
    return MemoryTable(path, len(body), columns, {f.name: f.unit for f in fields if f.unit})


def _description(lines: list[bytes], path: Path) -> list[Field]:
    """Return the columns by the byte-by-byte description."""
    heads = [i for i, line in enumerate(lines) if line.lower().lstrip().startswith(b"byte-by-byte")]
    if len(heads) != 1:
        raise InputError(
            "this is not one machine-readable table",
            where=path,
            expected="one byte-by-byte description",
            found=f"{len(heads)} of them",
        )
    rows: list[re.Match[str]] = []
    rules = 0
    for number, line in enumerate(lines[heads[0] + 1 :], start=heads[0] + 2):
        if _RULE.fullmatch(line):
            rules += 1
            if rules == 3:
                return _fields(rows, path)
        elif rules == 2:
            match = _ROW.fullmatch(line.decode("utf-8", "replace"))
            if match:
                rows.append(match)
            elif line.strip() and not line.startswith(b" " * 12):
                raise InputError(
                    "a line of the description cannot be read",
                    where=f"{path}, line {number}",
                    expected="first - last byte, format, unit, label, explanation",
                    found=repr(line[:60].decode("utf-8", "replace")),
                )
    raise InputError("the byte-by-byte description has no end", where=path, expected="three ruled lines")


def _fields(rows: list[re.Match[str]], path: Path) -> list[Field]:
    if not rows:
        raise InputError("the byte-by-byte description names no column", where=path)
    fields = []
    for name, row in zip(distinct(row[6] for row in rows), rows, strict=True):
        start, stop = int(row[1] or row[2]) - 1, int(row[2])
        if not 0 <= start < stop <= 1_000_000:
            raise InputError(
                "a column without a place in the line",
                where=f"{path}, column {name}",
                found=row[0].strip()[:30],
            )
        filler = _FILLER.match(row[7] or "")
        unit = None if row[5] == "---" else row[5]
        fields.append(Field(name, start, stop, _KINDS[row[3]], unit, (filler[1],) if filler else ()))
    return fields
