"""`galdask regenerate`: a new release in one line; ingest what changed, run what changed."""

from __future__ import annotations

import argparse
from pathlib import Path

from galdask.cli import listening


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.add_argument("pipeline", help="name of a pipeline (two_disks) or the path of your own YAML")
    command.add_argument("--release", required=True, help="name of the release, or the path of your own YAML")
    command.add_argument(
        "--from", dest="source", type=Path, required=True, metavar="DIR", help="folder of the files"
    )
    command.add_argument("--store", type=Path, required=True, metavar="STORE", help="folder of the store")
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder of the results")
    command.add_argument(
        "--cluster", default="laptop", metavar="NAME|FILE", help="where to work (default: laptop)"
    )
    command.add_argument(
        "--orbits",
        nargs="+",
        default=(),
        metavar="NAME|FILE",
        help="pipelines that made the store's orbits, where they are neither PIPELINE nor shipped ones",
    )
    command.add_argument("--no-figures", action="store_true", help="datasets and tables only")
    listening.report(command)
    command.add_argument(
        "--wait", action="store_true", help="wait for another regeneration of OUT, instead of being refused"
    )


def run(chosen: argparse.Namespace) -> int:
    """Renew store and results, and say what came of it."""
    from galdask import renewal
    from galdask.engine import stop

    with stop.on_interrupt():
        done = renewal.regenerate(
            chosen.pipeline,
            chosen.release,
            chosen.source,
            chosen.store,
            chosen.out,
            cluster=chosen.cluster,
            figures=not chosen.no_figures,
            orbits=chosen.orbits,
            wait=chosen.wait,
            performance_report=chosen.performance_report,
            listen=chosen.listen,
        )
    print(done.text())
    return 0
