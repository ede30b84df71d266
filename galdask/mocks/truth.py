"""What is known about the mock: the model behind it, and the gradients that follow from it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from galdask.mocks import (
    astrometry,
    chemistry,
    distmass,
    dust,
    footprint,
    kinematics,
    luminosity,
    order,
    sky,
    spectra,
)
from galdask.mocks.components import COMPONENTS, HIGH_ALPHA, LOW_ALPHA, POPULATIONS
from galdask.mocks.sample import draw_sample, sample_blocks

__all__ = ["draw_sample", "gradient_fe_h", "mean_fe_h", "mean_mg_fe", "parameters", "sample_blocks", "truths"]

mean_fe_h = chemistry.mean_fe_h
mean_mg_fe = chemistry.mean_mg_fe

#: heights and radii of the tables of truths, kpc: the lower edges of Tables 1 and 2 of Imig et al. 2023
HEIGHTS = np.arange(0.0, 2.0, 0.25)
RADII = np.arange(0.0, 20.0, 2.0)
#: ages at which the tables are given, Gyr
AGES = (2.0, 5.0, 8.5)


def gradient_fe_h(
    population: int, r: np.ndarray, abs_z: np.ndarray, age: np.ndarray, step: float = 1e-5
) -> tuple[np.ndarray, np.ndarray]:
    """Return the true d[Fe/H]/dR and d[Fe/H]/d|Z| at fixed age, dex/kpc.

    Parameters
    ----------
    population : int
        `components.LOW_ALPHA` or `components.HIGH_ALPHA`.
    r, abs_z : (n,) float64
        Kpc.
    age : (n,) float64
        Gyr.
    step : float
        Of the central difference, kpc.
    """
    r, abs_z = np.asarray(r, dtype=float), np.asarray(abs_z, dtype=float)
    along = mean_fe_h(population, r + step, abs_z, age) - mean_fe_h(population, r - step, abs_z, age)
    up = mean_fe_h(population, r, abs_z + step, age) - mean_fe_h(population, r, abs_z - step, age)
    return along / (2.0 * step), up / (2.0 * step)


def line_slope(x: np.ndarray, y: np.ndarray) -> float:
    """Return the slope of the straight line through points."""
    return float(np.polyfit(x, y, 1)[0])


def truths() -> dict[str, Any]:
    """Return gradients of the mean function: straight lines through it, at fixed age and place.

    What an estimator should find also depends on which stars were seen; that is `draw_sample` with the same
    estimator, on a sample much larger than the one tested.
    """
    radial: dict[str, Any] = {}
    vertical: dict[str, Any] = {}
    for population in (LOW_ALPHA, HIGH_ALPHA):
        name = POPULATIONS[population]
        r, z = np.linspace(7.0, 15.0, 161), np.linspace(0.0, 2.0, 81)
        radial[name] = {
            f"age {age:g} Gyr": [
                round(
                    line_slope(r, mean_fe_h(population, r, np.full(r.size, h + 0.125), np.full(r.size, age))),
                    5,
                )
                for h in HEIGHTS
            ]
            for age in AGES
        }
        vertical[name] = {
            f"age {age:g} Gyr": [
                round(
                    line_slope(z, mean_fe_h(population, np.full(z.size, at + 1.0), z, np.full(z.size, age))),
                    5,
                )
                for at in RADII
            ]
            for age in AGES
        }
    return {
        "d_fe_h_d_r": {"abs_z_low_edges_kpc": HEIGHTS.tolist(), "fit_over_r_kpc": [7.0, 15.0], **radial},
        "d_fe_h_d_abs_z": {"r_low_edges_kpc": RADII.tolist(), "fit_over_abs_z_kpc": [0.0, 2.0], **vertical},
        "skewness_of_low_alpha_scatter": {
            "r_kpc": RADII.tolist(),
            "value": np.round(chemistry.skewness_fe_h(LOW_ALPHA, RADII), 4).tolist(),
            "zero_at_r_kpc": chemistry.LOW.turn,
        },
        "estimators": "galdask.mocks.draw_sample(n, seed, noise): stars that pass the cuts, without files",
    }


def parameters() -> dict[str, Any]:
    """Return every number of the model."""
    return {
        "frame": {
            "r_sun": sky.R_SUN, "z_sun": sky.Z_SUN, "v_sun": list(sky.V_SUN), "galcen": list(sky.CENTRE),
        },
        "components": [
            {**dataclasses.asdict(c), "population": POPULATIONS[c.population]} for c in COMPONENTS
        ],
        "fe_h": {
            "low_alpha": dataclasses.asdict(chemistry.LOW),
            "high_alpha": dataclasses.asdict(chemistry.HIGH),
            **{POPULATIONS[k]: {"mean": v[0], "scatter": v[1]} for k, v in chemistry.PLAIN_FE_H.items()},
        },
        "mg_fe": {
            POPULATIONS[k]: dict(zip(("a", "b", "c", "per_gyr", "scatter"), v, strict=True))
            for k, v in chemistry.MG_FE.items()
        },
        "luminosity": {
            "slope": luminosity.GIANT_SLOPE, "tip": luminosity.TIP, "clump": luminosity.CLUMP,
            "clump_spread": luminosity.CLUMP_SPREAD, "clump_ratio": luminosity.CLUMP_RATIO,
            "turn_off": luminosity.TURN_OFF, "dwarfs": luminosity.DWARFS,
        },
        "footprint": {
            "telescopes": {name: {"radius_deg": radius} for name, radius in footprint.TELESCOPES},
            "classes": {footprint.KINDS[k]: list(v) for k, v in footprint.CLASSES.items()},
            "cohorts": {footprint.KINDS[k]: [list(row) for row in v] for k, v in footprint.COHORTS.items()},
        },
        "dust": {"a_k_per_kpc": dust.DENSITY, "length": dust.LENGTH, "height": dust.HEIGHT},
        "kinematics": {
            "v_circ": kinematics.CIRCULAR, "rise": kinematics.RISE, "sigma_length": kinematics.SIGMA_LENGTH,
        },
        "errors": {
            "log_age": distmass.AGE_ERROR, "distance": distmass.DISTANCE_ERROR,
            "gaia_zero_point": astrometry.ZERO_POINT, "sn_bad_below": spectra.SN_BAD_BELOW,
        },
        "spoiled": {
            "no_result": spectra.NO_RESULT, "bad_chi2": spectra.BAD_CHI2, "bad_fit": spectra.BAD_FIT,
            "fe_flagged": spectra.FE_FLAGGED, "mg_flagged": spectra.MG_FLAGGED,
        },
        "repeats": list(order.REPEATS),
    }  # fmt: skip
