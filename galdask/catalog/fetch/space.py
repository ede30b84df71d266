"""Is there room on the disk for what comes?"""

from __future__ import annotations

import os
from pathlib import Path

from galdask.errors import OutputError

#: bytes that are left free
RESERVE = 64 << 20


def free(folder: Path) -> int:
    """Return the bytes that may still be written in a folder, or in the first one above it that is there."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize


def require(folder: Path, needed: int, what: str) -> None:
    """Check that there is room.

    Raises
    ------
    OutputError
        If there is not.
    """
    there = free(folder)
    if needed and there < needed + RESERVE:
        raise OutputError(
            f"too little space for {what}",
            where=folder,
            expected=f"{needed + RESERVE:,} bytes, {RESERVE:,} of them left free",
            found=f"{there:,} bytes free",
            todo="free some space, choose another folder with --to, or fewer tables with --only",
        )
