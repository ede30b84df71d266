"""Where the time of a run went: its history, step by step, and what one could change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from galdask.engine import history
from galdask.errors import InputError

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """Tasks of one step."""

    name: str
    tasks: int
    seconds: float
    """Time of all its tasks, added."""
    span: float
    """From its first task to its last."""
    share: float
    """Of the time of all tasks."""
    median: float
    p95: float
    longest: float
    slowest: str
    """Label of the longest task."""
    rows: int
    bytes: int
    peak: int
    """Largest memory of a process that ran its tasks, bytes."""
    retries: int
    failed: int


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker of a run."""

    name: str
    tasks: int
    busy: float
    """Seconds in which it ran a task."""
    peak: int


@dataclass(frozen=True, slots=True)
class Timing:
    """Where the time of one call went."""

    path: Path
    name: str
    time: str
    command: tuple[str, ...]
    status: str
    """"done", the error, or "killed" where the history has no end."""
    seconds: float
    slots: int
    """Tasks at the same time."""
    idle: float
    """Seconds in which no task ran."""
    idle_in: Mapping[str, float]
    """Phase -> its share of these."""
    steps: tuple[Step, ...]
    workers: tuple[Worker, ...]


def timing(place: Path | str) -> Timing:
    """Return where the time of the newest call went.

    Parameters
    ----------
    place : path
        OUT, STORE, or a history file.

    Raises
    ------
    InputError
        If there is no history, or it cannot be read.
    """
    place = Path(place)
    found = [place] if place.is_file() else history.histories(place)
    if not found:
        raise InputError(
            "there is no history here",
            where=place / history.FOLDER,
            expected="the folder OUT or STORE of a call that computed something",
        )
    records = read(found[0])
    tasks = [one for one in records if one["kind"] == "task" and "start" in one]
    head = records[0]
    stops = [one["stop"] for one in records if "stop" in one]
    began, stop = head["start"], max(stops, default=head["start"])
    busy = _union([(one["start"], one["stop"]) for one in tasks])
    phases = [(one["phase"], one["start"], one["stop"]) for one in records if one["kind"] == "phase"]
    end = next((one for one in records if one["kind"] == "end"), None)
    return Timing(
        path=found[0],
        name=head["name"],
        time=head["time"],
        command=tuple(head["command"]),
        status=end["status"] if end else "killed",
        seconds=stop - began,
        slots=head["slots"],
        idle=max(0.0, stop - began - sum(b - a for a, b in busy)),
        idle_in=_idle(phases, busy),
        steps=tuple(_steps(records)),
        workers=tuple(_workers(tasks)),
    )


def read(path: Path) -> list[Record]:
    """Return the records of a history; lines that were cut off are left out.

    Raises
    ------
    InputError
        If it is no history.
    """
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    records: list[Record] = [found for line in lines if isinstance(found := _parsed(line), dict)]
    try:
        head = records[0]
        if head["kind"] != "begin" or head["format"] != history.FORMAT:
            raise ValueError(f"form {head.get('format')}")
    except (ValueError, LookupError, TypeError) as error:
        raise InputError("this is not a history", where=path, found=error) from error
    return records


def _parsed(line: str) -> Any:
    """Return what a line holds; a full disk or a kill may have cut it."""
    try:
        return json.loads(line)
    except ValueError:
        return None


def _steps(records: Sequence[Record]) -> Iterator[Step]:
    by_step: dict[str, list[Record]] = {}
    for one in records:
        if one["kind"] == "task":
            by_step.setdefault(one["step"], []).append(one)
    whole = sum(one["stop"] - one["start"] for found in by_step.values() for one in found if "start" in one)
    for name, found in by_step.items():
        done = [one for one in found if "start" in one]
        took = np.array([one["stop"] - one["start"] for one in done] or [0.0])
        yield Step(
            name=name,
            tasks=len(done),
            seconds=float(took.sum()),
            span=max((o["stop"] for o in done), default=0) - min((o["start"] for o in done), default=0),
            share=float(took.sum()) / whole if whole > 0 else 0.0,
            median=float(np.median(took)),
            p95=float(np.percentile(took, 95)),
            longest=float(took.max()),
            slowest=done[int(took.argmax())]["label"] if done else "",
            rows=sum(one["rows"] for one in done),
            bytes=sum(one["bytes"] for one in done),
            peak=max((one["peak"] for one in done), default=0),
            retries=sum(one["retries"] for one in found),
            failed=sum("error" in one for one in found),
        )


def _workers(tasks: Sequence[Record]) -> Iterator[Worker]:
    by_worker: dict[str, list[Record]] = {}
    for one in tasks:
        by_worker.setdefault(one["worker"], []).append(one)
    for name, own in sorted(by_worker.items()):
        busy = sum(b - a for a, b in _union([(one["start"], one["stop"]) for one in own]))
        yield Worker(name, len(own), busy, max(one["peak"] for one in own))


def _union(intervals: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the times that any interval covers, as intervals apart."""
    found: list[tuple[float, float]] = []
    for start, stop in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((start, stop))
    return found


def _idle(
    phases: Sequence[tuple[str, float, float]], busy: Sequence[tuple[float, float]]
) -> dict[str, float]:
    """Return the seconds of each phase in which no task ran."""
    return {
        name: stop - start - sum(max(0.0, min(b, stop) - max(a, start)) for a, b in busy)
        for name, start, stop in phases
    }
