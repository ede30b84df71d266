"""What an ingest leaves while it runs, so that the next call goes on where it was killed."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from galdask import publish

NAME = ".ingest"


def folder(store: Path, key: str) -> Path:
    """Return the folder of one ingest: the same inputs and settings have the same."""
    return store / NAME / key[:16]


def load(journal: Path, name: str) -> dict[str, Any] | None:
    """Return what an earlier call finished under `name`, or None."""
    try:
        found = json.loads((journal / f"{name}.json").read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def keep(journal: Path, name: str, value: dict[str, Any]) -> None:
    """Note that a step is finished."""
    publish.write_json(journal / f"{name}.json", value)


def save(path: Path, array: np.ndarray) -> None:
    """Publish an array as an .npy file; unlike `numpy.save`, a full disk is told from other faults."""
    array = np.ascontiguousarray(array)
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, np.lib.format.header_data_from_array_1_0(array))

    def fill(handle: BinaryIO) -> None:
        handle.write(head.getvalue())
        handle.write(array.reshape(-1).view(np.uint8).data)

    publish.write(path, fill)


def sweep(store: Path) -> None:
    """Remove temporary files of writers that were killed; the store must be locked."""
    for orphan in (store / "data").rglob(".*.tmp"):
        with contextlib.suppress(OSError):
            orphan.unlink()
    for orphan in store.glob(".*.tmp"):
        with contextlib.suppress(OSError):
            orphan.unlink()


def clear(store: Path) -> None:
    """Remove every journal, after a commit."""
    shutil.rmtree(store / NAME, ignore_errors=True)
