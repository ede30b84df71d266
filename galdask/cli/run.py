"""`galdask run`: from a store to products, figures and a report."""

from __future__ import annotations

import argparse
from pathlib import Path

from galdask.cli import listening


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.add_argument("pipeline", help="name of a pipeline (two_disks) or the path of your own YAML")
    command.add_argument("--store", type=Path, required=True, metavar="STORE", help="folder of the store")
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder of the results")
    command.add_argument(
        "--cluster", default="laptop", metavar="NAME|FILE", help="where to work (default: laptop)"
    )
    command.add_argument("--only", nargs="+", metavar="PRODUCT", help="make these products alone")
    command.add_argument(
        "--cache", type=Path, metavar="DIR", help="folder of saved states (default: OUT/.cache)"
    )
    command.add_argument("--no-cache", action="store_true", help="compute everything, save no state")
    command.add_argument("--no-figures", action="store_true", help="datasets and tables only")
    listening.report(command)


def run(chosen: argparse.Namespace) -> int:
    """Run the pipeline and say where the results are."""
    from galdask import pipeline
    from galdask.engine import stop

    with stop.on_interrupt():
        summary = pipeline.run(
            chosen.pipeline,
            chosen.store,
            chosen.out,
            cluster=chosen.cluster,
            only=chosen.only,
            cache=False if chosen.no_cache else chosen.cache or True,
            figures=not chosen.no_figures,
            performance_report=chosen.performance_report,
            listen=chosen.listen,
        )
    print(summary.text())
    return 0
