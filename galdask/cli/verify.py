"""`galdask verify`: a run beside the published numbers, or a store; and whether its files are whole."""

from __future__ import annotations

import argparse
from pathlib import Path

#: exit code for results that are damaged
DAMAGED = 3

EPILOG = """\
columns:   published and found number with their 1-sigma errors, the difference (this run less published),
           and for numbers that are printed as exact the pull: the difference over both errors combined
           (where no error is printed, over half a unit of the last printed digit).
status:    agrees      an exact number within 3 combined errors, a count of stars that is the same,
                       a limit that is kept, an approximate number within what is read as "about"
           differs     otherwise
           not computable: why         the run has the product, but not this number
           no such product in this run: which
first:     the first lines say whether the stars are the paper's catalogue, a mock, or others.
exit code: 0, also where numbers differ; 3 if the results are damaged (a file that is missing or not as it
           was written, a dataset that does not open, a ledger that does not sum to the input); 2 if there
           are no results.
"""


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = EPILOG
    command.add_argument(
        "out", type=Path, metavar="OUT", help="folder of the results of a run, or of a store"
    )
    command.add_argument(
        "--long", action="store_true", help="say of each row what it is and where it is from"
    )
    command.add_argument("--json", action="store_true", help="print everything as JSON")
    command.add_argument("--csv", type=Path, metavar="FILE", help="also write the rows as a table")


def run(chosen: argparse.Namespace) -> int:
    """Print the rows; returns 3 if the results are damaged."""
    from galdask import publish
    from galdask.lineage import forms, verify

    if (chosen.out / "manifest.json").is_file():
        return _store(chosen)
    found = verify(chosen.out)
    if chosen.csv is not None:
        publish.write_text(chosen.csv, forms.as_csv(found))
    print(forms.as_json(found) if chosen.json else forms.as_text(found, long=chosen.long))
    return DAMAGED if found.damage else 0


def _store(chosen: argparse.Namespace) -> int:
    import dataclasses
    import json

    from galdask.errors import ConfigError
    from galdask.lineage.store_check import check_store

    if chosen.csv is not None:
        raise ConfigError("a store has no table of published numbers", where="--csv", todo="leave it out")
    found = check_store(chosen.out, chosen.listen)
    if chosen.json:
        print(json.dumps([dataclasses.asdict(check) for check in found], indent=1))
    else:
        print("\n".join(check.line() for check in found))
    return DAMAGED if any(check.good is False for check in found) else 0
