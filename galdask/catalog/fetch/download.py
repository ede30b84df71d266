"""One file, from the first address that has it: continued where it stopped, until it is the published one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from galdask import events
from galdask.catalog.fetch import http, local
from galdask.catalog.fetch.address import is_local
from galdask.catalog.fetch.checks import WrongFileError, check
from galdask.catalog.fetch.part import Part
from galdask.catalog.fetch.patience import Patience
from galdask.catalog.fetch.reply import ChangedError, RefusedError, Reply, TroubleError
from galdask.catalog.fetch.space import require
from galdask.errors import InputError

T = TypeVar("T")
_PIECE = 1 << 20
#: times that a file is fetched anew because its bytes were wrong
ANEW = 2
#: seconds between two progress events
EVERY = 0.2
LATER = "what was fetched is kept: the same command goes on from there"


def download(
    part: Part, addresses: Sequence[str], patience: Patience, listen: events.Listener
) -> tuple[str, str]:
    """Fetch a file and give it its name.

    Parameters
    ----------
    part : Part
        What is here of it.
    addresses : sequence of str
        Where it may be, in order.
    patience : Patience
        How often and how long to try.
    listen : callable
        Receives progress events.

    Returns
    -------
    how, address : str
        How it was verified, and where it is from.

    Raises
    ------
    InputError
        If no address gives it, the servers cannot be reached, or what they give is not the published
        file.
    OutputError
        If the disk is full.
    """
    return first_of(addresses, lambda at: (_from(part, at, patience.fresh(), listen), at))


def size_of(addresses: Sequence[str], patience: Patience, listen: events.Listener) -> int | None:
    """Return the bytes of a file as its server says; None where it does not.

    Raises
    ------
    InputError
        If no address has it, or the servers cannot be reached.
    """

    def ask(address: str) -> int | None:
        own = patience.fresh()
        while True:
            try:
                return local.size_of(address) if is_local(address) else http.size_of(address, own.quiet)
            except TroubleError as trouble:
                _again(own, trouble, address, listen)

    return first_of(addresses, ask)


def first_of(addresses: Sequence[str], ask: Callable[[str], T]) -> T:
    """Return the answer of the first address that has the file."""
    refused = []
    for address in addresses:
        try:
            return ask(address)
        except RefusedError as error:
            refused.append(f"{address}: {error.why}")
            if not error.gone:
                break
    raise InputError(
        "the file is not given",
        where=addresses[0],
        found="; ".join(refused),
        todo="compare the address with the survey's own pages; name a mirror or a folder with --url-base",
    )


def _from(part: Part, address: str, patience: Patience, listen: events.Listener) -> str:
    wrong = 0
    while True:
        try:
            if not (part.size and part.size == part.total):
                _receive(part, address, patience, listen)
            how = _verify(part, listen)
        except TroubleError as trouble:
            _again(patience, trouble, address, listen)
            continue
        except (WrongFileError, ChangedError) as error:
            if isinstance(error, ChangedError) and (late := _is_whole(part)):
                how = late
            elif (wrong := wrong + 1) < ANEW:
                part.remove()
                listen(events.Event("fetch", text=f"{part.wanted.file}: {error}; fetched anew"))
                continue
            else:
                part.remove()
                raise _wrong(part, address, error) from error
        part.publish()
        return how


def _is_whole(part: Part) -> str | None:
    """Return "sha1" if the part is the whole file already, which only a checksum can tell."""
    if part.wanted.sha1 is None or not part.size:
        return None
    try:
        return check(part.path, part.wanted)
    except WrongFileError:
        return None


def _receive(part: Part, address: str, patience: Patience, listen: events.Listener) -> None:
    """Add what the server gives to the part."""
    best = part.size
    start, mark = part.resume(address)
    reply = (
        local.open_file(address, start, mark)
        if is_local(address)
        else http.open_url(address, start, mark, patience.quiet)
    )
    try:
        _check_total(part, reply)
        done, told = reply.start, 0.0
        total = reply.total or part.wanted.size or 0
        with part.opened(reply, address) as handle:
            require(part.path.parent, max(0, total - done), part.wanted.file)
            while True:
                if (now := time.monotonic()) - told >= EVERY:
                    listen(events.Event(f"fetch {part.wanted.file}", done, total, "bytes"))
                    told = now
                if not (piece := reply.read(_PIECE)):
                    break
                handle.write(piece)
                done += len(piece)
                patience.heard(new=done > best)
        listen(events.Event(f"fetch {part.wanted.file}", done, done, "bytes"))
    finally:
        reply.close()


def _check_total(part: Part, reply: Reply) -> None:
    size = part.wanted.size
    if size is not None and reply.total is not None and reply.total != size:
        raise RefusedError(f"it has {reply.total:,} bytes there, the published file {size:,}")
    if reply.start and part.total is not None and reply.total not in (None, part.total):
        raise ChangedError(f"the file there had {part.total:,} bytes, now {reply.total:,}")


def _verify(part: Part, listen: events.Listener) -> str:
    size = part.size

    def tell(done: int) -> None:
        listen(events.Event(f"verify {part.wanted.file}", done, size, "bytes"))

    return check(part.path, part.wanted, part.total, tell)


def _again(patience: Patience, trouble: TroubleError, address: str, listen: events.Listener) -> None:
    """Wait, or say that it ends here."""
    listen(events.Event("fetch", text=f"{address}: {trouble.why}; trying again"))
    if patience.wait(trouble) is not None:
        return
    if trouble.unreachable:
        raise InputError(
            "the server cannot be reached",
            where=address,
            found=trouble.why,
            todo="check the network and its proxy (https_proxy), or name a mirror or a folder with "
            f"--url-base; {LATER}",
        ) from trouble
    asked = "" if trouble.wait is None else f"; it asks to wait {trouble.wait:,.0f} s"
    raise InputError(
        "the file could not be fetched", where=address, found=trouble.why + asked, todo=f"try later; {LATER}"
    ) from trouble


def _wrong(part: Part, address: str, error: WrongFileError | ChangedError) -> InputError:
    known = isinstance(error, WrongFileError)
    return InputError(
        "what the server gives is not the published file",
        where=address,
        expected=error.expected if known else "the rest of the file",  # type: ignore[union-attr]
        found=error.found if known else str(error),  # type: ignore[union-attr]
        todo="nothing was kept of it; try another mirror, or compare the checksum with the survey's pages",
    )
