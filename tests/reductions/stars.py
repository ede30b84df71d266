"""Blocks of stars for the tests of reductions: columns, cuts into parts, comparison of tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from galdask.reductions import CellTable

Columns = dict[str, np.ndarray]


def block(n: int, seed: int, *, coarse: bool = False) -> Columns:
    """Stars with a radial gradient; `coarse` values are full of ties, gaps and repeated stars."""
    rng = np.random.default_rng(seed)
    r = rng.uniform(3.0, 15.0, n)
    fe_h = 0.3 - 0.05 * r + rng.normal(0.0, 0.15, n)
    star_key = rng.integers(0, 2**64, n, dtype=np.uint64)
    if coarse:
        r, fe_h = np.round(r), np.round(fe_h, 1)
        star_key = star_key % np.uint64(max(1, n // 3))
        r[rng.random(n) < 0.05] = np.nan
        fe_h[rng.random(n) < 0.05] = np.nan
    return {
        "star_key": star_key,
        "r": r,
        "abs_z": rng.uniform(0.0, 2.2, n),
        "population": rng.integers(0, 4, n).astype(np.int8),
        "fe_h": fe_h.astype(np.float32),
        "mg_fe": rng.normal(0.1, 0.1, n).astype(np.float32),
    }


def take(columns: Mapping[str, np.ndarray], rows: np.ndarray) -> Columns:
    return {name: values[rows] for name, values in columns.items()}


def parts(columns: Mapping[str, np.ndarray], number: int, seed: int) -> list[Columns]:
    """The same stars in another order, dealt to `number` parts, some of which may be empty."""
    rng = np.random.default_rng(seed)
    n = len(columns["star_key"])
    order, home = rng.permutation(n), rng.integers(0, number, n)
    return [take(columns, order[home[order] == k]) for k in range(number)]


def same(a: CellTable, b: CellTable) -> bool:
    """Whether two tables agree in every bit."""
    return (
        np.array_equal(a.cells, b.cells)
        and a.values.keys() == b.values.keys()
        and all(
            a.values[k].dtype == b.values[k].dtype and a.values[k].tobytes() == b.values[k].tobytes()
            for k in a.values
        )
        and a.tables.keys() == b.tables.keys()
        and all(same(a.tables[k], b.tables[k]) for k in a.tables)
    )
