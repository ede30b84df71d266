"""`galdask plan`: what a run would compute, what it would use again, and why."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from galdask.foresight import Forecast


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments: those of `galdask run`."""
    command.add_argument("pipeline", help="name of a pipeline (two_disks) or the path of your own YAML")
    command.add_argument("--store", type=Path, required=True, metavar="STORE", help="folder of the store")
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder of the results")
    command.add_argument("--why", action="store_true", help="say why each product must be computed")
    command.add_argument(
        "--cluster", default="laptop", metavar="NAME|FILE", help="where the run would work (default: laptop)"
    )
    command.add_argument("--only", nargs="+", metavar="PRODUCT", help="these products alone")
    command.add_argument(
        "--cache", type=Path, metavar="DIR", help="folder of saved states (default: OUT/.cache)"
    )
    command.add_argument("--no-figures", action="store_true", help="datasets and tables only")
    command.add_argument("--json", action="store_true", help="print everything as JSON")


def run(chosen: argparse.Namespace) -> int:
    """Print the plan; an error if the run cannot fit."""
    from galdask import foresight

    found = foresight.forecast(
        chosen.pipeline,
        chosen.store,
        chosen.out,
        cluster=chosen.cluster,
        only=chosen.only,
        cache=chosen.cache or True,
        figures=not chosen.no_figures,
        why=chosen.why or chosen.json,
    )
    print(as_json(found) if chosen.json else as_text(found, chosen.why))
    if not found.fits:
        raise foresight.too_large(found.peak, found.limit)
    return 0


def as_text(found: Forecast, why: bool) -> str:
    """Return the plan as lines of text."""
    if found.unchanged:
        return f"nothing has changed since run {found.run}: a run has nothing to do"
    mib = 2**20
    lines = [
        f"run {found.run}: {found.rows:,} rows in {found.partitions} partitions"
        + (f", compared with run {found.compared}" if found.compared else ""),
        f"read      {len(found.partitions_read)} of {found.partitions} partitions, "
        f"{found.bytes_to_read / mib:,.1f} MiB",
        f"states    {found.states_computed:,} to compute, {found.states_reused:,} reused "
        f"({found.bytes_reused / mib:,.1f} MiB)",
        f"tables    {found.tables_finished:,} to finish, {found.tables_reused:,} reused",
        f"tasks     {found.tasks:,}",
        f"memory    up to {found.peak.bytes / mib:,.0f} MiB in a worker, at the step {found.peak.step!r}; "
        f"each of {found.limit.workers} has {found.limit.bytes / mib:,.0f} MiB",
        "",
    ]
    width = max(len(one.name) for one in found.products)
    for one in found.products:
        what = f"{one.states:,} states" if one.states else "no state"
        more = f"  {one.reductions - one.reused} of {one.reductions} tables, {what}"
        lines.append(f"{one.name:<{width}}  {one.fate:<10}{'' if one.fate == 'reused' else more}")
        if why:
            lines += [f"{'':<{width}}    because: {reason}" for reason in one.reasons]
    lines += [f"{name:<{width}}  skipped: {reason}" for name, reason in found.skipped.items()]
    return "\n".join(line.rstrip() for line in lines)


def as_json(found: Forecast) -> str:
    """Return the plan as JSON."""
    import dataclasses

    plain = dataclasses.asdict(found)
    for entry, one in zip(plain["products"], found.products, strict=True):
        entry["fate"] = one.fate
    return json.dumps({**plain, "tasks": found.tasks, "fits": found.fits}, indent=1)
