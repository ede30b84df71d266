"""Bring the files of a release into a folder."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from galdask import events, publish
from galdask.catalog.fetch import receipt
from galdask.catalog.fetch.address import candidates, is_local
from galdask.catalog.fetch.checks import WrongFileError, check
from galdask.catalog.fetch.download import download, size_of
from galdask.catalog.fetch.part import Part
from galdask.catalog.fetch.patience import Patience
from galdask.catalog.fetch.space import require
from galdask.catalog.fetch.wanted import Wanted, choose
from galdask.catalog.schema import Release
from galdask.errors import InputError, OutputError

#: how a file was verified, in words
WORDS = {
    "sha1": "its checksum is the published one",
    "size": "its size is the published one; no checksum is published",
    "length": "as long as the server said; no checksum is known",
    "form": "whole by its form; no checksum and no size is known",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that is here.

    Parameters
    ----------
    wanted : Wanted
    path : Path
    bytes : int
    how : str
        Key of `WORDS`.
    had : int
        Bytes that were here before; all of them if nothing was fetched.
    seconds : float
    """

    wanted: Wanted
    path: Path
    bytes: int
    how: str
    had: int
    seconds: float

    def text(self) -> str:
        """Return a line on it."""
        came = self.bytes - self.had
        if not came:
            done = "was here"
        else:
            rest = f", {self.had / 2**20:,.1f} were here" if self.had else ""
            rate = f", {came / 2**20 / self.seconds:,.1f} MiB/s" if self.seconds > 0.5 else ""
            done = f"fetched {came / 2**20:,.1f} MiB{rest}{rate}"
        return f"{self.wanted.table:<10} {self.path}  {done}; {WORDS[self.how]}"


@dataclass(slots=True)
class FetchReport:
    """What `fetch` did."""

    release: str
    folder: Path
    files: list[Fetched] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """Tables whose place is not known."""

    def text(self) -> str:
        """Return the lines that the command prints."""
        lines = [one.text() for one in self.files]
        lines += [f"{table:<10} where it is published is not known: not fetched" for table in self.unknown]
        lines.append(f"next       galdask ingest {self.release} --from {self.folder} --store STORE")
        return "\n".join(lines)


def fetch(
    release: Release,
    folder: Path,
    *,
    only: Sequence[str] | None = None,
    base: str | Path | None = None,
    again: bool = False,
    patience: Patience | None = None,
    listen: events.Listener = events.silent,
) -> FetchReport:
    """Bring the files of a release into a folder.

    Parameters
    ----------
    release : Release
        Says where its files are published, with sizes and checksums where known.
    folder : Path
        Where they go; made if absent.
    only : sequence of str, optional
        Tables, or names of files; by default one file of every table.
    base : str or path, optional
        A mirror's address or a folder in place of the server.
    again : bool
        Whether files that are here and wrong are replaced.
    patience : Patience, optional
        How often and how long to try.
    listen : callable
        Receives progress events.

    Returns
    -------
    FetchReport

    Raises
    ------
    ConfigError
        If there is no such table, or an address is not allowed.
    InputError
        If a file cannot be had, or one that is here is not the published one.
    OutputError
        If there is too little space, or another process fetches into this folder.
    """
    patience = patience or Patience()
    wanted, unknown = choose(release, only)
    places = {one: list(candidates(one, base)) for one in wanted}
    report = FetchReport(release.name, folder, unknown=unknown)
    if folder.exists() and not folder.is_dir():
        raise OutputError("this is a file, not a folder", where=folder, todo="choose another with --to")
    here, sizes = _survey(folder, wanted, places, again, patience, listen)
    parts = {one: Part(one.path(folder), one) for one in sizes}
    for one, fetched in here.items():
        if receipt.known(folder, one) is None:
            with contextlib.suppress(OutputError):  # a folder that only others may write
                receipt.write(folder, one, fetched.how, fetched.path.absolute().as_uri())
    missing = sum(max(0, (size or 0) - parts[one].size) for one, size in sizes.items())
    require(folder, missing, f"{len(sizes)} files")
    if not sizes:
        report.files = [here[one] for one in wanted]
        return report
    with publish.locked(folder, "folder"):
        for one, part in parts.items():
            part.path.parent.mkdir(parents=True, exist_ok=True)
            had, began = part.size, time.monotonic()
            how, address = download(part, places[one], patience, listen)
            receipt.write(folder, one, how, address)
            size = part.final.stat().st_size
            here[one] = Fetched(one, part.final, size, how, min(had, size), time.monotonic() - began)
    report.files = [here[one] for one in wanted]
    return report


def _survey(
    folder: Path,
    wanted: Sequence[Wanted],
    places: dict[Wanted, list[str]],
    again: bool,
    patience: Patience,
    listen: events.Listener,
) -> tuple[dict[Wanted, Fetched], dict[Wanted, int | None]]:
    """Return the files that are here, and the sizes of those that must be fetched; nothing is written."""
    here: dict[Wanted, Fetched] = {}
    sizes: dict[Wanted, int | None] = {}
    wrong = []
    for one in wanted:
        path = one.path(folder)
        if path.is_dir():
            raise OutputError("a folder stands where a file should go", where=path, todo="move it away")
        if path.exists():
            try:
                how = receipt.known(folder, one) or _judge(one, path, places[one], patience, listen)
                size = path.stat().st_size
                here[one] = Fetched(one, path, size, how, size, 0.0)
                continue
            except WrongFileError as error:
                if not again:
                    wrong.append((path, error))
                    continue
        sizes[one] = one.size if one.size is not None and not _several(places[one]) else None
        if sizes[one] is None:
            sizes[one] = size_of(places[one], patience, listen)
    if wrong:
        path, what = wrong[0]
        rest = ", ".join(other.name for other, _ in wrong[1:])
        raise InputError(
            "a file that is here is not the published one",
            where=path,
            expected=what.expected,
            found=what.found + (f"; wrong too: {rest}" if rest else ""),
            todo="move it away, or replace it with --again",
        )
    return here, sizes


def _several(addresses: Sequence[str]) -> bool:
    """Return whether it must be seen first where the file is."""
    return len(addresses) > 1 or is_local(addresses[0])


def _judge(
    one: Wanted, path: Path, addresses: Sequence[str], patience: Patience, listen: events.Listener
) -> str:
    """Return how a file that is here is verified; the server is asked for its length if nothing is known."""
    said = None
    if one.sha1 is None and one.size is None:
        try:
            said = size_of(addresses, patience, listen)
        except InputError as error:
            listen(events.Event("fetch", text=f"{one.file}: its length cannot be compared: {error.what}"))
    size = path.stat().st_size

    def tell(done: int) -> None:
        listen(events.Event(f"verify {one.file}", done, size, "bytes"))

    return check(path, one, said, tell)
