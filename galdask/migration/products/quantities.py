"""The quantities that data and model are compared in, and bins for them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Quantity(NamedTuple):
    """One quantity."""

    label: str
    unit: str
    low: float | None
    """Where it begins, if it has an end there."""


#: column of the stars -> quantity; the paper's five dimensions first
QUANTITIES = {
    "fe_h": Quantity("[Fe/H]", "dex", None),
    "age": Quantity("Age", "Gyr", 0.0),
    "jr": Quantity("$J_R$", "kpc km/s", 0.0),
    "lz": Quantity("$L_z$", "kpc km/s", None),
    "r": Quantity("R", "kpc", None),
    "z": Quantity("Z", "kpc", None),
}
#: the five dimensions of the paper's Figures 1 and 6
FIVE = ("fe_h", "age", "jr", "lz", "r")
#: share of the stars that edges leave out on each open side
_OUT = 0.004


def labels(names: tuple[str, ...]) -> list[str]:
    """Return labels of quantities."""
    return [QUANTITIES[name].label for name in names]


def units(names: tuple[str, ...]) -> list[str]:
    """Return units of quantities."""
    return [QUANTITIES[name].unit for name in names]


def bins(stars: int, most: int = 36) -> int:
    """Return how many bins suit a number of stars."""
    return int(np.clip(2.0 * stars ** (1.0 / 3.0), 6, most))


def edges(name: str, values: np.ndarray, count: int) -> np.ndarray:
    """Return even edges that hold all but a few of the values, (count + 1,)."""
    good = values[np.isfinite(values)]
    low, high = np.quantile(good, [_OUT, 1.0 - _OUT]) if good.size else (0.0, 1.0)
    margin = 0.03 * (high - low) if high > low else 0.5
    start = QUANTITIES[name].low
    first = low - margin if start is None else start
    return np.linspace(first, max(high + margin, first + 1e-3), count + 1)


def even_shares(values: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """Return edges, the outer ones infinite, between which weighted values have even shares."""
    order = np.argsort(values)
    below = np.cumsum(weights[order]) - 0.5 * weights[order]
    inner = np.interp(np.arange(1, count) / count * weights.sum(), below, values[order])
    return np.r_[-np.inf, inner, np.inf]
