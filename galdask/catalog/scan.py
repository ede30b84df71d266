"""First pass over the main table: star keys, where to cut, how many stars there are."""

from __future__ import annotations

from pathlib import Path

import numba as nb
import numpy as np

from galdask.catalog import journal
from galdask.catalog.descriptors import make_room
from galdask.catalog.keys import id_texts, star_keys
from galdask.catalog.partition import candidates
from galdask.catalog.plan import Plan
from galdask.errors import InputError
from galdask.events import gauge

#: rows of the id column that are read at a time
RANGE_ROWS = 1 << 17
#: keys that are merged at a time
SHARD_KEYS = 1 << 22


@nb.njit("void(uint8[:, ::1], uint64[::1])", cache=True, nogil=True)
def _checks(ids, out):  # type: ignore[no-untyped-def]
    rows, width = ids.shape
    for i in range(rows):
        length = width
        while length > 0 and (ids[i, length - 1] == 32 or ids[i, length - 1] == 0):
            length -= 1
        x = np.uint64(0xCBF29CE484222325)
        for j in range(length):
            x = (x ^ np.uint64(ids[i, j])) * np.uint64(0x100000001B3)
        out[i] = x


def checks(ids: np.ndarray) -> np.ndarray:
    """Return a second hash of each id (FNV-1a, 64 bits), which tells ids of one key apart."""
    texts = id_texts(ids)
    out = np.empty(len(texts), np.uint64)
    _checks(texts, out)
    return out


def ranges(rows: int) -> list[tuple[int, int]]:
    """Return the row ranges of the first pass."""
    return [(start, min(start + RANGE_ROWS, rows)) for start in range(0, rows, RANGE_ROWS)]


def scan_range(plan: Plan, task: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Read the ids of a row range, save their keys and return the rows after which a cut is possible.

    Parameters
    ----------
    plan : Plan
        The ingest.
    task : tuple of int
        First row and the row behind the last.

    Returns
    -------
    rows : ndarray of int64
    hashes : ndarray of uint64
        See `galdask.catalog.partition.candidates`.

    Raises
    ------
    InputError
        If a row has no id.
    """
    start, stop = task
    target = plan.targets[plan.star_id]
    ids = plan.tables[plan.main].read(start, stop, [target.read_name])[target.read_name]
    gauge.count(read=np.ma.getdata(ids).nbytes)
    empty = target.missing.mask(ids)
    if empty.any():
        raise InputError(
            "a star without an id",
            where=f"{plan.tables[plan.main].path}, column {target.read_name!r}, "
            f"row {start + int(np.argmax(empty))} (from 0)",
            found=f"{int(empty.sum())} such rows from {start} to {stop}",
            todo="name a column without gaps as star_id in the release file",
        )
    plain = np.ma.getdata(ids)
    keys = star_keys(plain)
    order = np.argsort(keys, kind="stable")
    run = np.empty((3, len(keys)), np.uint64)
    run[0], run[1], run[2] = keys[order], checks(plain)[order], order + start
    journal.save(run_file(plan.journal, start), run)
    journal.save(keys_file(plan.journal, start), keys)
    return candidates(keys, start, plan.rule)


def run_file(folder: Path, start: int) -> Path:
    """Return the file with the sorted keys, checks and rows of the range from `start`."""
    return folder / "keys" / f"{start}.npy"


def keys_file(folder: Path, start: int) -> Path:
    """Return the file with the keys of the range from `start`, in the order of rows."""
    return folder / "keys" / f"{start}.rows.npy"


def keys_of(plan: Plan, start: int, stop: int) -> np.ndarray:
    """Return the star keys of rows [start, stop), as the first pass saved them."""
    pieces = [np.empty(0, np.uint64)]
    for first in range(start - start % RANGE_ROWS, stop, RANGE_ROWS):
        saved = np.load(keys_file(plan.journal, first), mmap_mode="r")
        pieces.append(saved[max(start - first, 0) : stop - first])
    return np.concatenate(pieces)


def count_stars(files: list[Path]) -> tuple[int, tuple[int, int] | None]:
    """Merge the sorted keys of all ranges.

    Parameters
    ----------
    files : list of path
        From `run_file`.

    Returns
    -------
    stars : int
        Number of different keys.
    collision : tuple of int or None
        Two rows with the same key and different ids, if there are such.
    """
    make_room(len(files), "the keys of the stars, a file for each range of rows")
    runs = [np.load(path, mmap_mode="r") for path in files]
    shards = max(1, -(-sum(run.shape[1] for run in runs) // SHARD_KEYS))
    edges = [shard * (1 << 64) // shards for shard in range(1, shards)]
    cuts = [np.r_[0, np.searchsorted(run[0], np.array(edges, np.uint64)), run.shape[1]] for run in runs]
    stars = 0
    for shard in range(shards):
        part = [run[:, cut[shard] : cut[shard + 1]] for run, cut in zip(runs, cuts, strict=True)]
        merged = np.concatenate([*part, np.empty((3, 0), np.uint64)], axis=1)
        merged = merged[:, np.argsort(merged[0], kind="stable")]
        same = merged[0, 1:] == merged[0, :-1]
        stars += merged.shape[1] - int(same.sum())
        wrong = same & (merged[1, 1:] != merged[1, :-1])
        if wrong.any():
            at = int(np.argmax(wrong))
            return stars, (int(merged[2, at]), int(merged[2, at + 1]))
    return stars, None


def refuse_collision(plan: Plan, rows: tuple[int, int]) -> InputError:
    """Return the error about two different ids with one key."""
    name = plan.targets[plan.star_id].read_name
    table = plan.tables[plan.main]
    ids = [np.ma.getdata(table.read(row, row + 1, [name])[name])[0] for row in rows]
    return InputError(
        "two different ids have the same star key",
        where=f"{table.path}, column {name!r}, rows {rows[0]} and {rows[1]} (from 0)",
        found=f"{ids[0]!r} and {ids[1]!r}",
        todo="rename one of the two stars",
    )
