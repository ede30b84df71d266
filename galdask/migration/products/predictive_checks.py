"""Posterior-predictive checks: are the stars what the model would give, in each quantity and in pairs?

For every draw of the posterior the stars are counted in bins with even expected numbers, chi2 is computed,
and the same for as many stars drawn from that model. p is the share of the draws in which the made stars have
the larger chi2: near 0 the model does not describe the stars, near 1 its errors are too large.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galdask.migration.products.predicted import Predicted, bin_of, cell_shares, shares
from galdask.migration.products.product import Product, Work, variable
from galdask.migration.products.quantities import FIVE, QUANTITIES, even_shares

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

#: stars a bin, at least on average; bins of a quantity, and of each of a pair; at most
_A_BIN, _BINS, _PAIR_BINS = 12, 24, 6
#: bins where fewer stars are expected are joined
_FEW = 5.0
ALL = (*FIVE, "z")


class Check(NamedTuple):
    """One quantity or pair."""

    pulls: np.ndarray
    """(n - expected) / error of each bin, against the median of the posterior."""
    chi2: float
    """Median over the posterior."""
    chi2_made: float
    """Median of that of made stars."""
    p: float


def check(n: np.ndarray, share: np.ndarray, variance: np.ndarray, rng: np.random.Generator) -> Check:
    """Compare counts with the shares that draws of the posterior give.

    Parameters
    ----------
    n : (k,) int
        Stars in each bin.
    share, variance : (draws, k) float64
        Expected shares, and the variance of each from the finite number of stars of the model.
    rng : Generator
        Of the made stars.
    """
    stars = int(n.sum())
    total = share.sum(axis=1, keepdims=True)
    expected, noise = stars * share / total, stars**2 * variance / total**2
    error = np.sqrt(np.maximum(expected + noise, 1e-9))
    made = rng.multinomial(stars, share / total) + np.sqrt(noise) * rng.standard_normal(noise.shape)
    chi2, chi2_made = (np.sum(((x - expected) / error) ** 2, axis=1) for x in (n, made))
    pulls = (n - np.median(expected, axis=0)) / np.median(error, axis=0)
    p = float(np.mean(chi2_made >= chi2))
    return Check(pulls, float(np.median(chi2)), float(np.median(chi2_made)), p)


def make(work: Work) -> xr.Dataset:
    """Return the checks of every quantity and pair."""
    import xarray as xr

    stars, predicted = work.fit.stars, work.predicted()
    rng = np.random.default_rng(work.seed)
    count = int(np.clip(len(stars) // _A_BIN, 3, _BINS))
    each = int(np.clip(np.sqrt(len(stars) / _A_BIN), 2, _PAIR_BINS))
    values = {name: stars[name].to_numpy(dtype=float) for name in ALL}
    singles, limits = [], np.empty((len(ALL), count + 1))
    for k, name in enumerate(ALL):
        limits[k] = even_shares(predicted.values[name], predicted.best, count)
        n = np.bincount(bin_of(values[name], limits[k]), minlength=count)
        singles.append(check(n, *shares(predicted, name, limits[k]), rng))
    pairs = list(combinations(ALL, 2))
    doubles = [_pair(values, predicted, x, y, each, rng) for x, y in pairs]
    checks = [*singles, *doubles]
    names = [*ALL, *(f"{x}, {y}" for x, y in pairs)]
    shown = [", ".join(QUANTITIES[part].label for part in name.split(", ")) for name in names]
    return xr.Dataset(
        {
            "pull": variable(("quantity", "bin"), np.stack([c.pulls for c in singles]), "pull"),
            "limits": variable(("quantity", "limit"), limits, "edges of the bins"),
            "chi2": variable("check", [c.chi2 for c in checks], "chi2, median of the posterior"),
            "chi2_made": variable("check", [c.chi2_made for c in checks], "chi2 of stars from the model"),
            "bins": variable("check", [c.pulls.size for c in checks], "number of bins"),
            "p": variable("check", [c.p for c in checks], "share of made samples with a larger chi2"),
        },
        {
            "quantity": list(ALL),
            "label": ("quantity", [QUANTITIES[name].label for name in ALL]),
            "check": names,
            "check_label": ("check", shown),
        },
        {
            "stars": len(stars),
            "model_stars": predicted.size,
            "effective_model_stars": predicted.effective_size(),
            "draws": int(predicted.weights.shape[0]),
            "source": work.fit.source,
        },
    )


def _pair(
    values: dict[str, np.ndarray],
    predicted: Predicted,
    x: str,
    y: str,
    each: int,
    rng: np.random.Generator,
) -> Check:
    sides = {name: even_shares(predicted.values[name], predicted.best, each) for name in (x, y)}
    n = each * bin_of(values[x], sides[x]) + bin_of(values[y], sides[y])
    cells = each * bin_of(predicted.of(x), sides[x]) + bin_of(predicted.of(y), sides[y])
    counts = np.bincount(n, minlength=each**2)
    share, variance = cell_shares(cells, predicted.weights, each**2)
    few = n.size * np.median(share, axis=0) < _FEW
    if np.any(few) and not np.all(few):
        counts = np.r_[counts[~few], counts[few].sum()]
        share, variance = (np.c_[x[:, ~few], x[:, few].sum(axis=1)] for x in (share, variance))
    return check(counts, share, variance, rng)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return the checks as a table."""
    names = ("bins", "chi2", "chi2_made", "p")
    frame = dataset[list(names)].to_dataframe().reset_index()
    return {"predictive_checks": frame[["check", *names]]}


PRODUCT = Product(
    "predictive_checks",
    "Would the model give these stars?",
    "",
    "Posterior-predictive checks. Left: stars less model in standard errors, in bins that should hold even"
    " numbers of stars. Right: chi2 over the number of bins for each quantity and each pair, of the stars"
    " (points) and of stars made from the model (crosses); p is the share of made samples with a larger chi2."
    " Of so many checks one with p near 0.03 is expected by chance.",
    make,
    tables,
)
