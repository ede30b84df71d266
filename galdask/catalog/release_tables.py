"""The source tables of a release file: names, kinds, joins, where they are published."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from galdask.catalog.schema import FORMATS, KeyJoin, RowMatch, Source, TableSpec
from galdask.config import Section
from galdask.errors import ConfigError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_SUFFIXES = {".fits": "fits", ".fit": "fits", ".csv": "csv", ".parquet": "parquet", ".mrt": "mrt"}


def read_tables(section: Section) -> tuple[dict[str, TableSpec], dict[str, tuple[Source, ...]]]:
    """Return the tables, the main one first, and where their files are published.

    Raises
    ------
    ConfigError
        If there is not exactly one main table, or a table says something wrong.
    """
    tables: dict[str, TableSpec] = {}
    sources: dict[str, tuple[Source, ...]] = {}
    for name in section:
        check_name(section, name, "table")
        inner = section.section(name)
        tables[name] = _table(inner, name)
        found = _sources(inner, tables[name].files[0])
        if found:
            sources[name] = found
        inner.done()
    mains = [name for name, table in tables.items() if table.join is None]
    if len(mains) != 1:
        raise ConfigError(
            "one table must be the main one, and every other must say how it is joined",
            where=section.where(mains[1] if mains else None),
            expected="exactly one table without 'join'",
            found=", ".join(mains) or "none",
        )
    if tables[mains[0]].optional:
        raise section.section(mains[0]).fail("optional", "the main table cannot be optional")
    return {mains[0]: tables[mains[0]], **tables}, sources


def check_name(section: Section, name: str, what: str) -> None:
    """Check the spelling of a canonical name."""
    if not _NAME.fullmatch(name):
        raise section.fail(
            name,
            f"this cannot be the name of a {what}",
            expected="small letters, digits and _",
            found=repr(name),
        )


def _table(section: Section, name: str) -> TableSpec:
    files = _texts(section, "file")
    if not files:
        raise section.fail("file", "a table needs a file name")
    for file in files:
        _check_file(section, file)
    suffix = PurePosixPath(files[0].removesuffix(".gz")).suffix
    kind = section.text("format", _SUFFIXES.get(suffix), choices=FORMATS)
    if kind is None:
        raise section.fail(
            "file", f"the format of {files[0]!r} is not plain from its name", todo="add 'format'"
        )
    return TableSpec(
        name=name,
        files=files,
        format=kind,
        hdu=_hdu(section, kind),
        optional=section.flag("optional", False),
        join=_join(section),
        options=_options(section, kind),
    )


def _texts(section: Section, key: str, default: object = None) -> tuple[str, ...]:
    """One text or a list of texts."""
    value = section.value(key) if default is None else section.value(key, default)
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in values):
        raise section.fail(
            key, f"{key!r} has the wrong type", expected="a text or a list of texts", found=value
        )
    return tuple(values)


def _check_file(section: Section, file: str) -> None:
    """A name stays below the folder that the user gave."""
    parts = PurePosixPath(file).parts
    bad = file.startswith("/") or ".." in parts or "\\" in file or not parts or not file.isprintable()
    if bad or re.match(r"[A-Za-z]:", file):
        raise section.fail(
            "file",
            "a file name must be relative and stay below the folder of the release",
            expected="a name without '/' in front, '..' or '\\'",
            found=repr(file),
        )


def _hdu(section: Section, kind: str) -> int | str:
    if kind != "fits":
        if "hdu" in section:
            raise section.fail("hdu", f"only FITS files have HDUs, not {kind}")
        return 1
    value = section.value("hdu", 1)
    if isinstance(value, str) and value.strip():
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1000:
        raise section.fail(
            "hdu", "this is not an HDU", expected="a number from 1, or a name", found=repr(value)
        )
    return value


def _options(section: Section, kind: str) -> dict[str, object]:
    options: dict[str, object] = {}
    for key in ("delimiter", "nulls", "skip"):
        if key in section and kind not in ("csv", "text"):
            raise section.fail(key, f"{key!r} is for CSV and text tables, not {kind}")
    if "delimiter" in section:
        if kind == "text":
            raise section.fail("delimiter", "a text table is separated by blanks", todo="use format: csv")
        sign = section.text("delimiter")
        if len(sign) != 1 or not sign.isascii() or sign in '"\r\n':
            raise section.fail("delimiter", "this is not one separating sign", found=repr(sign))
        options["delimiter"] = sign
    if "nulls" in section:
        options["nulls"] = list(_texts(section, "nulls"))
    if "skip" in section:
        options["skip"] = section.whole("skip", low=0, high=10_000)
    return options


def _join(section: Section) -> RowMatch | KeyJoin | None:
    join = section.section("join", None)
    if join is None:
        return None
    if ("rows" in join) == ("key" in join):
        raise section.fail(
            "join", "a join is either by 'rows' or by 'key'", found=", ".join(join) or "neither"
        )
    if "rows" in join:
        result: RowMatch | KeyJoin = RowMatch(_pairs(join, "rows"))
    else:
        pairs = _pairs(join, "key")
        if len(pairs) != 1:
            raise join.fail("key", "a key is one column", expected="file's column: canonical column")
        duplicates, by = _duplicates(join)
        result = KeyJoin(*next(iter(pairs.items())), duplicates, by)
    join.done()
    return result


def _pairs(join: Section, key: str) -> dict[str, str]:
    pairs = join.section(key)
    found = {source: pairs.text(source) for source in pairs}
    if not found:
        raise join.fail(key, "a join needs columns", expected="file's column: canonical column")
    return found


def _duplicates(join: Section) -> tuple[str, str | None]:
    if isinstance(join.value("duplicates", None), dict):
        inner = join.section("duplicates")
        by = inner.text("highest")
        inner.done()
        return "highest", by
    return join.text("duplicates", "refuse", choices=("refuse", "first")), None


def _sources(section: Section, first: str) -> tuple[Source, ...]:
    if "source" not in section:
        return ()
    many = isinstance(section.value("source"), list)
    entries = section.sections("source") if many else [section.section("source")]
    return tuple(_source(entry, first) for entry in entries)


def _source(entry: Section, first: str) -> Source:
    url = entry.text("url")
    if not re.fullmatch(r"https://[^\s\"'<>\\]+", url):
        raise entry.fail("url", "this is not a web address", expected="https://...", found=repr(url))
    sha1 = entry.text("sha1", None)
    if sha1 is not None and not re.fullmatch(r"[0-9a-f]{40}", sha1):
        raise entry.fail("sha1", "this is not a SHA-1", expected="40 hexadecimal digits", found=repr(sha1))
    file = entry.text("file", first)
    _check_file(entry, file)
    source = Source(file, url, entry.whole("size", None, low=1), sha1)
    entry.done()
    return source
