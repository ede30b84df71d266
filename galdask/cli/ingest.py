"""`galdask ingest`: from the files of a release to a store."""

from __future__ import annotations

import argparse
from pathlib import Path

from galdask.cli import listening


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.add_argument(
        "release", help="name of a release (dr14, dr16, dr17, dr19) or the path of your own YAML"
    )
    command.add_argument(
        "--from", dest="source", type=Path, required=True, metavar="DIR", help="folder of the files"
    )
    command.add_argument("--store", type=Path, required=True, metavar="STORE", help="folder of the store")
    command.add_argument(
        "--columns", choices=("needed", "all"), default="needed", help="the named columns, or every one"
    )
    command.add_argument(
        "--cluster", default="laptop", metavar="NAME|FILE", help="where to work (default: laptop)"
    )
    command.add_argument(
        "--partition-rows", type=int, metavar="N", help="about how many rows a partition holds"
    )
    command.add_argument("--scratch", type=Path, metavar="DIR", help="where compressed files are inflated")
    listening.report(command)
    command.add_argument(
        "--replace-release", action="store_true", help="let a store of another release become one of this"
    )


def run(chosen: argparse.Namespace) -> int:
    """Ingest and say what came of it."""
    from galdask import api
    from galdask.engine import stop

    with stop.on_interrupt():
        report = api.ingest(
            chosen.release,
            chosen.source,
            chosen.store,
            columns=chosen.columns,
            cluster=chosen.cluster,
            partition_rows=chosen.partition_rows,
            scratch=chosen.scratch,
            replace_release=chosen.replace_release,
            performance_report=chosen.performance_report,
            listen=chosen.listen,
        )
    print(report.text())
    return 0
