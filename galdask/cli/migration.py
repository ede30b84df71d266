"""`galdask migration`: what the model of orbit migration says."""

from __future__ import annotations

import argparse
from pathlib import Path


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    line = "print the numbers that follow from a fit or a set of parameters, beside those of the paper"
    derive = actions.add_parser("derive", help=line, description=line[0].upper() + line[1:] + ".")
    derive.add_argument("fit", nargs="?", type=Path, metavar="OUT", help="folder of a fit: with errors")
    derive.add_argument(
        "--parameters",
        metavar="FILE",
        help="instead of a fit: a YAML file of parameters, or table1 or text, the paper's two sets",
    )
    derive.add_argument("--csv", type=Path, metavar="FILE", help="write the table of numbers, too")
    line = "add the birth radius of every star to a store"
    radii = actions.add_parser("birth-radii", help=line, description=line[0].upper() + line[1:] + ".")
    radii.add_argument(
        "parameters",
        metavar="OUT|PARAMETERS",
        help="folder of a fit (its posterior is used), a YAML file of parameters, or table1 or text",
    )
    radii.add_argument("--store", type=Path, required=True, metavar="STORE", help="folder of the store")
    radii.add_argument(
        "--pipeline", required=True, metavar="NAME|FILE", help="a pipeline file with the section birth"
    )
    radii.add_argument(
        "--cluster", default="laptop", metavar="NAME|FILE", help="where to work (default: laptop)"
    )
    radii.add_argument(
        "--progress",
        choices=("auto", "bar", "plain", "none"),
        default=argparse.SUPPRESS,
        help="how progress is shown",
    )


def run(chosen: argparse.Namespace) -> int:
    """Do what was asked for."""
    return {"derive": _derive, "birth-radii": _birth_radii}[chosen.action](chosen)


def _birth_radii(chosen: argparse.Namespace) -> int:
    """Add the columns and say what became of every star."""
    from galdask import api
    from galdask.engine import stop

    with stop.on_interrupt():
        report = api.birth_radii(
            chosen.parameters,
            chosen.store,
            chosen.pipeline,
            cluster=chosen.cluster,
            listen=chosen.listen,
        )
    print(report.text())
    return 0


def _derive(chosen: argparse.Namespace) -> int:
    """Print the table of derived numbers."""
    from galdask.errors import ConfigError

    if (chosen.fit is None) == (chosen.parameters is None):
        raise ConfigError(
            "numbers are derived from a fit, or from a set of parameters",
            expected="galdask migration derive OUT, or --parameters FILE",
            found="neither" if chosen.fit is None else "both",
        )
    text, table = _of_fit(chosen.fit) if chosen.fit is not None else _of_parameters(chosen.parameters)
    print(text)
    if chosen.csv is not None:
        from galdask import publish

        publish.write_text(chosen.csv, table)
    return 0


def _of_fit(folder: Path) -> tuple[str, str]:
    from galdask.migration.derived import posterior
    from galdask.migration.fit.folder import open_fit

    found = posterior.tables(open_fit(folder))
    return posterior.text(found), found["numbers"].to_csv(index=False)


def _of_parameters(name: str) -> tuple[str, str]:
    from galdask.migration.derived import comparison
    from galdask.migration.parameter_file import NAMED, read

    p, choices = read(name if name in NAMED else Path(name))
    found = comparison.numbers(p, choices)
    return comparison.text(found), comparison.table(found)
