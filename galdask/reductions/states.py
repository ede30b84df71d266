"""States of reductions on disk and on the wire: named arrays in one flat, checked, memory-mappable file.

Layout: a page of 4096 bytes (magic, digest of the rest of the page, JSON header padded with zeros), then
the arrays one after the other, each at a multiple of 64 bytes. The header holds the type, shape, place and
digest of every array and the size of the file, so that a file cut short or changed is noticed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from galdask import digest, publish
from galdask.errors import ReductionError

#: a state: named arrays of plain numbers
State = dict[str, np.ndarray]

MAGIC = b"galdask state 1\n"
HEADER = 4096
ALIGN = 64


class DamagedStateError(ReductionError):
    """A state file that was cut short or changed after it was written."""


def _padded(nbytes: int) -> int:
    return -(-nbytes // ALIGN) * ALIGN


def bound(*nbytes: int) -> int:
    """Return the size of a state whose arrays have `nbytes` bytes each, header and padding included."""
    return HEADER + sum(_padded(n) for n in nbytes)


def size(state: Mapping[str, np.ndarray]) -> int:
    """Return the bytes that `state` takes when it is written."""
    return bound(*(a.nbytes for a in state.values()))


def equal(a: Mapping[str, np.ndarray], b: Mapping[str, np.ndarray]) -> bool:
    """Return whether two states hold the same arrays: names, types, shapes and every bit."""
    return a.keys() == b.keys() and all(
        a[k].dtype == b[k].dtype
        and a[k].shape == b[k].shape
        and np.ascontiguousarray(a[k]).tobytes() == np.ascontiguousarray(b[k]).tobytes()
        for k in a
    )


def _head(state: Mapping[str, np.ndarray]) -> tuple[bytes, list[tuple[int, np.ndarray]]]:
    """Return the first page and the arrays with their places."""
    arrays, places, at = {}, [], HEADER
    for name in sorted(state):
        array = np.ascontiguousarray(state[name])
        if array.dtype.kind not in "biuf":
            raise ReductionError(
                "a state holds numbers only", where=f"array {name!r}", expected="numbers", found=array.dtype
            )
        arrays[name] = [array.dtype.str, list(state[name].shape), at, digest.of_arrays([array])]
        places.append((at, array))
        at += _padded(array.nbytes)
    text = json.dumps({"arrays": arrays, "size": at}, sort_keys=True).encode()
    room = HEADER - len(MAGIC) - 32
    if len(text) > room:
        raise ReductionError("a state has too many arrays or too long names", expected=room, found=len(text))
    body = text.ljust(room, b"\0")
    return MAGIC + digest.of_arrays([body]).encode() + body, places


def dumps(state: Mapping[str, np.ndarray]) -> bytes:
    """Return `state` as bytes, the same as in a file."""
    head, places = _head(state)
    out = bytearray(size(state))
    out[:HEADER] = head
    for at, array in places:
        out[at : at + array.nbytes] = array.tobytes()
    return bytes(out)


def write(path: Path | str, state: Mapping[str, np.ndarray]) -> Path:
    """Publish `state` as a file.

    Raises
    ------
    OutputError
        If the disk is full or the place cannot be written.
    """
    head, places = _head(state)

    def fill(handle: Any) -> None:
        handle.write(head)
        for _, array in places:
            handle.write(array.reshape(-1).view(np.uint8).data)
            handle.write(bytes(_padded(array.nbytes) - array.nbytes))

    return publish.write(path, fill)


def loads(data: Any, *, verify: bool = True, where: object = "bytes") -> State:
    """Return the state held by `data`, without a copy where `data` is aligned; read-only.

    Parameters
    ----------
    data : bytes or (n,) uint8
        What `dumps` made or `write` wrote.
    verify : bool
        Check the digest of every array, not only the header and the size.
    where : optional
        Name of the source for error messages.

    Raises
    ------
    DamagedStateError
        If `data` is not a whole state.
    """
    raw = np.frombuffer(data, dtype=np.uint8)
    if raw.ctypes.data % 8:
        raw = raw.copy()
    page = raw[:HEADER].tobytes()
    if raw.size < HEADER or not page.startswith(MAGIC):
        raise _damaged(where, "the header of a state", f"{raw.size} bytes that start with {page[:16]!r}")
    body = memoryview(page)[len(MAGIC) + 32 :]
    if digest.of_arrays([body]).encode() != page[len(MAGIC) : len(MAGIC) + 32]:
        raise _damaged(where, "a header that agrees with its digest", "another")
    header = json.loads(page[len(MAGIC) + 32 :].partition(b"\0")[0])
    if header["size"] != raw.size:
        raise _damaged(where, f"{header['size']} bytes", f"{raw.size} bytes")
    state: State = {}
    for name, (kind, shape, at, expected) in header["arrays"].items():
        dtype = np.dtype(kind)
        nbytes = dtype.itemsize * math.prod(shape)
        array = raw[at : at + nbytes].view(dtype).reshape(shape)
        if verify and digest.of_arrays([array]) != expected:
            raise _damaged(where, f"array {name!r} with digest {expected}", "another digest")
        array.flags.writeable = False
        state[name] = array
    return state


def load(path: Path | str, *, mmap: bool = True, verify: bool = True) -> State:
    """Return the state in a file.

    Parameters
    ----------
    path : path
        File made by `write`.
    mmap : bool
        Map the file instead of reading it; pages are then read when they are used.
    verify : bool
        Check the digest of every array, not only the header and the size.

    Raises
    ------
    DamagedStateError
        If the file was cut short or changed.
    """
    path = Path(path)
    if not mmap or path.stat().st_size < HEADER:
        return loads(path.read_bytes(), verify=verify, where=path)
    return loads(np.memmap(path, dtype=np.uint8, mode="r"), verify=verify, where=path)


def _damaged(where: object, expected: object, found: object) -> DamagedStateError:
    return DamagedStateError(
        "a state is damaged",
        where=where,
        expected=expected,
        found=found,
        todo="remove it; it is computed again from the sample",
    )
