"""`galdask fit`: the model of orbit migration, fitted to a store."""

from __future__ import annotations

import argparse
from pathlib import Path

from galdask.cli import listening


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.add_argument("pipeline", help="name of a fit (orbit_migration) or the path of your own YAML")
    command.add_argument("--store", type=Path, required=True, metavar="STORE", help="folder of the store")
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder of the fit")
    command.add_argument(
        "--cluster", default="laptop", metavar="NAME|FILE", help="where to work (default: laptop)"
    )
    command.add_argument("--steps", type=int, metavar="N", help="steps of the chain (default: the file's)")
    command.add_argument("--resume", action="store_true", help="go on with the fit that is in OUT")
    command.add_argument(
        "--no-sampling", action="store_true", help="the maximum and the errors from its curvature alone"
    )
    command.add_argument(
        "--cross-check", action="store_true", help="find the posterior by a second, different sampler, too"
    )
    command.add_argument(
        "--variants",
        nargs="*",
        metavar="NAME",
        help="fit these variants of the file, too (without names: all), and say what moved",
    )
    command.add_argument(
        "--files", type=Path, metavar="DIR", help="folder of the files that the YAML names (default: its own)"
    )
    command.add_argument(
        "--no-products", action="store_true", help="no datasets, tables, pictures and report"
    )
    listening.report(command)


def run(chosen: argparse.Namespace) -> int:
    """Fit, and say what was found."""
    from galdask import fitting
    from galdask.engine import stop

    with stop.on_interrupt():
        outcome = fitting.run(
            chosen.pipeline,
            chosen.store,
            chosen.out,
            cluster=chosen.cluster,
            steps=chosen.steps,
            resume=chosen.resume,
            sampling=not chosen.no_sampling,
            cross_check=chosen.cross_check,
            variants=chosen.variants,
            files=chosen.files,
            products=not chosen.no_products,
            performance_report=chosen.performance_report,
            listen=chosen.listen,
        )
    print(outcome.text())
    return 0
