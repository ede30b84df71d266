"""The disk at birth and today: stars of the best model, with the same stars in both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.migration.derived import evolution
from galdask.migration.model import birth, star_formation
from galdask.migration.model.circles import guiding_radius
from galdask.migration.products.product import Product, Work, variable
from galdask.migration.survey.brute_force import place_stars

if TYPE_CHECKING:
    import xarray as xr

#: stars that are drawn; steps in birth radius and its end, kpc; birth radius that is followed, kpc
_STARS, _STEPS, _FARTHEST, FOLLOWED = 5_000, 121, 16.0, 8.0
#: ages of the births by radius, Gyr
AGES = (1.0, 3.0, 5.0)


def make(work: Work) -> xr.Dataset:
    """Return stars at birth and today, births by radius and age, and how far orbits have gone."""
    import xarray as xr

    best, choices = work.fit.parameters_best, work.fit.choices
    placed = place_stars(best, _STARS, work.seed, choices=choices)
    stars, today = placed.stars, placed.motion
    # a circle in the plane at the same azimuth: the gas is cold
    r_birth = guiding_radius(stars.lz0, choices.potential_of(best))
    r0 = np.linspace(0.0, _FARTHEST, _STEPS)
    ages = np.array([age for age in AGES if age < best.tau_m] or [0.5 * best.tau_m])
    even = best.change(x_io=0.0)
    births = {
        name: best.VC
        * np.exp(
            birth.log_p(p, p.VC * r0[None, :]) + star_formation.log_p(p, ages[:, None], p.VC * r0[None, :])
        )
        for name, p in (("births", best), ("births_even", even))
    }
    fine = best.tau_m * np.linspace(0.0, 1.0, 61) ** 2
    return xr.Dataset(
        {
            "x_birth": variable("star", r_birth * np.cos(today.phi), "X at birth", "kpc"),
            "y_birth": variable("star", r_birth * np.sin(today.phi), "Y at birth", "kpc"),
            "x": variable("star", today.r * np.cos(today.phi), "X today", "kpc"),
            "y": variable("star", today.r * np.sin(today.phi), "Y today", "kpc"),
            "z": variable("star", today.z, "Z today", "kpc"),
            "age": variable("star", stars.tau, "age", "Gyr"),
            "fe_h": variable("star", stars.fe_h, "[Fe/H]", "dex"),
            "births": variable(("age_bin", "r0"), births["births"], "births", "1/(kpc Gyr)"),
            "births_even": variable(
                ("age_bin", "r0"), births["births_even"], "births at x_io = 0", "1/(kpc Gyr)"
            ),
            "migration": variable(
                "tau", evolution.migration_kpc(best, fine, choices), "rms(Lz - Lz0) / VC", "kpc"
            ),
            "epicycle": variable(
                "tau",
                [evolution.epicycle_amplitude(best, t, FOLLOWED, choices) for t in fine],
                "amplitude of epicycles",
                "kpc",
            ),
        },
        {
            "r0": variable("r0", r0, "birth radius", "kpc"),
            "age_bin": variable("age_bin", ages, "age", "Gyr"),
            "tau": variable("tau", fine, "age", "Gyr"),
        },
        {
            "stars": int(stars.tau.size),
            "counted": "stars of the model",
            "r_sun": work.fit.sun.r,
            "followed": FOLLOWED,
            "x_io": best.x_io,
        },
    )


PRODUCT = Product(
    "disks",
    "The disk at birth and today",
    "Figure 5",
    "Stars of the best model, before any survey sees them, coloured by [Fe/H]; left as they were born, on"
    " cold circular orbits in the plane with a tight gradient, right the same stars today, after migration,"
    " radial heating and vertical heating; below from the side. Last column, top: births by radius for some"
    " ages (dashed: without inside-out growth, x_io = 0). Bottom: how far an orbit has migrated (rms, kpc)"
    " and the amplitude of its epicycles at 8 kpc, over age.",
    make,
)
