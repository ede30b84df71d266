"""`galdask doctor`: is everything here that a run needs? One verdict a line, to be pasted into a report."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from galdask.cli.doctor_line import FAIL, WARN, Line, guarded, plain


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.add_argument(
        "--cluster", default="laptop", metavar="NAME|FILE", help="which cluster to try; none: start nothing"
    )
    command.add_argument("--store", type=Path, metavar="STORE", help="look at this store, too")
    command.add_argument("--out", type=Path, metavar="OUT", help="look at these results, too")
    command.add_argument("--json", action="store_true", help="print the lines as JSON")


def run(chosen: argparse.Namespace) -> int:
    """Print a line for each thing that was looked at; returns 2 if one failed."""
    found = []
    for line in _lines(chosen):
        line = Line(line.verdict, line.name, plain(line.text))
        found.append(line)
        if not chosen.json:
            print(f"{line.verdict:<5} {line.name}: {line.text}", flush=True)
    failed, warned = (sum(line.verdict == kind for line in found) for kind in (FAIL, WARN))
    if chosen.json:
        about = {
            "ok": not failed,
            "lines": [{n: getattr(o, n) for n in ("verdict", "name", "text")} for o in found],
        }
        print(json.dumps(about, indent=1, ensure_ascii=False))
    else:
        print(f"{len(found)} lines: {failed} failed, {warned} with a warning")
    return 2 if failed else 0


def _lines(chosen: argparse.Namespace) -> Iterator[Line]:
    from galdask.cli import doctor_machine, doctor_places, doctor_software

    store, out = chosen.store, chosen.out
    checks: dict[str, Callable[[], Line | Iterable[Line]]] = {
        "machine": doctor_machine.lines,
        "software": doctor_software.lines,
        "scratch space": doctor_places.scratch,
    }
    if store is not None:
        checks["store"] = lambda: doctor_places.store(store)
    if out is not None:
        checks["results"] = lambda: doctor_places.out(out)
    if chosen.cluster != "none":
        there = store if store is not None and (store / "manifest.json").is_file() else None
        checks["cluster"] = lambda: doctor_places.cluster(chosen.cluster, there, None)
    for name, check in checks.items():
        yield from guarded(name, check)
