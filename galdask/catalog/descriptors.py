"""Files that are open at once: as many as a catalogue has partitions, more than a shell grants at first."""

from __future__ import annotations

import resource

from galdask.errors import StoreError

#: open files that a process needs for other things: libraries, connections, logs
OTHERS = 200


def make_room(files: int, where: object) -> None:
    """Raise this process's limit of open files, where it may be raised, so that so many more can be mapped.

    Parameters
    ----------
    files : int
        How many will be open together.
    where : object
        What they are, for the error.

    Raises
    ------
    StoreError
        If the system does not grant them.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = files + OTHERS
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise StoreError(
            "too many files would be open at once",
            where=where,
            expected=f"at most {hard} (ulimit -Hn)",
            found=f"{files} files, and up to {OTHERS} others",
            todo="raise the limit of open files; or larger partitions (--partition-rows), or more workers",
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
