"""`galdask migration`: what the model of orbit migration says."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    line = "print the numbers that follow from a set of parameters, beside those of Frankel et al. 2020"
    derive = actions.add_parser("derive", help=line, description=line[0].upper() + line[1:] + ".")
    derive.add_argument(
        "--parameters",
        required=True,
        metavar="FILE",
        help="a YAML file of parameters, or table1 or text: the paper's two sets",
    )


def run(chosen: argparse.Namespace) -> int:
    """Print the table of derived numbers."""
    from galdask.migration.derived import comparison
    from galdask.migration.parameter_file import read

    p, choices = read(_named(chosen.parameters))
    print(comparison.text(comparison.numbers(p, choices)))
    return 0


def _named(text: str) -> Path | str:
    return text if text in ("table1", "text") else Path(text)
