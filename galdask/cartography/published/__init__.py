"""Published numbers that products are set beside, each file with its source in its first line."""

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
    text = resources.files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    source, *lines = text.splitlines()
    head, *rows = csv.reader(lines)
    values = [[float(cell) if cell else np.nan for cell in row] for row in rows]
    return source.removeprefix("# "), dict(zip(head, np.array(values).T, strict=True))
