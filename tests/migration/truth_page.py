"""Pieces of benchmarks/migration.md: each test that is marked `long` writes its own and joins the page."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.harness import machine
from galdask import provenance, publish
from tests.statistics.join import alone
from tests.statistics.report import ROOT, commit

FOLDER = ROOT / "benchmarks" / "migration"
#: pieces in the order of the page
ORDER = (
    "twenty",
    "seven_thousand",
    "whole_run",
    "draws_and_volume",
    "few_stars",
    "mutations",
    "volume",
    "ranks",
    "crosscheck",
)
HEAD = """# Orbit migration: does the fit find the truth, and are its errors right?

Written by the tests in tests/migration that are marked `long` (`make test-long`): each writes its piece,
which says when, at which commit and on what it was made, and joins the page.

**What was run.** Mocks of the model at the paper's Table 1, seen by the toy survey, with errors of 0.15 dex
in log age, 7 % in distance and 0.05 dex in [Fe/H]. Every mock has stars, draws and volume points of its own.
A fit starts 13 % off, half of the parameters upwards; volume and draws are made anew at the first
optimum, and it is fitted again. 80 draws a star and 25 volume points a star unless said otherwise. A pull is
(optimum - truth) / error in the coordinates of the fit (logarithms of scales, 10 / R_sigmaR), the error from
the curvature at the optimum.
"""


def write(name: str, title: str, began: float, parts: Iterable[str]) -> None:
    """Publish one piece with what it was made by, and join the page anew."""
    if name not in ORDER:
        raise ValueError(name)
    versions = ", ".join(f"{one} {provenance.versions()[one]}" for one in ("numpy", "scipy", "numba"))
    made = (
        f"Made {provenance.now()} at commit {commit()}, in {time.monotonic() - began:.0f} s by one"
        f" process on a machine shared with other work ({machine()}), with {versions}.\n"
    )
    FOLDER.mkdir(exist_ok=True)
    publish.write_text(FOLDER / f"{name}.md", "\n".join([f"## {title}\n", made, *parts]))
    page()


def page() -> Path:
    """Write `benchmarks/migration.md` from the pieces that there are."""
    with alone(FOLDER):
        pieces = [FOLDER / f"{name}.md" for name in ORDER]
        texts = [piece.read_text(encoding="utf-8") for piece in pieces if piece.exists()]
        return publish.write_text(ROOT / "benchmarks" / "migration.md", "\n".join([HEAD, *texts]))
