"""Where the time of a run went, as text: a table of steps, workers, and what one could change."""

from __future__ import annotations

import dataclasses
import json
import shlex
from collections.abc import Iterator, Mapping

from galdask.events.line import duration, fitted, size
from galdask.lineage.timing import Step, Timing

#: shares from which something is worth a word
FIGURES, IDLE, ALONE, UNEVEN = 0.4, 0.3, 0.5, 1.5
#: seconds below which nothing is
SHORT = 2.0


def as_text(found: Timing) -> str:
    """Return lines for people, 100 columns at most but for the command."""
    tasks = "one task" if found.slots == 1 else f"{found.slots} tasks"
    lines = [
        f"{found.name} of {found.time}: {found.status}, {_seconds(found.seconds)}, {tasks} at a time",
        f"  history   {found.path}",
    ]
    if found.command:
        lines.append(f"  command   {shlex.join(found.command)}")
    lines += ["", *_table(found.steps)]
    idle = ", ".join(f"{phase} {_seconds(s)}" for phase, s in _most(found.idle_in))
    share = found.idle / found.seconds if found.seconds > 0 else 0.0
    lines += ["", f"no task ran for {_seconds(found.idle)} ({100 * share:.0f} %): {idle}".rstrip(": ")]
    if len(found.workers) > 1:
        lines += ["", f"{'worker':<28}{'tasks':>7}{'busy':>11}{'peak':>11}"]
        for one in found.workers:
            lines.append(f"{one.name[:27]:<28}{one.tasks:>7,}{_short(one.busy):>11}{size(one.peak):>11}")
    if advice := list(hints(found)):
        lines += ["", "what one could change", *(f"  - {hint}" for hint in advice)]
    return "\n".join(lines)


def _table(steps: tuple[Step, ...]) -> Iterator[str]:
    yield (
        f"{'step':<16}{'tasks':>6}{'time':>9}{'share':>7}{'median':>9}{'p95':>9}{'longest':>9}"
        f"{'rows/s':>11}{'read':>10}{'peak':>10}"
    )
    for one in steps:
        rate = f"{one.rows / one.span:,.0f}" if one.rows and one.span > 0 else ""
        read = size(one.bytes) if one.bytes else ""
        yield (
            f"{one.name[:15]:<16}{one.tasks:>6,}{_short(one.seconds):>9}{100 * one.share:>5.0f} %"
            f"{_short(one.median):>9}{_short(one.p95):>9}{_short(one.longest):>9}"
            f"{rate:>11}{read:>10}{size(one.peak):>10}"
        )


def hints(found: Timing) -> Iterator[str]:
    """Yield what one could change, in plain words."""
    for step in found.steps:
        if step.failed:
            yield f"{step.name}: {step.failed} tasks failed"
        if step.retries:
            yield f"{step.name}: tasks began again {step.retries} times, because workers were lost"
    drawing = sum(step.share for step in found.steps if step.name == "draw figures")
    if drawing > FIGURES and found.seconds > SHORT:
        yield f"{100 * drawing:.0f} % of the time of tasks is in figures: --no-figures, or fewer with --only"
    if found.slots > 1:
        for step in found.steps:
            if step.tasks > 1 and step.longest > SHORT and step.longest > ALONE * step.span:
                label = fitted([[step.slowest]], 40)
                yield (
                    f"{step.name}: one task takes {_seconds(step.longest)} of {_seconds(step.span)} "
                    f"({label}): more workers would not shorten this step"
                )
        yield from _uneven(found)
    start = found.idle_in.get("start workers", 0.0)
    if start > SHORT and start > IDLE * found.seconds:
        yield f"starting workers takes {_seconds(start)}: --cluster inline for work as small as this"
    elif found.idle > SHORT and found.idle > IDLE * found.seconds:
        (phase, seconds), *_ = [*_most(found.idle_in), ("the client", found.idle)]
        yield f"most time without a task is in '{phase}' ({_seconds(seconds)}): workers do not shorten it"


def _uneven(found: Timing) -> Iterator[str]:
    busy = sorted(found.workers, key=lambda one: one.busy)
    if len(busy) < 2:
        return
    mean = sum(one.busy for one in busy) / len(busy)
    most, least = busy[-1], busy[0]
    if most.busy > UNEVEN * mean and most.busy - least.busy > SHORT:
        yield (
            f"work is uneven: {most.name} was busy for {_seconds(most.busy)}, {least.name} for "
            f"{_seconds(least.busy)}; smaller partitions spread better (--partition-rows)"
        )


def _most(idle_in: Mapping[str, float]) -> list[tuple[str, float]]:
    items = idle_in.items()
    return sorted(((k, v) for k, v in items if v >= 0.05), key=lambda one: -one[1])[:4]


def _seconds(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds:.2f} s"
    return f"{seconds:.1f} s" if seconds < 120 else duration(seconds)


def _short(seconds: float) -> str:
    """Return a time in seconds alone, for a column."""
    return f"{seconds:,.0f} s" if seconds >= 100 else _seconds(seconds)


def as_json(found: Timing) -> str:
    """Return everything as JSON, with what one could change."""
    record = dataclasses.asdict(found) | {"path": str(found.path), "hints": list(hints(found))}
    return json.dumps(record, indent=1)
