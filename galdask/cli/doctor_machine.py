"""What `galdask doctor` says of the machine: system, processor, memory, limits, texts, clock, network."""

from __future__ import annotations

import datetime
import os
import platform
import resource
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from galdask.cli.doctor_line import FAIL, OK, WARN, Line, guarded, size
from galdask.engine.clusters.facts import THREADS

#: files that a process with a cluster has open, and what is comfortable
FEW_FILES, ENOUGH_FILES = 256, 1024
#: bytes of memory with which two workers can do something
LITTLE_MEMORY = 3 << 30
#: variables that send traffic through somebody else; their values may hold passwords
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy")


def lines() -> Iterator[Line]:
    """Yield a line for each thing that was looked at."""
    first = (system, processor, cores, memory, open_files, file_rights)
    for check in (*first, texts, clock, threads, processes, proxies, loopback):
        yield from guarded(check.__name__.replace("_", " "), check)


def system() -> Line:
    """Name the operating system."""
    name = ""
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        name = platform.platform(terse=True)
    text = f"{name}, {platform.system()} {platform.release()}, {platform.machine()}"
    return Line(OK if sys.platform in ("linux", "darwin") else WARN, "system", text)


def processor() -> Line:
    """Name the processor, and the instruction sets that numpy uses: equal ones give equal last bits."""
    from galdask.provenance import cpu_features

    model = platform.processor() or platform.machine()
    for line in _text("/proc/cpuinfo").splitlines():
        if line.lower().startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return Line(OK, "processor", f"{model}; numpy uses {' '.join(cpu_features())}")


def cores() -> Line:
    """Count the cores that this process may use: of the machine, by affinity, by the quota of its group."""
    whole = os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else whole
    quota = _quota()
    text = f"{allowed} of {whole} may be used"
    if quota is not None:
        text += f", {quota:g} by the quota of the control group"
        if quota < allowed:
            return Line(WARN, "cores", f"{text}: start no more workers than that")
    return Line(OK, "cores", text)


def _quota() -> float | None:
    words = _text("/sys/fs/cgroup/cpu.max").split()
    if len(words) == 2 and words[0].isdigit() and words[1].isdigit():
        return int(words[0]) / int(words[1])
    whole, period = (
        _text("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
        _text("/sys/fs/cgroup/cpu/cpu.cfs_period_us"),
    )
    if whole.strip().isdigit() and period.strip().isdigit():
        return int(whole) / int(period)
    return None


def memory() -> Line:
    """Tell the memory of the machine, what is free of it, and the limits on this process."""
    facts = {}
    for line in _text("/proc/meminfo").splitlines():
        key, _, value = line.partition(":")
        facts[key] = int(value.split()[0]) << 10 if value.split() and value.split()[0].isdigit() else 0
    whole, free = facts.get("MemTotal", 0), facts.get("MemAvailable", 0)
    if not whole:
        whole = free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    text, least = f"{size(whole)}, {size(free)} available", free
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        limit = _text(path).strip()
        if limit.isdigit() and int(limit) < whole:
            text += f", limit of the control group {size(int(limit))}"
            least = min(least, int(limit))
    soft = resource.getrlimit(resource.RLIMIT_AS)[0]
    if soft != resource.RLIM_INFINITY:
        text += f", address space limited to {size(soft)} (ulimit -v)"
        least = min(least, soft)
    if least < LITTLE_MEMORY:
        return Line(WARN, "memory", f"{text}: little; use --cluster inline, or close other programs")
    return Line(OK, "memory", text)


def open_files() -> Line:
    """Tell the limits on open files and processes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    text = f"open files {_limit(soft)} (at most {_limit(hard)})"
    if hasattr(resource, "RLIMIT_NPROC"):
        text += f", processes {_limit(resource.getrlimit(resource.RLIMIT_NPROC)[0])}"
    text += f", file size {_limit(resource.getrlimit(resource.RLIMIT_FSIZE)[0])}"
    if 0 <= soft < FEW_FILES:
        return Line(FAIL, "limits", f"{text}: a cluster runs out of files; say ulimit -n {ENOUGH_FILES}")
    if 0 <= soft < ENOUGH_FILES:
        return Line(WARN, "limits", f"{text}: few files for many workers; say ulimit -n {ENOUGH_FILES}")
    return Line(OK, "limits", text)


def _limit(value: int) -> str:
    return "unlimited" if value == resource.RLIM_INFINITY or value < 0 else f"{value:,}"


def file_rights() -> Line:
    """Tell who may read and write what is made."""
    now = os.umask(0o077)
    os.umask(now)
    if not now & 0o002:
        return Line(WARN, "umask", f"{now:04o}: everybody may change stores and results; say umask 022")
    return Line(OK, "umask", f"{now:04o}")


def texts() -> Line:
    """Tell the encodings of file names and of what is printed."""
    out = getattr(sys.stdout, "encoding", None) or "?"
    text = f"file names {sys.getfilesystemencoding()}, output {out}, LANG={os.environ.get('LANG', '-')}"
    if "utf" not in sys.getfilesystemencoding().lower():
        return Line(WARN, "texts", f"{text}: names of files that are no ASCII are lost; set LANG=C.UTF-8")
    if "utf" not in out.lower():
        return Line(WARN, "texts", f"{text}: some signs are printed as codes; set PYTHONIOENCODING=utf-8")
    return Line(OK, "texts", text)


def clock() -> Line:
    """Tell the time, and whether the disk of the scratch folder agrees: times tell changed files."""
    zone = time.strftime("%Z")
    text = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC") + f", zone {zone}"
    with tempfile.NamedTemporaryFile(prefix="galdask-doctor-") as file:
        skew = os.stat(file.name).st_mtime - time.time()
    if abs(skew) > 2:
        return Line(WARN, "clock", f"{text}; the disk of the scratch folder is {skew:+.0f} s off")
    if time.time() < 1735689600:  # before 2025
        return Line(WARN, "clock", f"{text}: wrong; certificates of servers are refused")
    return Line(OK, "clock", text)


def threads() -> Line:
    """Tell what this shell asks numeric libraries for."""
    said = ", ".join(f"{name}={os.environ[name]}" for name in THREADS if name in os.environ)
    return Line(OK, "threads", "workers get one thread a kernel" + (f"; here {said}" if said else ""))


def processes() -> Line:
    """Tell how processes start."""
    import multiprocessing

    return Line(
        OK, "processes", f"workers are spawned; Python's own way here is {multiprocessing.get_start_method()}"
    )


def proxies() -> Line:
    """Name the proxies of the environment, without their values."""
    said = sorted({name for name in os.environ if name.lower() in PROXIES and os.environ[name]})
    if not said:
        return Line(OK, "proxies", "none")
    text = ", ".join(said) + " set"
    if any(name.lower() in ("http_proxy", "all_proxy") for name in said) and not any(
        n.lower() == "no_proxy" for n in said
    ):
        return Line(
            WARN, "proxies", f"{text}, but not no_proxy: dashboards on 127.0.0.1 may be sought elsewhere"
        )
    return Line(OK, "proxies", f"{text}; galdask fetch uses them")


def loopback() -> Line:
    """Connect to this machine by its own address: schedulers and dashboards need nothing more."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        with socket.create_connection(server.getsockname(), timeout=5):
            pass
    try:
        found = {one[4][0] for one in socket.getaddrinfo("localhost", None)}
    except OSError as error:
        return Line(WARN, "network", f"127.0.0.1 answers; the name localhost is not known: {error.strerror}")
    odd = {one for one in found if not (str(one).startswith("127.") or one == "::1")}
    if odd:
        return Line(WARN, "network", f"127.0.0.1 answers; localhost means {', '.join(map(str, sorted(odd)))}")
    return Line(OK, "network", "127.0.0.1 answers, localhost is this machine")


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
