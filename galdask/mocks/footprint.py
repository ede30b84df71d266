"""Where the mock survey looked: fields on a grid in l and b, seen from two hemispheres.

An APOGEE-like plan after Zasowski et al. 2017 and Beaton et al. 2021: rows of fields along the disk, a
dense block on the bulge, sparse halo fields, a patch of asteroseismic targets, the Magellanic Clouds.
Field centres, names and numbers are ours, not the survey's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from galdask.mocks import sky

#: kinds of fields
DISK, BULGE, HALO_FIELD, SEISMIC, CLOUDS = range(5)
KINDS = ("disk", "bulge", "halo", "seismic", "clouds")
#: north and south: telescope, field radius in degrees (7 and 2 to 3 square degrees)
TELESCOPES = (("apo25m", 1.49), ("lco25m", 0.95))
#: declination below which only the south sees, deg
SOUTH_OF = -18.0
#: kind -> share of stars in each class: main survey, other science, telluric standard, 1-m telescope
CLASSES = {
    DISK: (0.68, 0.24, 0.072, 0.008),
    BULGE: (0.62, 0.33, 0.045, 0.005),
    HALO_FIELD: (0.52, 0.39, 0.080, 0.010),
    SEISMIC: (0.14, 0.80, 0.050, 0.010),
    CLOUDS: (0.30, 0.64, 0.055, 0.005),
}
#: kind -> cohorts as (H from, H to, share of the main-survey stars)
COHORTS = {
    DISK: ((7.0, 12.2, 0.55), (12.2, 12.8, 0.28), (12.8, 13.3, 0.17)),
    BULGE: ((7.0, 11.0, 0.45), (11.0, 12.2, 0.40), (12.2, 12.8, 0.15)),
    HALO_FIELD: ((7.0, 12.2, 0.60), (12.2, 12.8, 0.25), (12.8, 13.8, 0.15)),
    SEISMIC: ((7.0, 11.0, 0.60), (11.0, 12.2, 0.40), (12.2, 12.8, 0.0)),
    CLOUDS: ((7.0, 12.2, 0.60), (12.2, 12.8, 0.40), (12.8, 13.8, 0.0)),
}


@dataclass(frozen=True, slots=True)
class Footprint:
    """All fields, one entry each."""

    name: tuple[str, ...]
    """Name as in the column FIELD."""
    kind: np.ndarray
    """One of the kinds above."""
    location_id: np.ndarray
    """Number as in the column LOCATION_ID."""
    ra: np.ndarray
    """Centre, deg."""
    dec: np.ndarray
    """Centre, deg."""
    telescope: np.ndarray
    """Index in `TELESCOPES`."""
    survey: np.ndarray
    """1 for APOGEE-1 plates, 2 for APOGEE-2."""
    radius: np.ndarray
    """Deg."""
    weight: np.ndarray
    """Share of the spectra; sums to 1."""

    @property
    def size(self) -> int:
        """Number of fields."""
        return len(self.name)

    def cohorts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return H from, H to and share, each of shape (fields, 3)."""
        table = np.array([COHORTS[kind] for kind in range(len(KINDS))])[self.kind]
        return table[:, :, 0], table[:, :, 1], table[:, :, 2]


def _plan() -> list[tuple[int, float, float, float]]:
    """Return (kind, l, b, weight) of every field."""
    rows: list[tuple[int, float, float, float]] = []
    for glat, step, weight in (
        (0.0, 4.0, 1.25), (4.0, 4.0, 1.0), (-4.0, 4.0, 0.85), (8.0, 6.0, 0.95), (-8.0, 6.0, 0.75),
        (12.0, 10.0, 0.8), (-12.0, 10.0, 0.6), (16.0, 12.0, 0.6), (-16.0, 12.0, 0.45), (20.0, 15.0, 0.5),
    ):  # fmt: skip
        for glon in np.arange(14.0 + 0.5 * abs(glat), 347.0 - 0.5 * abs(glat), step):
            outer = 1.25 if 90.0 < glon < 270.0 else 1.0
            rows.append((DISK, float(glon), glat, weight * outer))
    for glat in (-8.0, -6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0, 11.0):
        for glon in np.arange(-12.0, 12.5, 2.4):
            rows.append((BULGE, float(glon) % 360.0, glat, 0.48))
    turns = np.arange(420) + 0.5
    for k, sine in enumerate(1.0 - 2.0 * turns / turns.size):
        glat = float(np.degrees(np.arcsin(sine)))
        if abs(glat) > 22.0 and not (glat < 0.0 and k % 3 == 1):
            rows.append((HALO_FIELD, (k * 137.50776405) % 360.0, glat, 0.42 if glat > 0 else 0.30))
    for glon in (68.0, 71.5, 75.0, 78.5, 82.0):
        for glat in (7.0, 10.0, 13.0, 16.0, 19.0):
            rows.append((SEISMIC, glon, glat + 0.5, 1.6))
    rows += [(CLOUDS, lon, lat, 1.2) for lon, lat in ((278.0, -33.0), (280.5, -35.0), (282.0, -31.5))]
    rows += [(CLOUDS, lon, lat, 0.9) for lon, lat in ((301.5, -43.5), (304.0, -44.5))]
    return rows


def footprint() -> Footprint:
    """Return the fields of the mock survey, always the same."""
    plan = [row for row in _plan() if _is_reachable(row[1], row[2])]
    kind = np.array([row[0] for row in plan], dtype=np.int8)
    glon, glat, weight = (np.array([row[i] for row in plan]) for i in (1, 2, 3))
    ra, dec = sky.to_equatorial(glon, glat)
    telescope = (dec < SOUTH_OF).astype(np.int8)
    turn = np.arange(kind.size)
    survey = np.where((telescope == 0) & (turn % 5 < 2), 1, 2).astype(np.int8)
    return Footprint(
        name=tuple(_name(int(k), lon, lat) for k, lon, lat in zip(kind, glon, glat, strict=True)),
        kind=kind,
        location_id=np.where(survey == 1, 4100, 5000) + turn,
        ra=ra,
        dec=dec,
        telescope=telescope,
        survey=survey,
        radius=np.array([radius for _, radius in TELESCOPES])[telescope],
        weight=weight / weight.sum(),
    )


def _is_reachable(glon: float, glat: float) -> bool:
    _, dec = sky.to_equatorial(np.array([glon]), np.array([glat]))
    return bool(-82.0 < dec[0] < 84.0)


def _name(kind: int, glon: float, glat: float) -> str:
    prefix = {SEISMIC: "K_", CLOUDS: "MC_"}.get(kind, "")
    across = f"{glon:05.1f}" if round(glon, 1) % 1 else f"{glon:03.0f}"
    up = f"{abs(glat):04.1f}" if round(abs(glat), 1) % 1 else f"{abs(glat):02.0f}"
    return f"{prefix}{across}{'-' if glat < 0 else '+'}{up}"
