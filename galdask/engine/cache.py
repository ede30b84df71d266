"""Where states wait to be used again: packs of states, each state under the digest of what made it.

A pack is one file that holds the states of one partition. Packs of a partition lie in one folder,
named by the digest of its star keys, so that a release that changes other columns still finds them.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from galdask import digest, publish
from galdask.engine import pages
from galdask.errors import StoreError
from galdask.events import gauge
from galdask.reductions import states

_MAGIC = b"galdask pack 1\n\0"
_HEAD = struct.Struct("<16sQ16s")
#: packs whose indexes a process keeps, some 50 kB each: every table is finished from all packs
REMEMBERED = 1024


def write_pack(folder: Path, entries: Mapping[str, states.State]) -> Path:
    """Publish states as one file in `folder`, named by the digest of their keys."""
    return write_pack_at(pack_path(folder, entries), entries)


def pack_path(folder: Path, keys: Iterable[str]) -> Path:
    """Return the file of the pack that holds these states."""
    return folder / f"{digest.of_settings(sorted(keys))[:24]}.pack"


def write_pack_at(path: Path, entries: Mapping[str, states.State]) -> Path:
    """Publish states as one file.

    Parameters
    ----------
    path : path
        Name of the file.
    entries : mapping of str to State
        Key of each state -> state.
    """
    blobs = {key: states.dumps(entries[key]) for key in sorted(entries)}
    index, position = {}, 0
    for key, blob in blobs.items():
        index[key] = [position, len(blob)]
        position += len(blob) + (-len(blob)) % 64
    text = json.dumps(index, sort_keys=True).encode()
    text += b" " * ((-(len(text) + _HEAD.size)) % 64)

    def fill(out: BinaryIO) -> None:
        out.write(_HEAD.pack(_MAGIC, len(text), bytes.fromhex(digest.of_arrays([text]))))
        out.write(text)
        out.writelines(blob + b"\0" * ((-len(blob)) % 64) for blob in blobs.values())

    return publish.write(path, fill)


def pack_index(path: Path) -> dict[str, tuple[int, int]]:
    """Return key -> (offset, length) of a pack; a damaged pack counts as empty.

    Notes
    -----
    What is lost is computed again: a cache is never a reason to fail.
    """
    try:
        about = path.stat()
    except OSError:
        return {}
    return _index(path, (about.st_ino, about.st_size, about.st_mtime_ns))


@lru_cache(maxsize=REMEMBERED)
def _index(path: Path, _written: tuple[int, int, int]) -> dict[str, tuple[int, int]]:
    """Return the index of a pack as it was written then: tasks ask for one state after the other."""
    try:
        with open(path, "rb") as handle:
            head = handle.read(_HEAD.size)
            magic, length, wanted = _HEAD.unpack(head)
            text = handle.read(length)
            size = handle.seek(0, 2)
    except (OSError, struct.error):
        return {}
    if magic != _MAGIC or bytes.fromhex(digest.of_arrays([text])) != wanted:
        return {}
    start = _HEAD.size + length
    found = {key: (start + at, count) for key, (at, count) in json.loads(text).items()}
    return found if all(at + count <= size for at, count in found.values()) else {}


def pack_bytes(path: Path, keys: Iterable[str]) -> int:
    """Return the bytes of states in a pack; those that are not there have none."""
    index = pack_index(path)
    return sum(index[key][1] for key in keys if key in index)


def read_states(path: Path, keys: Iterable[str]) -> dict[str, states.State]:
    """Return states of a pack as memory-mapped arrays.

    Raises
    ------
    StoreError
        If the pack or one of the states is gone or damaged.
    """
    index = pack_index(path)
    keys = list(keys)
    if missing := [key for key in keys if key not in index]:
        raise StoreError(
            "a saved state is gone or damaged",
            where=path,
            found=f"no state {missing[0][:16]}",
            todo="run the same command again: it is computed anew",
        )
    gauge.count(read=sum(index[key][1] for key in keys))
    with open(path, "rb") as handle:
        pages.ahead(handle.fileno(), [index[key] for key in keys])
        whole = memoryview(pages.note(mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)))
    return {key: states.loads(whole[index[key][0] : sum(index[key])], where=path) for key in keys}


class StateCache:
    """Packs under one folder.

    Parameters
    ----------
    root : path
        The folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._known: dict[str, dict[str, Path]] = {}

    def folder(self, stars: str) -> Path:
        """Return the folder of the partition whose star keys have the digest `stars`."""
        return self.root / "states" / stars[:24]

    def find(self, stars: str) -> dict[str, Path]:
        """Return key -> pack for everything saved of one partition."""
        if stars not in self._known:
            folder = self.folder(stars)
            packs = sorted(folder.glob("*.pack")) if folder.is_dir() else []
            self._known[stars] = {key: pack for pack in packs for key in pack_index(pack)}
        return self._known[stars]

    def forget(self, pack: Path) -> None:
        """Remove a damaged pack: what it held is computed again."""
        pack.unlink(missing_ok=True)
        self._known.clear()

    def table_path(self, key: str) -> Path:
        """Return where the finished table of a reduction is kept."""
        return self.root / "tables" / f"{key[:32]}.pack"
