"""Which files of a release are to be fetched: names, published sizes and checksums, from the release file."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from galdask.catalog.schema import Release, Source
from galdask.errors import ConfigError, InputError


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file.

    Parameters
    ----------
    table : str
        Of the release.
    file : str
        Name below the folder.
    url : str
        Where it is published.
    size : int or None
        Bytes, where known.
    sha1 : str or None
        Checksum, where known.
    """

    table: str
    file: str
    url: str
    size: int | None = None
    sha1: str | None = None

    def path(self, folder: Path) -> Path:
        """Return its place in a folder.

        Raises
        ------
        InputError
            If the name leads out of the folder.
        """
        parts = PurePosixPath(self.file).parts
        bad = not parts or ".." in parts or self.file.startswith("/") or "\\" in self.file
        path = folder / self.file
        if bad or not path.parent.resolve().is_relative_to(folder.resolve()):
            raise InputError(
                "the name of a file leads out of the folder",
                where=folder,
                expected="a name below the folder",
                found=repr(self.file),
                todo="correct 'file' in the release file; links out of the folder are not followed",
            )
        return path


def choose(release: Release, only: Sequence[str] | None = None) -> tuple[list[Wanted], list[str]]:
    """Return the files of a release, and the tables that nobody is known to publish.

    Parameters
    ----------
    release : Release
        Its tables and where they are published.
    only : sequence of str, optional
        Tables, or names of files where a table has several; by default the first file of every table.

    Raises
    ------
    ConfigError
        If there is no such table or file, or no source of one that is asked for is known.
    """
    if only is None:
        chosen = [_wanted(table, sources[0]) for table, sources in _in_order(release)]
        unknown = [table for table in release.tables if not release.sources.get(table)]
        if not chosen:
            raise ConfigError(
                f"the release file of {release.name} does not say where its files are published",
                expected="source: {url: ...} for a table",
                todo="add it, or get the files yourself",
            )
        return chosen, unknown
    found: dict[str, Wanted] = {}
    for word in only:
        one = _named(release, word)
        found[one.file] = one
    if not found:
        raise ConfigError("no table is chosen", expected="one of " + ", ".join(release.tables))
    return list(found.values()), []


def _in_order(release: Release) -> list[tuple[str, tuple[Source, ...]]]:
    return [(t, release.sources[t]) for t in release.tables if release.sources.get(t)]


def _named(release: Release, word: str) -> Wanted:
    files = {s.file: _wanted(table, s) for table, sources in _in_order(release) for s in sources}
    if word in files:
        return files[word]
    if word in release.tables:
        sources = release.sources.get(word)
        if sources:
            return _wanted(word, sources[0])
        raise ConfigError(
            f"where the table {word!r} of {release.name} is published is not known",
            expected="a table with a source: " + ", ".join(table for table, _ in _in_order(release)),
            todo="get the file yourself: " + " or ".join(release.tables[word].files),
        )
    known = [*release.tables, *files]
    near = difflib.get_close_matches(word, known, 1)
    raise ConfigError(
        f"{release.name} has no table or file {word!r}",
        expected="of " + ", ".join(known),
        todo=f"did you mean {near[0]!r}?" if near else None,
    )


def _wanted(table: str, source: Source) -> Wanted:
    return Wanted(table, source.file, source.url, source.size, source.sha1)
