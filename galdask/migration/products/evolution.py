"""Secular evolution: how far orbits of an age have changed, in actions and in kpc."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.migration.derived import evolution
from galdask.migration.model.parameters import TABLE_1, TEXT
from galdask.migration.products.product import Product, Work, band, variable
from galdask.stars.orbits import circular

if TYPE_CHECKING:
    import xarray as xr

#: radii of the lower panel, kpc; where kappa of its right axis holds; steps in age
RADII, AXIS_RADIUS, _STEPS = (6.0, 8.0, 12.0), 8.0, 61


def make(work: Work) -> xr.Dataset:
    """Return the curves of the posterior, and those of the paper's two sets of parameters."""
    import xarray as xr

    best, choices, sets = work.fit.parameters_best, work.fit.choices, work.sets()
    age, radii = best.tau_m * np.linspace(0.0, 1.0, _STEPS) ** 2, np.array(RADII)
    lz = np.stack([evolution.rms_lz(p, age, choices) for p in sets])
    jr = np.stack([evolution.rms_jr(p, age[None, :], radii[:, None], choices) for p in sets])
    found = {}
    for name, dims, values, what in (
        ("rms_lz", ("age",), lz, "rms of Lz - Lz0"),
        ("rms_jr", ("r", "age"), jr, "rms of JR"),
    ):
        for kind, numbers in zip(("", "_low", "_high"), band(values), strict=True):
            found[f"{name}{kind}"] = variable(dims, numbers, what, "kpc km/s")
    for name, p in (("table1", TABLE_1), ("text", TEXT)):
        found[f"rms_lz_{name}"] = variable(
            "age", evolution.rms_lz(p, age, choices), "rms of Lz - Lz0", "kpc km/s"
        )
        at = evolution.rms_jr(p, age, AXIS_RADIUS, choices)
        found[f"rms_jr_{name}"] = variable("age", at, f"rms of JR at {AXIS_RADIUS:g} kpc", "kpc km/s")
    kappa = float(circular(np.array(AXIS_RADIUS), choices.potential_of(best))["kappa"])
    return xr.Dataset(
        found,
        {"age": variable("age", age, "age", "Gyr"), "r": variable("r", radii, "guiding radius", "kpc")},
        {
            "stars": len(work.fit.stars),
            "v_circ": best.VC,
            "kappa": kappa,
            "axis_radius": AXIS_RADIUS,
            "source": work.fit.source,
        },
    )


PRODUCT = Product(
    "evolution",
    "Secular evolution",
    "Figure 7",
    "How far orbits have changed since birth. Top: rms of Lz - Lz0 (eq. 21) over age; the right axis is that"
    " over VC. Bottom: rms of JR (eq. 22) at three guiding radii; the right axis is sqrt(JR / kappa) at"
    " 8 kpc, the spread in radius of orbits with such an action. Lines: the posterior's median, with the 16"
    " to 84 % band. Gray: the paper's Table 1 (dashed) and the set that its text and Figure 7 go with"
    " (dotted), the lower ones at 8 kpc.",
    make,
)
