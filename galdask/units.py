"""The unit system: kpc, km/s, Gyr, dex, radians inside; anything astropy reads at the border.

Only the table below is used where speed of start-up matters; `to_internal` imports astropy when it
meets a quantity.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from galdask.errors import ConfigError

#: unit as written in release and pipeline files -> (kind, factor to the internal unit)
KNOWN: dict[str, tuple[str, float]] = {
    "": ("number", 1.0),
    "dex": ("dex", 1.0),
    "mag": ("mag", 1.0),
    "K": ("temperature", 1.0),
    "Msun": ("mass", 1.0),
    "Rsun": ("radius", 1.0),
    "kpc": ("length", 1.0),
    "pc": ("length", 1e-3),
    "km/s": ("velocity", 1.0),
    "m/s": ("velocity", 1e-3),
    "Gyr": ("time", 1.0),
    "Myr": ("time", 1e-3),
    "yr": ("time", 1e-9),
    "rad": ("angle", 1.0),
    "deg": ("angle", math.pi / 180.0),
    "mas": ("parallax", 1.0),
    "arcsec": ("parallax", 1e3),
    "mas/yr": ("proper motion", 1.0),
    "kpc km/s": ("action", 1.0),
    "km2/s2": ("energy", 1.0),
    "log(yr)": ("log age", 1.0),
    "log(cm/s2)": ("log gravity", 1.0),
    "uHz": ("frequency", 1.0),
}

#: km/s of a star at 1 kpc that moves 1 mas/yr (1 au / Julian year, IAU 2012)
KMS_PER_KPC_MASYR = 149597870.7 / (365.25 * 86400.0)


def kind(unit: str, where: str | None = None) -> str:
    """Return what a unit measures ("length", "angle", ...)."""
    return _look_up(unit, where)[0]


def factor(unit: str, where: str | None = None) -> float:
    """Return the factor from `unit` to the internal unit of its kind."""
    return _look_up(unit, where)[1]


def _look_up(unit: str, where: str | None) -> tuple[str, float]:
    try:
        return KNOWN[unit]
    except KeyError:
        raise ConfigError(
            f"unknown unit {unit!r}",
            expected="one of " + ", ".join(repr(u) for u in KNOWN),
            found=repr(unit),
            where=where,
        ) from None


def to_internal(value: Any, unit: str) -> np.ndarray:
    """Return a plain float64 array in the internal unit.

    Parameters
    ----------
    value : array_like or astropy.units.Quantity
        A quantity is converted; a bare number is taken to be in the internal unit already.
    unit : str
        The internal unit: "kpc", "km/s", "Gyr" or "rad".
    """
    if hasattr(value, "unit") and hasattr(value, "to_value"):
        import astropy.units as u

        try:
            value = value.to_value(u.Unit(unit))
        except u.UnitConversionError as error:
            raise ConfigError(
                "a quantity has the wrong unit", expected=f"a unit of {kind(unit)}", found=value.unit
            ) from error
    return np.asarray(value, dtype=np.float64)
