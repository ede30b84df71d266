"""Pages of mapped states go back to the system while a reduction is finished.

Sorted runs are mapped into memory and read a few cells at a time. What was read stays in the memory of the
process, as the system counts it, until it is told otherwise: a table of a billion stars would fill a worker
with pages that the disk holds anyway.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import threading
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path

#: bytes of mapped pages that a process keeps, and seconds between two looks
KEPT, EVERY = 256 << 20, 0.02
#: mapped bytes that are worth the looks
WORTH = KEPT

_mapped: weakref.WeakSet[mmap.mmap] = weakref.WeakSet()
_lock = threading.Lock()


def note(mapping: mmap.mmap) -> mmap.mmap:
    """Remember a mapping of a file that is only read, for as long as it is used."""
    with _lock:
        _mapped.add(mapping)
    return mapping


def ahead(file: int, ranges: Iterable[tuple[int, int]]) -> None:
    """Ask the system for (start, bytes) of an open file in large pieces; a mapping brings single pages."""
    if hasattr(os, "posix_fadvise"):  # not on macOS
        for start, nbytes in ranges:
            with contextlib.suppress(OSError):
                os.posix_fadvise(file, start, nbytes, os.POSIX_FADV_WILLNEED)


def mapped_bytes() -> int:
    """Return the bytes of files' pages that this process holds; 0 where the system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        text = Path("/proc/self/status").read_text()
        return int(text.split("RssFile:", 1)[1].split()[0]) * 1024
    return 0


def drop() -> None:
    """Give back all pages of the mappings that were noted; they are read again when they are used."""
    with _lock:
        there = list(_mapped)
    for mapping in there:
        with contextlib.suppress(OSError, ValueError):  # closed meanwhile
            mapping.madvise(mmap.MADV_DONTNEED)


@contextlib.contextmanager
def bounded(nbytes: int, kept: int | None = None) -> Iterator[None]:
    """Keep the pages of mapped states few while the block runs.

    Parameters
    ----------
    nbytes : int
        Bytes that the block maps: for few of them nothing is done.
    kept : int, optional
        Bytes of pages that may stay; by default `KEPT`.

    Notes
    -----
    Shared libraries and other files are counted too, but stay.
    """
    kept = KEPT if kept is None else kept
    if nbytes <= min(WORTH, kept) or not hasattr(mmap, "MADV_DONTNEED"):
        yield
        return
    others = mapped_bytes()
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(EVERY):
            if mapped_bytes() - others > kept:
                drop()

    thread = threading.Thread(target=look, name="galdask-pages", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
