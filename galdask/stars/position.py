"""Positions and velocities of stars: from the sky with a distance, or given in the Galaxy already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from galdask.config import Section
from galdask.stars.cylinder import cartesian, cylinder, rotation
from galdask.stars.frame import Frame
from galdask.stars.readings import Reading, StoreLike
from galdask.stars.sky import NAMES, galactic_stars

#: columns that follow from a position, and their units; then those of a velocity
PLACES = {"x": "kpc", "y": "kpc", "z": "kpc", "r": "kpc", "theta": "deg", "abs_z": "kpc", "signed_r": "kpc"}
MOTIONS = {
    **dict.fromkeys(("vx", "vy", "vz", "vr", "vphi"), "km/s"),
    "lz": "kpc km/s",
    "v_perp": "km/s",
}
#: kinds of positions and the names of their coordinates
FORMS = {
    "sky": ("ra", "dec"),
    "galactic": ("l", "b"),
    "cylindrical": ("r", "z", "theta"),
    "cartesian": ("x", "y", "z"),
}


@dataclass(frozen=True, slots=True)
class Parallax:
    """Distance as the inverse of a parallax.

    Parameters
    ----------
    parallax : Reading
        mas.
    zero_point : float
        Subtracted from the parallax, mas.
    error : Reading or None
        mas.
    max_error : float or None
        Largest error over the corrected parallax; beyond it the distance is missing.
    """

    parallax: Reading
    zero_point: float
    error: Reading | None
    max_error: float | None

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Columns that are read."""
        return (self.parallax,) if self.error is None else (self.parallax, self.error)

    def read(self, columns: Mapping[str, np.ndarray], rows: np.ndarray | None) -> np.ndarray:
        """Return distances in kpc; NaN where the parallax is missing, not positive or too uncertain."""
        parallax = self.parallax.read(columns, rows) - self.zero_point
        good = parallax > 0.0
        if self.error is not None and self.max_error is not None:
            good &= self.error.read(columns, rows) <= self.max_error * parallax
        return np.divide(1.0, parallax, where=good, out=np.full(parallax.shape, np.nan))


@dataclass(frozen=True, slots=True)
class Position:
    """Where the coordinates of a star are read.

    Parameters
    ----------
    form : {"sky", "galactic", "cylindrical", "cartesian"}
        What they are.
    coordinates : tuple of (str, Reading)
        Name and column of each, in the order of `FORMS`; z and theta of a cylinder may be left out.
    distance : Reading, Parallax or None
        For directions on the sky.
    velocity : tuple of Reading
        The two proper motions, longitude first and times cos(latitude), and the radial velocity; or none.
    """

    form: str
    coordinates: tuple[tuple[str, Reading], ...]
    distance: Reading | Parallax | None
    velocity: tuple[Reading, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Derived columns, in order."""
        return (*PLACES, *MOTIONS) if self.velocity else tuple(PLACES)

    def readings(self, velocity: bool) -> tuple[Reading, ...]:
        """Return the columns that positions, or positions and velocities, are read from."""
        distance: tuple[Reading, ...] = ()
        if isinstance(self.distance, Parallax):
            distance = self.distance.readings
        elif self.distance is not None:
            distance = (self.distance,)
        return (*(r for _, r in self.coordinates), *distance, *(self.velocity if velocity else ()))

    def settings(self, velocity: bool) -> dict[str, Any]:
        """Return what decides the positions, or the positions and velocities."""
        settings = asdict(self)
        if not velocity:
            del settings["velocity"]
        return settings

    def derive(
        self,
        frame: Frame | None,
        columns: Mapping[str, np.ndarray],
        rows: np.ndarray | None,
        names: Collection[str],
    ) -> dict[str, np.ndarray]:
        """Return the derived columns of the chosen rows.

        Parameters
        ----------
        frame : Frame or None
            The Galactocentric frame; positions in the Galaxy can go without: theta = atan2(y, x).
        columns : mapping of str to (n,) array
            Columns of a partition.
        rows : (k,) integer array or None
            Which rows; None for all.
        names : collection of str
            Which of `PLACES` and `MOTIONS`.

        Returns
        -------
        dict of str to (k,) float64
            These columns in their units; NaN where something is missing.
        """
        y_sign = 1.0 if frame is None else frame.y_sign
        given = {name: reading.read(columns, rows) for name, reading in self.coordinates}
        if self.distance is not None and frame is not None:
            parts = [*given.values(), self.distance.read(columns, rows)]
            if not MOTIONS.keys().isdisjoint(names):
                parts += [reading.read(columns, rows) for reading in self.velocity]
            stars = galactic_stars(frame, "icrs" if self.form == "sky" else "galactic", parts, 1.0)
        elif self.form == "cartesian":
            stars = given
        else:
            stars = _from_cylinder(given, y_sign)
        if "r" not in stars and not {"r", "theta", "signed_r"}.isdisjoint(names):
            stars["r"], stars["theta"] = cylinder(stars["x"], stars["y"], y_sign)
        if "abs_z" in names:
            stars["abs_z"] = np.abs(stars["z"])
        if "signed_r" in names:
            stars["signed_r"] = np.copysign(stars["r"], stars["x"])
            stars["signed_r"][np.isnan(stars["x"])] = np.nan
        if not {"vr", "vphi", "lz", "v_perp"}.isdisjoint(names):
            stars["vr"], stars["vphi"], stars["lz"] = rotation(
                stars["x"], stars["y"], stars["vx"], stars["vy"]
            )
        if "v_perp" in names:
            stars["v_perp"] = np.hypot(stars["vr"], stars["vz"])
        return {name: stars[name] for name in (*PLACES, *MOTIONS) if name in names}


def _from_cylinder(given: dict[str, np.ndarray], y_sign: float) -> dict[str, np.ndarray]:
    r = np.where(given["r"] >= 0.0, given["r"], np.nan)
    nothing = np.full(r.shape, np.nan)
    theta = given.get("theta", nothing) % 360.0
    theta[theta >= 360.0] = 0.0
    x, y = cartesian(r, theta, y_sign)
    return {"x": x, "y": y, "z": given.get("z", nothing), "r": r, "theta": theta}


def position_from_section(section: Section, velocity: Section | None, store: StoreLike) -> Position:
    """Read the sections ``position`` and ``velocity``.

    Raises
    ------
    AbsentError
        If the store lacks a column.
    ConfigError
        If the section has no or several kinds of position, or a column has the wrong unit.
    """
    forms = [form for form in FORMS if form in section]
    if len(forms) != 1:
        raise section.fail(
            None,
            "stars need one kind of position",
            expected="one of " + ", ".join(FORMS),
            found=", ".join(forms) or "none",
        )
    form = forms[0]
    inner = section.section(form)
    on_sky = form in ("sky", "galactic")
    coordinates = tuple(
        (name, Reading.of(store, inner, name, "deg" if on_sky or name == "theta" else "kpc"))
        for name in FORMS[form]
        if name in inner or form != "cylindrical" or name == "r"
    )
    inner.done()
    distance = _distance(section, store) if on_sky else None
    section.done()
    motion: tuple[Reading, ...] = ()
    if velocity is not None:
        if not on_sky:
            raise velocity.fail(
                None, "velocities need positions on the sky", expected="sky or galactic", found=form
            )
        names = NAMES["icrs" if form == "sky" else "galactic"][2:]
        motion = (
            *(Reading.of(store, velocity, name, "mas/yr") for name in names),
            Reading.of(store, velocity, "rv", "km/s"),
        )
        velocity.done()
    return Position(form, coordinates, distance, motion)


def _distance(section: Section, store: StoreLike) -> Reading | Parallax:
    if isinstance(section.value("distance"), str):
        return Reading.of(store, section, "distance", "kpc")
    inner = section.section("distance")
    parallax = Parallax(
        parallax=Reading.of(store, inner, "parallax", "mas"),
        zero_point=float(inner.number("zero_point", 0.0)),
        error=Reading.of(store, inner, "error", "mas") if "error" in inner else None,
        max_error=None if (limit := inner.number("max_error", None, low=0.0)) is None else float(limit),
    )
    if (parallax.error is None) != (parallax.max_error is None):
        raise inner.fail(None, "a limit on the relative error needs both", expected="error and max_error")
    inner.done()
    return parallax
