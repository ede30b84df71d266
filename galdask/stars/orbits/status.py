"""What can be said of one star's orbit, as bits of a whole number.

A star with one of the bits in `FAILED` has no actions (NaN); the others are remarks.
"""

from __future__ import annotations

import numpy as np

#: name -> (bit value, meaning)
STATUS: dict[str, tuple[int, str]] = {
    "missing": (1, "a coordinate is NaN, infinite, or R is negative"),
    "axis": (2, "R is zero (below 1e-100 kpc): the directions of vr and vphi are not defined there"),
    "unbound": (4, "the energy is not below that at infinity"),
    "no_convergence": (8, "a turning point was not found; galpy's 9999.99"),
    "far": (16, "the star or its apocentre lies beyond the potential's table"),
    "clipped": (32, "the focal length was clipped to its allowed range"),
    "planar": (64, "z and vz are zero: jz and z_max are zero exactly"),
    "radial": (128, "lz is so small that its barrier was treated in the limit of a zero lz"),
    "rough": (256, "a quadrature did not reach its tolerance; the value may err by more than 1e-8"),
    "separated": (
        512,
        "the fudge's motion does not reach the plane, or has a second well: it is a poor model here",
    ),
}
BIT = {name: bit for name, (bit, _) in STATUS.items()}
#: kpc; nearer to the axis the square of R has lost its digits
ON_AXIS = 1e-100
#: stars without actions
FAILED = BIT["missing"] | BIT["axis"] | BIT["unbound"] | BIT["no_convergence"] | BIT["far"]

MISSING, AXIS, UNBOUND, NO_CONVERGENCE = (BIT[n] for n in ("missing", "axis", "unbound", "no_convergence"))
FAR, CLIPPED, PLANAR, RADIAL = (BIT[n] for n in ("far", "clipped", "planar", "radial"))
ROUGH, SEPARATED = BIT["rough"], BIT["separated"]


def failed(status: np.ndarray) -> np.ndarray:
    """Return True where a star has no actions."""
    return (status & FAILED) != 0


def count(status: np.ndarray) -> dict[str, int]:
    """Return how many stars carry each bit, and how many carry none ("clean")."""
    told = {name: int(np.count_nonzero(status & bit)) for name, bit in BIT.items()}
    return {"clean": int(np.count_nonzero(status == 0)), **told}
