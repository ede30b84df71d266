"""What a pipeline file says of the errors of measured numbers, and how each is drawn.

Every error names its column, its model and what holds for a star without one. An error of zero is taken at
its word: the number is not moved. A negative, infinite or missing one is replaced by the default; where the
default is ``none`` the star has no draws.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from galdask.config import Section
from galdask.stars.position import Parallax, Position
from galdask.stars.readings import Reading, StoreLike, find, numeric, scale

#: how a number is drawn -> code of the kernel
MODELS = {"gaussian": 0, "positive": 1, "lognormal": 2, "quantiles": 3, "parallax": 4, "dex": 5}
#: models that a file may name for distances
OF_DISTANCES = ("gaussian", "lognormal", "quantiles")
#: numbers besides position and velocity that are drawn, with the units in which they are
OTHERS = {"age": "Gyr", "fe_h": "dex"}


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """The error of one measured number.

    Parameters
    ----------
    name : str
        Number: distance, pm_lon, pm_lat, rv, age, fe_h.
    model : str
        One of `MODELS`.
    low, high : Reading or None
        Columns of the 1-sigma error, one for both sides; for "quantiles" the 16th and 84th percentile.
    default : float or None
        Error of stars without one, in the unit of the number; None: they have no draws.
    relative : bool
        Whether the default is a fraction of the number.
    """

    name: str
    model: str
    low: Reading | None
    high: Reading | None
    default: float | None
    relative: bool

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Columns that are read."""
        return tuple(reading for reading in (self.low, self.high) if reading is not None)

    def settings(self) -> dict[str, Any]:
        """Return what decides the draws."""
        columns = [[reading.column, reading.factor] for reading in self.readings]
        return {
            "model": self.model,
            "columns": columns,
            "default": "none" if self.default is None else self.default,
            "relative": self.relative,
        }

    def widths(
        self, columns: Mapping[str, np.ndarray], values: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return the errors below and above each number.

        Parameters
        ----------
        columns : mapping of str to (n,) array
            Columns of a partition.
        values : (n,) float64
            The numbers themselves (for a parallax, the parallax).

        Returns
        -------
        low, high : (n,) float64
            NaN where a star has none and no default.
        defaulted, zero : (n,) bool
            Where the default stands in for an error, and where one is zero.
        """
        if self.low is None:
            found = np.full((2, values.size), np.nan)
        else:
            low = self.low.read(columns, None)
            high = low if self.high is None else self.high.read(columns, None)
            if self.model == "quantiles":
                low, high = values - low, high - values
            elif self.high is not None:
                low = np.abs(low)  # of two errors the lower one may be given as a negative number
            found = np.stack([low, high])
        with np.errstate(invalid="ignore"):
            bad = ~((found[0] >= 0.0) & (found[1] >= 0.0) & (found[0] < np.inf) & (found[1] < np.inf))
            zero = ~bad & ((found[0] == 0.0) | (found[1] == 0.0))
            stands = np.nan if self.default is None else self.default
            found[:, bad] = stands * np.abs(values[bad]) if self.relative else stands
        defaulted = bad & (self.default is not None)
        return np.ascontiguousarray(found[0]), np.ascontiguousarray(found[1]), defaulted, zero


@dataclass(frozen=True, slots=True)
class Measured:
    """A number besides position and velocity that is drawn: its column and its error."""

    reading: Reading
    error: Uncertainty


@dataclass(frozen=True, slots=True)
class Uncertainties:
    """Errors of everything that is drawn.

    Parameters
    ----------
    distance, pm_lon, pm_lat, rv : Uncertainty
        Of the position and the velocity.
    correlation : Reading or float
        Of the two proper motions.
    others : dict of str to Measured
        Age and [Fe/H], if they are drawn.
    """

    distance: Uncertainty
    pm_lon: Uncertainty
    pm_lat: Uncertainty
    rv: Uncertainty
    correlation: Reading | float
    others: Mapping[str, Measured]

    @property
    def columns_read(self) -> tuple[str, ...]:
        """Columns of the store that the errors and the other numbers are read from."""
        return self.columns_for(self.others)

    def columns_for(self, names: Collection[str]) -> tuple[str, ...]:
        """Return the columns of the errors of positions and motions, and of the other numbers in `names`."""
        every = [*self.distance.readings, *self.pm_lon.readings, *self.pm_lat.readings, *self.rv.readings]
        if isinstance(self.correlation, Reading):
            every.append(self.correlation)
        for one in (one for name, one in self.others.items() if name in names):
            every += [one.reading, *one.error.readings]
        return tuple(dict.fromkeys(reading.column for reading in every))

    def correlations(self, columns: Mapping[str, np.ndarray], rows: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the correlation of the proper motions, and where it was none and is taken as zero."""
        if not isinstance(self.correlation, Reading):
            return np.full(rows, self.correlation), np.zeros(rows, dtype=bool)
        found = self.correlation.read(columns, None)
        with np.errstate(invalid="ignore"):
            bad = ~(np.abs(found) <= 1.0)
        return np.where(bad, 0.0, found), bad

    def settings(self) -> dict[str, Any]:
        """Return what decides the draws."""
        known = self.correlation
        return {
            **{name: getattr(self, name).settings() for name in ("distance", "pm_lon", "pm_lat", "rv")},
            "correlation": [known.column, known.factor] if isinstance(known, Reading) else known,
            **{
                name: {"column": [one.reading.column, one.reading.factor], **one.error.settings()}
                for name, one in self.others.items()
            },
        }


def uncertainties_from_section(section: Section, position: Position, store: StoreLike) -> Uncertainties:
    """Read the section ``errors``.

    Parameters
    ----------
    section : Section
        ``distance: {model: gaussian | lognormal, error: COL, default: ..}`` or ``{model: quantiles, low: COL,
        high: COL, default: ..}``; ``proper_motion: {longitude: COL, latitude: COL, correlation: COL | NUMBER,
        default: ..}``; ``radial_velocity: {error: COL, default: ..}``; perhaps ``age`` and ``fe_h``:
        ``{column: COL, error: COL | [LOWER, UPPER], default: ..}``; errors of an age may be in dex. A default
        is a number in kpc, mas/yr, km/s, Gyr or dex, ``{relative: FRACTION}``, or ``none``.
    position : Position
        What is drawn.
    store : Store
        Columns with types and units.

    Raises
    ------
    AbsentError
        If the store lacks a column.
    ConfigError
        If something is missing, unknown, or of the wrong unit.
    """
    distance = _distance(section.section("distance"), position, store)
    inner = section.section("proper_motion")
    motions = []
    for name, key in (("pm_lon", "longitude"), ("pm_lat", "latitude")):
        low = Reading.of(store, inner, key, "mas/yr") if key in inner else None
        motions.append(Uncertainty(name, "gaussian", low, None, *_default(inner, low is None)))
    correlation: Reading | float
    if isinstance(inner.value("correlation", 0.0), str):
        correlation = Reading.of(store, inner, "correlation", "")
    else:
        correlation = float(inner.number("correlation", 0.0, low=-1.0, high=1.0))
    inner.done()
    rv = _one(section.section("radial_velocity"), "rv", "km/s", store)
    others = {}
    for name, unit in OTHERS.items():
        if name in section:
            inner = section.section(name)
            others[name] = Measured(
                Reading.of(store, inner, "column", unit), _other(inner, name, unit, store)
            )
    section.done()
    return Uncertainties(distance, motions[0], motions[1], rv, correlation, others)


def _distance(section: Section, position: Position, store: StoreLike) -> Uncertainty:
    if isinstance(position.distance, Parallax):
        return _one(section, "distance", "mas", store, "parallax")
    model = section.text("model", choices=OF_DISTANCES)
    if model == "quantiles":
        low, high = (Reading.of(store, section, key, "kpc") for key in ("low", "high"))
        found = Uncertainty("distance", model, low, high, *_default(section, False))
        section.done()
        return found
    return _one(section, "distance", "kpc", store, "positive" if model == "gaussian" else model)


def _one(section: Section, name: str, unit: str, store: StoreLike, model: str = "gaussian") -> Uncertainty:
    low = Reading.of(store, section, "error", unit) if "error" in section else None
    found = Uncertainty(name, model, low, None, *_default(section, low is None))
    section.done()
    return found


def _other(section: Section, name: str, unit: str, store: StoreLike) -> Uncertainty:
    """Read the error of an age or an abundance: one column, or two for the two sides."""
    given = section.value("error", [])
    names = given if isinstance(given, list) else [given]
    if len(names) > 2:
        raise section.fail("error", "an error has one column or two", expected="COLUMN or [LOWER, UPPER]")
    model, sides = ("positive" if name == "age" else "gaussian"), []
    for column in map(str, names):
        stored = find(store, column, section, "error")
        numeric(stored, column, section, "error")
        wanted = unit
        if name == "age" and stored.unit == "dex":
            model, wanted = "dex", "dex"
        factor = scale(stored.unit, wanted, f"the column {column!r}", section, "error")
        sides.append(Reading(column, factor))
    sides += [None] * (2 - len(sides))  # type: ignore[list-item]
    found = Uncertainty(name, model, sides[0], sides[1], *_default(section, sides[0] is None))
    section.done()
    return found


def _default(section: Section, needed: bool) -> tuple[float | None, bool]:
    """Return what stands in for an error that is not there, and whether it is relative."""
    value = section.value("default")
    if value in (None, "none"):
        if needed:
            raise section.fail(
                "default", "an error needs a column or a number", expected="error: COLUMN, or default: NUMBER"
            )
        return None, False
    if isinstance(value, dict):
        inner = section.section("default")
        fraction = float(inner.number("relative", low=0.0))
        inner.done()
        return fraction, True
    return float(section.number("default", low=0.0)), False
