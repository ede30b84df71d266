"""Published numbers that products are set beside; each file begins with its source, then remarks."""

from __future__ import annotations

import csv
from importlib import resources

import numpy as np


def table(name: str) -> tuple[str, dict[str, np.ndarray]]:
    """Read a table of published numbers.

    Parameters
    ----------
    name : str
        Such as "table1".

    Returns
    -------
    source : str
        What it is and where it was published.
    columns : dict of str to (n,) float64
        NaN where nothing is printed.
    """
    comments, lines = _read(name)
    head, *cells = csv.reader(lines)
    values = [[float(cell) if cell else np.nan for cell in row] for row in cells]
    return comments[0], dict(zip(head, np.array(values).T, strict=True))


def rows(name: str) -> list[dict[str, str]]:
    """Return a published table that has words in it, a mapping a row."""
    return list(csv.DictReader(_read(name)[1]))


def source(name: str) -> str:
    """Return what a table of published numbers is and where it was published."""
    return _read(name)[0][0]


def note(name: str) -> str:
    """Return what a table of published numbers says of contradictions in print; empty if nothing."""
    return " ".join(_read(name)[0][1:])


def _read(name: str) -> tuple[list[str], list[str]]:
    text = resources.files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8").splitlines()
    comments = [line.removeprefix("# ") for line in text if line.startswith("#")]
    return comments, [line for line in text if not line.startswith("#")]
