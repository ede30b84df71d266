"""Model against data in five dimensions: stars of the model, seen through the survey and with errors."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from galdask.migration.products.predicted import bin_of, shares
from galdask.migration.products.product import Product, Work, band, variable
from galdask.migration.products.quantities import FIVE, bins, edges, labels, units

if TYPE_CHECKING:
    import xarray as xr


def make(work: Work) -> xr.Dataset:
    """Return histograms of data and model, of each quantity alone and of pairs."""
    import xarray as xr

    stars, predicted = work.fit.stars, work.predicted()
    n = len(stars)
    fine, coarse = bins(n), bins(n, 24)
    values = {name: stars[name].to_numpy(dtype=float) for name in FIVE}
    sides = {name: edges(name, v, fine) for name, v in values.items()}
    wide = {name: edges(name, v, coarse) for name, v in values.items()}
    single = [shares(predicted, name, sides[name]) for name in FIVE]
    middle, low, high = (np.stack(x) for x in zip(*(band(n * share) for share, _ in single), strict=True))
    noise = np.stack([n * n * v.mean(axis=0) for _, v in single])
    pairs = list(combinations(FIVE, 2))
    seen, expected = np.empty((2, len(pairs), coarse, coarse))
    for k, (x, y) in enumerate(pairs):
        seen[k] = _plane(values[x], values[y], np.ones(n), wide[x], wide[y])
        expected[k] = n * _plane(predicted.values[x], predicted.values[y], predicted.best, wide[x], wide[y])
    counts = np.stack([np.histogram(values[name], sides[name])[0] for name in FIVE])
    return xr.Dataset(
        {
            "n": variable(("quantity", "bin"), counts, "number of stars"),
            "model": variable(("quantity", "bin"), middle, "stars expected, median of the posterior"),
            "model_low": variable(("quantity", "bin"), low, "stars expected, 16 %"),
            "model_high": variable(("quantity", "bin"), high, "stars expected, 84 %"),
            "model_noise": variable(("quantity", "bin"), noise, "variance from the number of model stars"),
            "edges": variable(("quantity", "edge"), np.stack(list(sides.values())), "edges of the bins"),
            "n_plane": variable(("pair", "y_bin", "x_bin"), seen, "number of stars"),
            "model_plane": variable(
                ("pair", "y_bin", "x_bin"), expected, "stars expected at the best parameters"
            ),
            "plane_edges": variable(
                ("quantity", "plane_edge"), np.stack(list(wide.values())), "edges of the bins of pairs"
            ),
        },
        {
            "quantity": list(FIVE),
            "label": ("quantity", labels(FIVE)),
            "unit": ("quantity", units(FIVE)),
            "pair_x": ("pair", [x for x, _ in pairs]),
            "pair_y": ("pair", [y for _, y in pairs]),
        },
        {
            "stars": n,
            "model_stars": predicted.size,
            "draws": int(predicted.weights.shape[0]),
            "effective_model_stars": predicted.effective_size(),
            "source": work.fit.source,
        },
    )


def _plane(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, x_sides: np.ndarray, y_sides: np.ndarray
) -> np.ndarray:
    """Return the sum of weights in cells, (y, x)."""
    across, up = bin_of(x, x_sides), bin_of(y, y_sides)
    inside, columns = (across >= 0) & (up >= 0), x_sides.size - 1
    cells = up[inside] * columns + across[inside]
    return np.bincount(cells, w[inside], (y_sides.size - 1) * columns).reshape(-1, columns)


PRODUCT = Product(
    "model_against_data",
    "Model against data in five dimensions",
    "Figure 6",
    "Stars drawn from the model, seen through the survey and given the same errors, beside the stars of the"
    " fit. Diagonal: the stars with Poisson errors (points) and the model (line; darker band: posterior, 16"
    " to 84 %; lighter band: with the Poisson scatter of as many stars). Below: the stars (gray) and the"
    " model's contours around 50 and 90 % of it. Above: stars less model in standard errors, from -4 (blue)"
    " to 4 (red); cells where fewer than one star is expected are left blank.",
    make,
)
