"""What a process says of itself and of its machine: functions that a cluster check runs on every worker."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import socket
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from galdask import provenance

#: kernels take one thread each where these say so
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
#: file systems of other machines, as the kernel names them
NETWORK = (
    "nfs", "nfs4", "lustre", "gpfs", "beegfs", "cifs", "smb3", "ceph", "afs", "panfs", "glusterfs", "9p",
    "wekafs", "fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone",
)  # fmt: skip
#: file systems that are memory
MEMORY = ("tmpfs", "ramfs")
#: bytes that are written and read back in the scratch space
PROBE = 1 << 20


def facts(
    store: str | None = None,
    parts: Mapping[str, int] | None = None,
    out: str | None = None,
    dask_worker: Any = None,
) -> dict[str, Any]:
    """Return what this process is and sees.

    Parameters
    ----------
    store : str, optional
        A store to read, by its path here.
    parts : dict of str to int, optional
        Which of its partitions a worker reads, by its address; the first by default.
    out : str, optional
        A file that must be seen here.
    dask_worker : distributed.Worker, optional
        The worker that this process is; Dask gives it.
    """
    found = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "versions": provenance.versions(),
        "cpu": provenance.cpu_features(),
        "code": code(),
        "galpy": galpy_compiled(),
        "threads": {name: os.environ.get(name) for name in THREADS},
        "memory": int(dask_worker.memory_manager.memory_limit or 0) if dask_worker is not None else 0,
        "machine": machine_memory(),
        "scratch": scratch(Path(dask_worker.local_directory if dask_worker is not None else gettempdir())),
    }
    if store is not None:
        found["store"] = seen_store(store, (parts or {}).get(getattr(dask_worker, "address", ""), 0))
    if out is not None:
        found["out"] = seen_file(out)
    return found


def clock() -> float:
    """Return the time of this machine."""
    return time.time()


@functools.cache
def code() -> str:
    """Return a digest of galdask's source files: an installation that was changed has another one."""
    digest = hashlib.sha256()
    package = Path(__file__).parents[2]
    for path in sorted(package.rglob("*.py")):
        digest.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def galpy_compiled() -> bool:
    """Return whether galpy's C code is there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from galpy.util._load_extension_libs import load_libgalpy

        return bool(load_libgalpy()[1])


def machine_memory() -> int:
    """Return the memory of the machine, or of the job or container that this is in."""
    from distributed.system import MEMORY_LIMIT

    return int(MEMORY_LIMIT)


def scratch(folder: Path) -> dict[str, Any]:
    """Return of a scratch folder its file system, what is free there, and what speaks against writing."""
    kind = mount_of(folder)[0]
    found = {"folder": str(folder), "kind": kind, "network": kind in NETWORK, "free": 0, "error": ""}
    probe = folder / f".galdask-{socket.gethostname()}-{os.getpid()}"
    try:
        found["free"] = shutil.disk_usage(folder).free
        with probe.open("wb") as file:
            file.write(b"\1" * PROBE)
            file.flush()
            os.fsync(file.fileno())
        if probe.stat().st_size != PROBE:
            found["error"] = "what was written is not there"
    except OSError as error:
        found["error"] = f"{error.strerror}"
    finally:
        probe.unlink(missing_ok=True)
    return found


def mount_of(folder: Path) -> tuple[str, str]:
    """Return the kind of file system that holds a folder, such as ext4, tmpfs or nfs4, and its options.

    The kind is "?" and there are no options where the system does not tell.
    """
    try:
        table = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "?", ""
    here, best, found = folder.resolve(), -1, ("?", "")
    for words in map(str.split, table):
        if len(words) < 4:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), words[1]))
        if here.is_relative_to(point) and len(point.parts) >= best:  # the last one mounted there holds
            best, found = len(point.parts), (words[2], words[3])
    return found


def seen_store(path: str, part: int) -> dict[str, str]:
    """Return the digest of a store as this process sees it, after reading a partition; or why not."""
    from galdask.catalog.store import open_store, read_partition
    from galdask.errors import GaldaskError

    try:
        store = open_store(Path(path))
        ref = store.part(part % len(store.partitions), ["star_key"])
        read_partition(ref, verify=True)
    except (GaldaskError, OSError) as error:
        return {"error": str(error).splitlines()[0], "kind": mount_of(Path(path).parent)[0]}
    return {"digest": store.digest, "kind": mount_of(Path(path))[0]}


def seen_file(path: str) -> str:
    """Return what a small file holds as this process sees it; empty if it does not."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
