"""Enrichment tracks: [Fe/H] at birth over birth radius and over age."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.migration.derived import sun
from galdask.migration.model import enrichment
from galdask.migration.products.product import Product, Work, band, variable

if TYPE_CHECKING:
    import xarray as xr

#: ages, Gyr, and birth radii, kpc, of the tracks
AGES, RADII = (0.0, 2.0, 4.0, 6.0), (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0)
_R_STEPS, _AGE_STEPS, _FARTHEST = 81, 61, 14.0


def make(work: Work) -> xr.Dataset:
    """Return the tracks with the band of the posterior."""
    import xarray as xr

    best, sets = work.fit.parameters_best, work.sets()
    ages = np.array([age for age in AGES if age <= best.tau_m] or [0.0])
    fine_r, fine_age = np.linspace(0.0, _FARTHEST, _R_STEPS), np.linspace(0.0, best.tau_m, _AGE_STEPS)
    radii = np.array(RADII)
    over_r = [enrichment.fe_h(p, p.VC * fine_r[None, :], ages[:, None]) for p in sets]
    over_age = [enrichment.fe_h(p, p.VC * radii[:, None], fine_age[None, :]) for p in sets]
    found = {}
    for name, dims, values in (
        ("over_r0", ("age", "r0_fine"), over_r),
        ("over_age", ("r0", "age_fine"), over_age),
    ):
        for kind, numbers in zip(("", "_low", "_high"), band(np.stack(values)), strict=True):
            found[f"fe_h_{name}{kind}"] = variable(dims, numbers, "[Fe/H] at birth", "dex")
    births = np.array([sun.birthplace(p).r0 for p in sets])
    return xr.Dataset(
        found,
        {
            "age": variable("age", ages, "age", "Gyr"),
            "r0": variable("r0", radii, "birth radius", "kpc"),
            "r0_fine": variable("r0_fine", fine_r, "birth radius Lz0 / VC", "kpc"),
            "age_fine": variable("age_fine", fine_age, "age", "Gyr"),
        },
        {
            "stars": len(work.fit.stars),
            "sun_age": sun.AGE,
            "sun_fe_h": sun.FE_H,
            "sun_r0": float(np.median(births)),
            "sun_r0_err": float(np.std(births)),
            "source": work.fit.source,
        },
    )


PRODUCT = Product(
    "enrichment",
    "Enrichment of the gas",
    "Figure 3",
    "[Fe/H] at birth, over the birth radius Lz0 / VC for some ages (left) and over age for some birth radii"
    " (right): the posterior's median, with the 16 to 84 % band. The Sun's symbol stands at its age and"
    " [Fe/H], left at the birth radius that follows from them.",
    make,
)
