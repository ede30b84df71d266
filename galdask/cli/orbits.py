"""`galdask orbits`: draws, actions and orbit quantities of every star of a store."""

from __future__ import annotations

import argparse
from pathlib import Path

from galdask.cli import listening


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.add_argument("store", type=Path, metavar="STORE", help="folder of the store")
    command.add_argument(
        "--pipeline",
        default="orbits",
        metavar="NAME|FILE",
        help="frame, potential and errors: orbits, orbits_frankel2020, or your own YAML (default: orbits)",
    )
    command.add_argument("--draws", type=int, metavar="N", help="Monte Carlo draws of each star (80)")
    command.add_argument("--backend", choices=("fast", "galpy"), help="how actions are found (fast)")
    command.add_argument(
        "--keep-draws",
        nargs="*",
        metavar="COLUMN",
        help="keep the draws themselves, of these columns (r z lz jr jz age fe_h)",
    )
    command.add_argument(
        "--cluster", default="laptop", metavar="NAME|FILE", help="where to work (default: laptop)"
    )
    listening.report(command)


def run(chosen: argparse.Namespace) -> int:
    """Compute the orbits and say what became of every star."""
    from galdask import api
    from galdask.engine import stop

    with stop.on_interrupt():
        report = api.orbits(
            chosen.store,
            chosen.pipeline,
            draws=chosen.draws,
            backend=chosen.backend,
            keep_draws=None if chosen.keep_draws is None else chosen.keep_draws or True,
            cluster=chosen.cluster,
            performance_report=chosen.performance_report,
            listen=chosen.listen,
        )
    print(report.text())
    return 0
