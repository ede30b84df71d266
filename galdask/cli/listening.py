"""Who listens to a command: the terminal, and a log file where one is asked for."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import time
from collections.abc import Iterator
from pathlib import Path


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare what every command understands."""
    command.add_argument(
        "--progress",
        choices=("auto", "bar", "plain", "none"),
        default="auto",
        help="how progress is shown (default: a bar on a terminal, lines elsewhere)",
    )
    command.add_argument(
        "--log", type=Path, metavar="FILE", help="append what happens to a file, a line at a time"
    )
    command.add_argument(
        "--log-format", choices=("text", "json"), default="text", help="form of the log (default: text)"
    )


def report(command: argparse.ArgumentParser) -> None:
    """Declare the performance report, for commands that start workers."""
    command.add_argument(
        "--performance-report",
        type=Path,
        metavar="FILE",
        help="write what Dask's dashboard showed to an HTML file, even if the command fails",
    )


@contextlib.contextmanager
def listening(chosen: argparse.Namespace) -> Iterator[None]:
    """Set ``chosen.listen`` for the time of a command; the log tells how the command began and ended.

    Raises
    ------
    OutputError
        If the log cannot be opened.
    """
    from galdask import __version__, events
    from galdask.errors import GaldaskError

    chosen.listen = events.Narrator(mode=chosen.progress)
    if chosen.log is None:
        yield
        return
    log, began = events.Log(chosen.log, chosen.log_format), time.monotonic()
    chosen.listen = events.together(chosen.listen, log)

    def say(text: str, level: str = "info") -> None:
        spent = time.monotonic() - began
        log(events.Event(f"galdask {chosen.command}", text=text, level=level, seconds=spent))

    say(f"version {__version__}, process {os.getpid()}: {shlex.join(chosen.words)}")
    try:
        yield
    except GaldaskError as error:
        say(str(error), "error")
        raise
    except BaseException as error:
        say(f"ended by {type(error).__name__}: {error}".rstrip(": "), "error")
        raise
    else:
        say(f"done in {time.monotonic() - began:.1f} s")
    finally:
        log.close()
