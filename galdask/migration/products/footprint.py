"""Where the survey looked: its fields on the sky, and how many stars of the fit each holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.migration.products.product import Product, Work, variable

if TYPE_CHECKING:
    import xarray as xr


def make(work: Work) -> xr.Dataset:
    """Return the fields with the number of their stars."""
    import xarray as xr

    fields, stars = work.fit.selection().fields, work.fit.stars
    star, home = fields.members(stars["l"].to_numpy(dtype=float), stars["b"].to_numpy(dtype=float))
    degrees = {
        name: np.degrees(getattr(fields, name))
        for name in ("l", "b", "radius")
    }  # fmt: skip
    return xr.Dataset(
        {
            "n": variable("field", np.bincount(home, minlength=fields.size), "number of stars"),
            "l": variable("field", degrees["l"], "longitude", "deg"),
            "b": variable("field", degrees["b"], "latitude", "deg"),
            "radius": variable("field", degrees["radius"], "radius", "deg"),
            "fraction": variable("field", fields.fraction, "fraction observed"),
        },
        {"field": np.arange(fields.size), "name": ("field", list(fields.name))},
        {"stars": len(stars), "stars_in_no_field": int(len(stars) - np.unique(star).size)},
    )


PRODUCT = Product(
    "footprint",
    "Where the survey looked",
    "",
    "The fields of the survey on the sky, in Galactic coordinates, coloured by the number of stars of the fit"
    " in each; fields without any are open circles. Small fields are drawn with a radius of 1.5 degrees.",
    make,
)
