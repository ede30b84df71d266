"""Coordinates in which ln L is nearly quadratic: logarithms of scales, and 10 / R_sigmaR.

R_sigmaR has no upper bound where the dispersion hardly depends on radius: its inverse then is near 0.
"""

from __future__ import annotations

import numpy as np

from galdask.migration.model.parameters import FREE, Parameters

#: parameters whose logarithm is the coordinate; that of -grad_feh, which is below 0
LOGARITHMS = ("Rd0", "tau_sfr", "sigma_Lz", "sigma_vR0", "a_z", "gamma_feh")
#: steps that change ln L of some thousand stars by about one
STEPS = dict(zip(FREE, (0.01, 0.005, 0.01, 0.005, 0.005, 0.003, 0.01, 0.01, 0.01, 0.005, 0.002), strict=True))


def coordinates(p: Parameters) -> np.ndarray:
    """Return the coordinates of a set of parameters, in the order of `FREE`."""
    return np.array([_forward(name, p[name]) for name in FREE])


def parameters_at(x: np.ndarray, reference: Parameters) -> Parameters | None:
    """Return the set at coordinates, with the fixed parameters of `reference`; None where there is none."""
    place = FREE.index("R_sigmaR")
    if not np.all(np.isfinite(x)) or x[place] <= 0.0 or np.any(np.abs(x) > 50.0):
        return None
    return reference.change(**{name: _back(name, float(v)) for name, v in zip(FREE, x, strict=True)})


def slopes(p: Parameters) -> np.ndarray:
    """Return |d parameter / d coordinate| at a set of parameters."""
    found = []
    for name in FREE:
        if name in LOGARITHMS or name == "grad_feh":
            found.append(abs(p[name]))
        else:
            found.append(p[name] ** 2 / 10.0 if name == "R_sigmaR" else 1.0)
    return np.array(found)


def _forward(name: str, value: float) -> float:
    if name in LOGARITHMS:
        return float(np.log(value))
    if name == "grad_feh":
        return float(np.log(-value))
    return 10.0 / value if name == "R_sigmaR" else value


def _back(name: str, x: float) -> float:
    if name in LOGARITHMS:
        return float(np.exp(x))
    if name == "grad_feh":
        return -float(np.exp(x))
    return 10.0 / x if name == "R_sigmaR" else x
