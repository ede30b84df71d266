"""Join the pieces of the page of a calibration: ``python -m tests.statistics.join``."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from galdask import publish
from tests.statistics import words
from tests.statistics.families import BY_NAME, SEEDS, STARS
from tests.statistics.report import FOLDER, ROOT
from tests.statistics.rules import HIGH, LOW, MEAN, PROBABLE
from tests.statistics.truth import FEWEST, SEED, TIMES

#: pieces in the order of the page
ORDER = ("radial_gradients", *BY_NAME, "cells", "azimuth_none", "azimuth_injected")


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait for whoever joins the page at this time."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def page() -> Path:
    """Write `benchmarks/calibration.md` from the pieces that there are."""
    with alone(FOLDER):
        pieces = [FOLDER / f"{name}.md" for name in ORDER]
        numbers = {"stars": STARS, "first": SEEDS[0], "last": SEEDS[-1], "times": TIMES, "seed": SEED}
        rules = {"mean": MEAN, "low": LOW, "high": HIGH, "p": PROBABLE, "fewest": FEWEST}
        texts = [piece.read_text(encoding="utf-8") for piece in pieces if piece.exists()]
        missing = [piece.stem for piece in pieces if not piece.exists()]
        note = [f"Not made yet: {', '.join(missing)}.\n"] if missing else []
        whole = "\n".join([words.HEAD.format(**numbers, **rules), *note, *texts, words.READING])
        return publish.write_text(ROOT / "benchmarks" / "calibration.md", whole)


if __name__ == "__main__":
    page()
