"""Can a cluster do the work, and give the same results as this process? One verdict a line."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import provenance
from galdask.engine.clusters import agreement, common
from galdask.engine.clusters.common import few
from galdask.engine.clusters.facts import MEMORY, clock, facts
from galdask.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client

OK, WARN, FAIL = "ok", "warn", "FAIL"
#: memory below which a worker cannot do much, and what is advised; bytes of scratch that are few
LITTLE, ADVISED, SCRATCH = 700 << 20, 2 << 30, 5e9
#: seconds by which clocks may differ; seconds that workers may come later than the first
SKEW, PATIENCE = 2.0, 60.0

Facts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was checked."""

    verdict: str
    """"ok", "warn" or "FAIL"."""
    name: str
    """What was looked at."""
    text: str
    """What was found, and what to do about it."""


def check(
    executor: Any, store: Path | str | None = None, out: Path | str | None = None, expected: int = 1
) -> list[Line]:
    """Check the workers of an executor.

    Parameters
    ----------
    executor : Executor
        From `galdask.engine.cluster.open_executor`.
    store : path, optional
        A store that every worker must be able to read.
    out : path, optional
        A folder of results that every worker must see.
    expected : int
        Workers that were asked for; a minute is waited for those that are not there yet.

    Returns
    -------
    list of Line

    Raises
    ------
    ClusterError
        If a worker is silent.
    StoreError
        If this process cannot read the store.
    """
    here = str(Path(store).absolute()) if store is not None else None
    own = facts(here)
    if "error" in own.get("store", {}):
        from galdask.catalog.store import open_store

        open_store(Path(str(here)))
        raise ClusterError("the store cannot be read here", where=here, found=own["store"]["error"])
    client = getattr(executor, "client", None)
    if client is None:
        return _here(own)
    _await(executor, client, expected)
    with _note(out) as (note, word):
        parts = {address: number for number, address in enumerate(sorted(client.nthreads()))}
        answers = agreement.ask(client, facts, here, parts, note)
    found = {address: one for address, one in answers.items() if not isinstance(one, BaseException)}
    lines = [_workers(client, answers, expected)]
    if found:
        lines += [
            _versions(client, own, found),
            _code(own, found),
            _cpu(found),
            _galpy(found),
            _threads(client, found),
            _memory(found),
            _scratch(found),
            _clocks(client),
        ]
        lines += [_store(own, found)] if here is not None else []
        lines += [_out(found, str(out), word)] if out is not None else []
    return lines


def links(executor: Any) -> list[str]:
    """Return what to open in a browser, and how from afar."""
    client = getattr(executor, "client", None)
    return [] if client is None else [common.link(client)]


class _note:  # noqa: N801 - a context that reads as one
    """A file with a word in it that workers must read where this process has written it."""

    def __init__(self, out: Path | str | None) -> None:
        self.path = None if out is None else Path(out).absolute() / f".galdask-{secrets.token_hex(6)}"
        self.word = secrets.token_hex(8)

    def __enter__(self) -> tuple[str | None, str]:
        if self.path is None:
            return None, self.word
        from galdask import publish

        self.made = not self.path.parent.exists()
        publish.write_text(self.path, self.word)
        return str(self.path), self.word

    def __exit__(self, *exit: object) -> None:
        if self.path is not None:
            self.path.unlink(missing_ok=True)
            if self.made:
                self.path.parent.rmdir()


def _here(own: Mapping[str, Any]) -> list[Line]:
    """Return the lines of a cluster that is this process."""
    found = {"this process": own}
    lines = [Line(OK, "workers", "this process alone; nothing is started")]
    lines += [_galpy(found), _scratch(found)]
    if "store" in own:
        lines.append(Line(OK, "store", f"readable, digest {own['store']['digest'][:12]}"))
    return lines


def _await(executor: Any, client: Client, expected: int) -> None:
    """Wait for workers; an adaptive cluster may start none before there is work."""
    if not client.nthreads():
        list(executor.run(_nothing, [0], step="wait for a worker"))
    deadline = time.monotonic() + PATIENCE
    while len(client.nthreads()) < expected and time.monotonic() < deadline:
        time.sleep(0.2)


def _nothing(number: int) -> int:
    return number


def _workers(client: Client, answers: Mapping[str, Any], expected: int) -> Line:
    silent = {a: one for a, one in answers.items() if isinstance(one, BaseException)}
    if not answers:
        return Line(FAIL, "workers", "none")
    if silent:
        address, error = next(iter(silent.items()))
        return Line(
            FAIL, "workers", f"{len(silent)} of {len(answers)} cannot load galdask: {address}: {error}"
        )
    hosts = sorted({one["host"] for one in answers.values()})
    threads = sum(client.nthreads().values())
    text = f"{len(answers)} with {threads} thread(s) on {few(hosts)}"
    if len(answers) < expected:
        return Line(WARN, "workers", f"{text}; {expected} were asked for, only these are checked")
    return Line(OK, "workers", text)


def _versions(client: Client, own: Mapping[str, Any], found: Facts) -> Line:
    ours, names = own["versions"], [n for n in own["versions"] if n != "python"]
    wrong, light = [], []
    try:
        others = {"scheduler": agreement.scheduler_versions(client)}
    except ClusterError as error:
        return Line(FAIL, "versions", f"{error.what}: {error.found}")
    others |= {address: one["versions"] for address, one in found.items()}
    for who, theirs in others.items():
        needed = agreement.MUST if who != "scheduler" else ("galdask", "dask", "distributed")
        wrong += [f"{who}: {text}" for text in agreement.differing(ours, theirs, needed)]
        rest = [n for n in names if n not in needed]
        light += [f"{who}: {n} {theirs.get(n)}, here {ours[n]}" for n in rest if theirs.get(n) != ours[n]]
    if wrong:
        return Line(FAIL, "versions", few(wrong, "; "))
    if light:
        return Line(WARN, "versions", few(light, "; "))
    text = f"python {ours['python']}, galdask {ours['galdask']}, {len(names) - 1} libraries"
    return Line(OK, "versions", f"{text}: equal on client, scheduler and workers")


def _code(own: Mapping[str, Any], found: Facts) -> Line:
    others = [f"{a} {one['code']}" for a, one in found.items() if one["code"] != own["code"]]
    if others:
        return Line(FAIL, "source files", f"galdask's are not the same: here {own['code']}, {few(others)}")
    return Line(OK, "source files", f"galdask's are the same everywhere ({own['code']})")


def _cpu(found: Facts) -> Line:
    text = agreement.mixed({address: one["cpu"] for address, one in found.items()})
    best = provenance.cpu_features()[-1:]
    return (
        Line(WARN, "CPU features", text) if text else Line(OK, "CPU features", f"equal ({', '.join(best)})")
    )


def _galpy(found: Facts) -> Line:
    without = [address for address, one in found.items() if not one["galpy"]]
    if without:
        return Line(WARN, "galpy C code", f"not loaded on {few(without)}: orbits by galpy would be slow")
    return Line(OK, "galpy C code", "loaded everywhere" if len(found) > 1 else "loaded")


def _threads(client: Client, found: Facts) -> Line:
    wrong = [
        f"{address}: {name}={value or 'not set'}"
        for address, one in found.items()
        for name, value in one["threads"].items()
        if value != "1"
    ]
    if wrong:
        return Line(WARN, "OMP threads", f"kernels may take more than one thread each: {few(wrong, '; ')}")
    most = max(client.nthreads().values(), default=1)
    return Line(OK, "OMP threads", f"one a kernel; {most} task(s) at a time in a worker")


def _memory(found: Facts) -> Line:
    limits = {address: one["memory"] or one["machine"] for address, one in found.items()}
    low, high = min(limits.values()), max(limits.values())
    text = f"{_bytes(low)} a worker" if low == high else f"{_bytes(low)} to {_bytes(high)} a worker"
    hosts: dict[str, list[Mapping[str, Any]]] = {}
    for one in found.values():
        hosts.setdefault(str(one["host"]), []).append(one)
    for host, ones in hosts.items():
        asked, there = sum(one["memory"] for one in ones), max(one["machine"] for one in ones)
        if asked > there:
            return Line(WARN, "memory", f"{text}; {host} has {_bytes(there)} for {_bytes(asked)} of limits")
    if low < LITTLE:
        return Line(FAIL, "memory", f"{text}: too little, {_bytes(ADVISED)} is advised")
    if low < ADVISED:
        return Line(WARN, "memory", f"{text}; {_bytes(ADVISED)} is advised for a full survey")
    if not all(one["memory"] for one in found.values()):
        return Line(WARN, "memory", f"{text}, without a limit: set memory_limit")
    return Line(OK, "memory", text)


def _scratch(found: Facts) -> Line:
    spaces = {address: one["scratch"] for address, one in found.items()}
    broken = [f"{a}: {one['folder']}: {one['error']}" for a, one in spaces.items() if one["error"]]
    if broken:
        return Line(FAIL, "scratch space", f"cannot be written: {few(broken, '; ')}")
    worst = min(spaces.values(), key=lambda one: int(one["free"]))
    text = f"{worst['free'] / 1e9:.0f} GB free in {worst['folder']} ({worst['kind']}), writable"
    if any(one["network"] for one in spaces.values()):
        return Line(WARN, "scratch space", f"{text}; on a network: set local_directory to a local disk")
    if any(one["kind"] in MEMORY for one in spaces.values()):
        return Line(WARN, "scratch space", f"{text}; it lies in memory: set local_directory to a disk")
    return Line(OK if worst["free"] > SCRATCH else WARN, "scratch space", text)


def _clocks(client: Client) -> Line:
    before = time.time()
    said = agreement.ask(client, clock)
    after = time.time()
    off = {a: max(before - t, t - after, 0.0) for a, t in said.items() if isinstance(t, float)}
    worst = max(off, key=lambda address: off[address], default="")
    if worst and off[worst] > SKEW:
        return Line(WARN, "clocks", f"{worst} is {off[worst]:.0f} s off: certificates and file times suffer")
    return Line(OK, "clocks", f"within {SKEW:.0f} s of this one")


def _store(own: Mapping[str, Any], found: Facts) -> Line:
    digest = own["store"]["digest"]
    blind = [f"{a}: {one['store']['error']}" for a, one in found.items() if "error" in one["store"]]
    if blind:
        text = f"{len(blind)} of {len(found)} workers cannot read it by the path that this process has"
        return Line(FAIL, "store", f"{text}: {few(blind, '; ')}")
    others = [a for a, one in found.items() if one["store"]["digest"] != digest]
    if others:
        return Line(FAIL, "store", f"another store lies at its path on {few(others)}")
    kinds = sorted({one["store"]["kind"] for one in found.values()})
    return Line(OK, "store", f"every worker reads it ({', '.join(kinds)}), digest {digest[:12]}")


def _out(found: Facts, out: str, word: str) -> Line:
    blind = [address for address, one in found.items() if one["out"] != word]
    if blind:
        return Line(FAIL, "results", f"what is written to {out} here is not seen by {few(blind)}")
    return Line(OK, "results", f"every worker sees {out}")


def _bytes(size: float) -> str:
    return f"{size / 2**30:.1f} GiB"


def text(lines: Iterable[Line]) -> str:
    """Return the lines for a terminal."""
    return "\n".join(f"{one.verdict:<5} {one.name}: {one.text}" for one in lines)


def failed(lines: Iterable[Line]) -> bool:
    """Return whether something does not work."""
    return any(one.verdict == FAIL for one in lines)
