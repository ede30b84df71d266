"""What a reader may not do, whatever it is given: noted by an audit hook, bounded by the system."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Any

#: events of the interpreter that a reader never causes
FORBIDDEN = (
    "pickle.find_class",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.forkpty",
    "subprocess.Popen",
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "ctypes.dlopen",
    "webbrowser.open",
    "os.chmod",
    "os.chown",
    "os.putenv",
)
_PATHS = (
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.symlink",
    "os.link",
    "os.truncate",
    "shutil.rmtree",
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Guard:
    """Notes what is done outside a folder; armed once, for the rest of the process."""

    def __init__(self, folder: Path) -> None:
        self._folder = os.path.realpath(folder)
        self.seen: list[str] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, words: tuple[Any, ...]) -> None:
        if event == "open":
            if isinstance(words[2], int) and words[2] & _WRITES and not self._inside(words[0]):
                self.seen.append(f"wrote {words[0]}")
        elif event in _PATHS:
            places = (
                words[:2]
                if event in ("os.rename", "os.link")
                else words[1:2]
                if event == "os.symlink"
                else words[:1]
            )
            if not all(self._inside(place) for place in places):
                self.seen.append(f"{event} {words}")
        elif event in FORBIDDEN:
            self.seen.append(f"{event} {words}"[:300])

    def _inside(self, place: Any) -> bool:
        if isinstance(place, int):
            return True
        folder = os.path.realpath(os.path.dirname(os.path.abspath(os.fsdecode(place))))
        return (
            folder == self._folder
            or folder.startswith(self._folder + os.sep)
            or os.fsdecode(place) == os.devnull
        )


def status(key: str) -> int:
    """Return a number of /proc/self/status in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) << 10
    raise KeyError(key)


def limit_memory(more: int) -> None:
    """Allow the process `more` bytes beyond what it has now."""
    most = status("VmSize") + more
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
