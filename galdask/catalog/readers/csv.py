"""Tables as text with a header line: separated by a sign (CSV) or by blanks.

Such a file is read whole, once per process, and served from memory: they are small.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from galdask.catalog.readers.arrow import column_type, to_numpy
from galdask.catalog.readers.limits import unpacked
from galdask.catalog.readers.memory import MemoryTable
from galdask.catalog.readers.names import distinct
from galdask.errors import InputError

#: larger text tables are refused: they belong in Parquet
MAX_BYTES = 2_000_000_000
_PIECE = 4 << 20
_NULLS = ("", "nan", "NaN", "NAN", "null", "NULL", "N/A", "NA", "n/a", "None")
_TYPES = {"string": pa.string(), "bool": pa.bool_()} | {
    name: pa.type_for_alias(name) for name in ("float32", "float64", "uint8", "int16", "int32", "int64")
}


def open_csv(path: Path, options: Mapping[str, object], types: Mapping[str, str]) -> MemoryTable:
    """Read a table separated by commas, or by what `options` say.

    Parameters
    ----------
    path : Path
        The file; gzip is recognised.
    options : dict
        `delimiter` (one sign), `nulls` (texts that mean "no value" in a column of numbers, besides
        blanks and NaN), `skip` (lines before the header).
    types : dict of str to str
        Types that the release gives to columns; the others are told from all their values.

    Raises
    ------
    InputError
        If the file cannot be read as such a table; names the row.

    Notes
    -----
    Fields may be quoted. A blank name becomes "col<n>"; the second "X" becomes "X_2".
    """
    return _table(path, _content(path, options), str(options.get("delimiter", ",")), True, options, types)


def open_text(path: Path, options: Mapping[str, object], types: Mapping[str, str]) -> MemoryTable:
    """Read a table separated by blanks whose first line names the columns; see `open_csv`.

    A "#" before the names is taken off.
    """
    lines = [b" ".join(line.split()) for line in _content(path, options).splitlines()]
    lines = [line for line in lines if line]
    if lines:
        lines[0] = lines[0].lstrip(b"# ")
    return _table(path, b"\n".join(lines) + b"\n", " ", False, options, types)


def _content(path: Path, options: Mapping[str, object]) -> bytes:
    """The file's bytes from the header line on."""
    try:
        with open(path, "rb") as handle:
            packed = handle.read(2) == b"\x1f\x8b"
            handle.seek(0)
            pieces = unpacked(handle, path) if packed else iter(lambda: handle.read(_PIECE), b"")
            content = _joined(pieces, path)
    except OSError as error:
        raise InputError("the file cannot be read", where=path, found=error.strerror) from error
    skip = options.get("skip", 0)
    for _ in range(skip if isinstance(skip, int) else 0):
        content = content[content.find(b"\n") + 1 :] if b"\n" in content else b""
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if not content.strip():
        raise InputError("the table is empty", where=path, expected="a line with the names of the columns")
    return content


def _joined(pieces: Iterable[bytes], path: Path) -> bytes:
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > MAX_BYTES:
            raise InputError(
                "the text table is too large to be read whole",
                where=path,
                expected=f"at most {MAX_BYTES} bytes",
                todo="convert it to Parquet",
            )
    return bytes(whole)


def _table(
    path: Path,
    content: bytes,
    delimiter: str,
    quoted: bool,
    options: Mapping[str, object],
    types: Mapping[str, str],
) -> MemoryTable:
    names = distinct(_names(path, content, delimiter, quoted))
    nulls = options.get("nulls", ())
    extra = [str(text) for text in nulls] if isinstance(nulls, list | tuple) else []
    try:
        table = pyarrow.csv.read_csv(
            io.BytesIO(content),
            read_options=pyarrow.csv.ReadOptions(
                column_names=names, skip_rows_after_names=1, block_size=len(content) + 1, use_threads=False
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter, quote_char='"' if quoted else False, newlines_in_values=quoted
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={name: _TYPES[kind] for name, kind in types.items() if name in names},
                null_values=[*_NULLS, *extra],
                strings_can_be_null=False,
                timestamp_parsers=[],
            ),
        )
    except (pa.ArrowException, ValueError, OSError, KeyError) as error:
        raise InputError(
            "the text table cannot be read", where=path, found=_reason(str(error), names)
        ) from error
    columns, refused = {}, {}
    for name in names:
        described = column_type(table.column(name).type)
        if isinstance(described, str):
            refused[name] = described
        else:
            columns[name] = to_numpy(table.column(name), f"{path}, column {name}")
    return MemoryTable(path, table.num_rows, columns, refused=refused)


def _names(path: Path, content: bytes, delimiter: str, quoted: bool) -> list[str]:
    """The names of the first line."""
    line = content.split(b"\n", 1)[0].rstrip(b"\r")
    try:
        text = line.decode("utf-8")
        if not quoted:
            return text.split(delimiter)
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except (csv.Error, UnicodeDecodeError, ValueError) as error:
        raise InputError(
            "the names of the columns cannot be read", where=f"{path}, first line", found=error
        ) from error


def _reason(text: str, names: list[str]) -> str:
    """Arrow's message with the column's name in place of its number, and in one short line."""
    text = " ".join(text.split())[:300]
    match = re.search(r"CSV column #(\d+)", text)
    if match and int(match[1]) < len(names):
        text = text.replace(match[0], f"column {names[int(match[1])]!r}")
    return text
