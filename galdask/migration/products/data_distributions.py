"""The sample: how many stars there are at each value of the five dimensions, and where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.migration.products.product import Product, Work, variable
from galdask.migration.products.quantities import FIVE, bins, edges, labels, units

if TYPE_CHECKING:
    import xarray as xr

#: reach of the map beyond the stars, kpc
_MARGIN = 0.5


def make(work: Work) -> xr.Dataset:
    """Return the histograms and the face-on map of the stars."""
    import xarray as xr

    stars = work.fit.stars
    count = bins(len(stars))
    values = [stars[name].to_numpy(dtype=float) for name in FIVE]
    sides = np.stack([edges(name, v, count) for name, v in zip(FIVE, values, strict=True)])
    n = np.stack([np.histogram(v, e)[0] for v, e in zip(values, sides, strict=True)])
    r, phi = (stars[name].to_numpy(dtype=float) for name in ("r", "phi"))
    x, y = r * np.cos(phi), r * np.sin(phi)
    reach = max(np.max(np.abs(x - work.fit.sun.r)), np.max(np.abs(y)), 0.5) + _MARGIN
    steps = np.linspace(-reach, reach, max(count, 12) + 1)
    seen = np.histogram2d(y, x, (steps, steps + work.fit.sun.r))[0]
    return xr.Dataset(
        {
            "n": variable(("quantity", "bin"), n.astype(np.int64), "number of stars"),
            "edges": variable(("quantity", "edge"), sides, "edges of the bins"),
            "median": variable("quantity", [np.median(v) for v in values], "median"),
            "n_map": variable(("y", "x"), seen.astype(np.int64), "number of stars"),
        },
        {
            "quantity": list(FIVE),
            "label": ("quantity", labels(FIVE)),
            "unit": ("quantity", units(FIVE)),
            "x": variable("x", 0.5 * (steps[1:] + steps[:-1]) + work.fit.sun.r, "X", "kpc"),
            "y": variable("y", 0.5 * (steps[1:] + steps[:-1]), "Y", "kpc"),
        },
        {"stars": len(stars), "r_sun": work.fit.sun.r},
    )


PRODUCT = Product(
    "data_distributions",
    "The stars of the fit",
    "Figure 1",
    "How many stars there are at each value of metallicity, age, radial action, angular momentum and distance"
    " from the axis, as observed, without any correction; the dashed line is the median. Last panel: where"
    " they are, seen from the north, with the Sun at Y = 0 and the centre at (0, 0); the disk turns towards"
    " larger Y. The survey's fields shape the distributions in angular momentum and radius, and the short"
    " time that a star spends as this kind of tracer that in age.",
    make,
)
