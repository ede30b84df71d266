"""Directions and velocities of stars in the Galactic system, from whatever system a catalogue gives."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from galdask.migration.survey.sky import axes
from galdask.stars.frame import galactic_from_icrs
from galdask.units import KMS_PER_KPC_MASYR

#: kind of motion -> names of its columns and their units; errors have the name and "_err"
KINDS = {
    "galactic": {"pml": "mas/yr", "pmb": "mas/yr", "rv": "km/s"},
    "icrs": {"pmra": "mas/yr", "pmdec": "mas/yr", "rv": "km/s"},
    "uvw": {"u": "km/s", "v": "km/s", "w": "km/s"},
}


def galactic(ra: np.ndarray, dec: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return l and b of ICRS directions, all in radians."""
    c = np.cos(dec)
    x, y, z = galactic_from_icrs() @ np.stack([c * np.cos(ra), c * np.sin(ra), np.sin(dec)])
    return np.arctan2(y, x) % (2.0 * np.pi), np.arcsin(np.clip(z, -1.0, 1.0))


def turn(l: np.ndarray, b: np.ndarray) -> np.ndarray:  # noqa: E741
    """Return the angle of ICRS north at directions (radians), counted from Galactic north towards l."""
    x, y, z = galactic_from_icrs()[:, 2]
    towards_l = -x * np.sin(l) + y * np.cos(l)
    towards_b = -np.sin(b) * (x * np.cos(l) + y * np.sin(l)) + z * np.cos(b)
    return np.arctan2(towards_l, towards_b)


def motion_of(
    form: str,
    first: np.ndarray,
    second: np.ndarray,
    distance: np.ndarray,
    kind: str,
    given: Mapping[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Return l, b (radians), vlos (km/s), pml, pmb (mas/yr) and the errors of the velocities.

    Parameters
    ----------
    form : {"sky", "galactic"}
        System of the two angles.
    first, second : (n,) float64
        Angles, radians.
    distance : (n,) float64
        Kpc.
    kind : {"galactic", "icrs", "inward", "outward"}
        Proper motions of a system with rv; or u, v, w relative to the Sun, with u inward or outward.
    given : mapping
        The names of `KINDS`, and their errors.

    Notes
    -----
    Errors of equatorial proper motions are turned as if they were independent.
    """
    l, b = galactic(first, second) if form == "sky" else (first % (2.0 * np.pi), second)  # noqa: E741
    if kind in ("inward", "outward"):
        return {"l": l, "b": b, **_of_uvw(l, b, distance, given, kind == "inward")}
    if kind == "galactic":
        names = ("pml", "pmb", "pml_err", "pmb_err")
        values = [given[name] for name in names]
    else:
        values = _turned(turn(l, b), *(given[name] for name in ("pmra", "pmdec", "pmra_err", "pmdec_err")))
    pml, pmb, pml_err, pmb_err = values
    return {
        "l": l, "b": b, "vlos": given["rv"], "pml": pml, "pmb": pmb,
        "vlos_err": given["rv_err"], "pml_err": pml_err, "pmb_err": pmb_err,
    }  # fmt: skip


def _turned(
    angle: np.ndarray, pmra: np.ndarray, pmdec: np.ndarray, ra_err: np.ndarray, dec_err: np.ndarray
) -> list[np.ndarray]:
    c, s = np.cos(angle), np.sin(angle)
    bad = (ra_err < 0.0) | (dec_err < 0.0)  # squares would hide it
    errors = (np.hypot(c * ra_err, s * dec_err), np.hypot(s * ra_err, c * dec_err))
    return [c * pmra + s * pmdec, c * pmdec - s * pmra, *(np.where(bad, -1.0, e) for e in errors)]


def _of_uvw(
    l: np.ndarray,  # noqa: E741
    b: np.ndarray,
    distance: np.ndarray,
    given: Mapping[str, np.ndarray],
    inward: bool,
) -> dict[str, np.ndarray]:
    v = np.stack([-given["u"] if inward else given["u"], given["v"], given["w"]])
    errors = np.stack([given["u_err"], given["v_err"], given["w_err"]])
    bad = np.any(errors < 0.0, axis=0)
    seen = {}
    for name, e, scale in zip(
        ("vlos", "pml", "pmb"),
        axes(l, b),
        (1.0, KMS_PER_KPC_MASYR * distance, KMS_PER_KPC_MASYR * distance),
        strict=True,
    ):
        seen[name] = np.sum(e * v, axis=0) / scale
        seen[f"{name}_err"] = np.where(bad, -1.0, np.sqrt(np.sum((e * errors) ** 2, axis=0)) / scale)
    return seen
