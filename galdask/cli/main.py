"""The command `galdask`: words in, words out; everything else is imported where it is needed."""

from __future__ import annotations

import argparse
import importlib
import sys
import traceback
from collections.abc import Sequence

from galdask import __version__
from galdask.cli import listening, printing

#: command -> one line of help; each lives in the module of its name
COMMANDS = {
    "mock": "write a mock release with known truth, in the survey's own files",
    "fetch": "bring the files of a release here, resumed and verified",
    "ingest": "turn the files of a release into a partitioned store",
    "info": "say what a store holds",
    "orbits": "add draws, actions and orbit quantities of every star to a store",
    "run": "make the products of a pipeline from a store",
    "plan": "say what a run would compute, what it would use again, and why",
    "regenerate": "bring a store and its results up to date with a new release",
    "explain": "say what a file was made from, and how to make it again",
    "gc": "list, and remove, what neither a store nor the current run needs any more",
    "verify": "set a run beside the published numbers; check that its files, or a store's, are whole",
    "diff": "say what moved between two runs, and because of which stars",
    "export": "write results or stars as FITS, VOTable, CSV, Parquet or HATS",
    "products": "list every product and the quantities it needs",
    "fit": "fit the model of orbit migration to the stars of a store",
    "migration": "say what the model of orbit migration gives",
    "cluster": "list cluster files, show what one would start, check that it can do the work",
    "doctor": "check this installation and print what a bug report needs",
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="galdask",
        description="From a spectroscopic survey release to the science of the Milky Way's disk.",
        epilog="Start with:  galdask mock dr17 --stars 20000 --to DIR;  galdask ingest dr17 --from DIR "
        "--store STORE;  galdask run two_disks --store STORE --out OUT",
    )
    top.add_argument("--version", action="version", version=f"galdask {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, line in COMMANDS.items():
        command = commands.add_parser(name, help=line, description=line[0].upper() + line[1:] + ".")
        importlib.import_module(f"galdask.cli.{name}").arguments(command)
        listening.arguments(command)
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        0 when all went well, 2 for an expected error, 130 after Ctrl-C, 1 for a fault of galdask.
    """
    from galdask.errors import GaldaskError

    chosen = parser().parse_args(words)
    chosen.words = list(sys.argv[1:] if words is None else words)
    try:
        with listening.listening(chosen), printing.careful():
            return int(importlib.import_module(f"galdask.cli.{chosen.command}").run(chosen) or 0)
    except GaldaskError as error:
        sys.stdout.flush()
        print(f"galdask {chosen.command}: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"galdask {chosen.command}: stopped; the same command resumes", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception:
        traceback.print_exc()
        print(
            f"galdask {chosen.command}: this is a fault of galdask, not of your data; please report it "
            "with the lines above and the output of `galdask doctor`",
            file=sys.stderr,
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
