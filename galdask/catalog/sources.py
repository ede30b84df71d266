"""The files of a release: found in a folder, recognised again by size, time and inode."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from galdask import digest
from galdask.catalog.readers import hats
from galdask.catalog.readers.fits_header import BLOCK, CARD
from galdask.catalog.readers.inflate import is_gzip
from galdask.catalog.readers.limits import unpacked
from galdask.catalog.schema import Release
from galdask.errors import InputError

_MOCK = re.compile(rb"MOCK    = +T *(?:/|$)")


def find(release: Release, folder: Path) -> dict[str, Path]:
    """Return table -> file for the tables of a release that are in a folder.

    Raises
    ------
    InputError
        If the folder or a file that is not optional is missing.
    """
    if not folder.is_dir():
        what = "this is a file, not the folder of a release" if folder.exists() else "no such folder"
        raise InputError(what, where=folder, todo="give the folder that holds the release's files")
    found: dict[str, Path] = {}
    for spec in release.tables.values():
        for name in spec.files:
            if (folder / name).is_dir() if spec.format == "hats" else (folder / name).is_file():
                found[spec.name] = folder / name
                break
        else:
            if not spec.optional:
                raise _missing(release, spec.name, spec.files, folder)
    return found


def _missing(release: Release, table: str, files: tuple[str, ...], folder: Path) -> InputError:
    there = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    near = difflib.get_close_matches(files[0], there, 3, 0.5)
    known = release.sources.get(table, ())
    return InputError(
        f"the table {table!r} of {release.name} is missing",
        where=folder,
        expected=" or ".join(files),
        found=f"similar names: {', '.join(near)}" if near else f"{len(there)} other files",
        todo=f"fetch it from {known[0].url}" if known else "put the file there or give another folder",
    )


def identity(paths: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Return what tells a file from a changed one without reading it.

    Raises
    ------
    InputError
        If a file is gone or cannot be looked at.
    """
    known: dict[str, dict[str, Any]] = {}
    for table, path in paths.items():
        try:
            if path.is_dir():
                known[table] = _identity_of_folder(path)
                continue
            facts = os.stat(path)
        except OSError as error:
            raise InputError("the file cannot be read", where=path, found=error.strerror) from error
        known[table] = {
            "file": path.name,
            "size": facts.st_size,
            "mtime_ns": facts.st_mtime_ns,
            "inode": facts.st_ino,
        }
    return known


def _identity_of_folder(path: Path) -> dict[str, Any]:
    """Return what tells a HATS catalogue from a changed one: sizes, times and inodes of its files."""
    facts = [os.stat(file) for file in hats.files(path)]
    return {
        "file": path.name,
        "size": sum(fact.st_size for fact in facts),
        "mtime_ns": max(fact.st_mtime_ns for fact in facts),
        "inode": digest.of_settings([fact.st_ino for fact in facts])[:16],
    }


def is_mock(paths: Mapping[str, Path]) -> bool:
    """Return whether a file says in its first FITS header that its stars are made up (MOCK = T).

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    for path in paths.values():
        if path.is_dir():
            if hats.says(path, "galdask_mock"):
                return True
            continue
        try:
            with open(path, "rb") as handle:
                head = next(unpacked(handle, path), b"")[:BLOCK] if is_gzip(path) else handle.read(BLOCK)
        except OSError as error:
            raise InputError("the file cannot be read", where=path, found=error.strerror) from error
        cards = (head[at : at + CARD] for at in range(0, len(head), CARD))
        if head.startswith(b"SIMPLE  =") and any(_MOCK.match(card) for card in cards):
            return True
    return False


def check_unchanged(before: Mapping[str, Any], paths: Mapping[str, Path]) -> None:
    """Raise `InputError` if a file changed since `before` was taken by `identity`."""
    now = identity(paths)
    for table, facts in before.items():
        if now[table] != facts:
            raise InputError(
                "the file changed while it was read",
                where=paths[table],
                expected=facts,
                found=now[table],
                todo="wait until it is written, then ingest again",
            )
