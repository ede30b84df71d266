"""`galdask fetch`: the files of a release, from the survey's server, a mirror or a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

EPILOG = """\
what comes:  one file of every table whose place the release file knows; --only takes tables and, where a
             table has several files, their names (allStarLite-dr17-synspec_rev1.fits).
resuming:    NAME.part goes on where it stopped, by the same command, if the server still has the same file.
verified by: the published checksum, else the published size, else the length that the server says and the
             file's own form. A file gets its name only when it was verified; one that is here and verified
             is not fetched again, one that is here and wrong is named and left as it is without --again.
exit code:   0; 2 if a file cannot be had, is not the published one, or there is too little space.
"""


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = EPILOG
    command.add_argument(
        "release", help="name of a release (dr14, dr16, dr17, dr19) or the path of your own YAML"
    )
    command.add_argument("--to", type=Path, metavar="DIR", help="folder of the files (default: its name)")
    command.add_argument("--only", metavar="TABLE,...", help="these tables or files alone")
    command.add_argument(
        "--url-base", metavar="URL|DIR", help="a mirror (https://mirror.sdss.org/sas) or a folder of files"
    )
    command.add_argument("--again", action="store_true", help="replace files that are here and wrong")
    command.add_argument("--tries", type=int, default=8, metavar="N", help="failures in a row (default: 8)")
    command.add_argument(
        "--silence", type=float, default=600, metavar="S", help="seconds without a byte (default: 600)"
    )


def run(chosen: argparse.Namespace) -> int:
    """Fetch and say what came."""
    from galdask.catalog.fetch import fetch
    from galdask.catalog.fetch.patience import Patience
    from galdask.catalog.release import load_release
    from galdask.errors import ConfigError

    if chosen.tries < 1 or not chosen.silence > 0:
        raise ConfigError("--tries and --silence are above zero")
    release = load_release(chosen.release)
    quiet = min(60.0, chosen.silence)
    report = fetch(
        release,
        chosen.to or Path(release.name),
        only=None if chosen.only is None else [w.strip() for w in chosen.only.split(",") if w.strip()],
        base=chosen.url_base,
        again=chosen.again,
        patience=Patience(tries=chosen.tries, silence=chosen.silence, quiet=quiet),
        listen=chosen.listen,
    )
    report.release = chosen.release  # as the user wrote it, for the line that says what comes next
    print(report.text())
    return 0
