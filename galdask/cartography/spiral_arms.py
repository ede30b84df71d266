"""Where spiral arms lie in R and azimuth, carried over from the frame in which they were published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from galdask.cartography import published
from galdask.cartography.cell_statistics import Variable

#: R of the Sun in the published frame, kpc
R_SUN = 8.15
#: steps along an arm, degrees
STEP = 1.0
TABLE = "spiral_arms"


def radius(arm: Mapping[str, float], beta: np.ndarray) -> np.ndarray:
    """Return R of an arm in the published frame.

    Parameters
    ----------
    arm : mapping
        ``beta_kink`` (degrees), ``r_kink`` (kpc), ``pitch_low`` and ``pitch_high`` (degrees).
    beta : (n,) float64
        Azimuth from the Sun in the sense of Galactic rotation, degrees.

    References
    ----------
    Reid et al. 2019, ApJ 885, 131, section 3.
    """
    pitch = np.where(beta < arm["beta_kink"], arm["pitch_low"], arm["pitch_high"])
    turn = np.radians(beta - arm["beta_kink"])
    return np.asarray(arm["r_kink"] * np.exp(-turn * np.tan(np.radians(pitch))))


def places(frame: Mapping[str, Any], theta: tuple[float, float]) -> dict[str, Variable]:
    """Return all arms as points in R and azimuth of a pipeline's frame.

    They keep their places relative to the Sun, whose R may differ between the frames.

    Parameters
    ----------
    frame : mapping
        `r_sun` (kpc) and the sense of `theta`.
    theta : tuple of float
        Azimuths that must be reached, degrees; beyond the masers the spirals are carried on.

    Returns
    -------
    dict
        Coordinate ``arm`` and variables ``arm_r``, ``arm_theta``, ``arm_seen`` (1 where masers are).
    """
    arms = published.rows(TABLE)
    names = [arm.pop("arm") for arm in arms]
    numbers = [{key: float(value) for key, value in arm.items()} for arm in arms]
    rotating = frame.get("theta", "toward_rotation") == "toward_rotation"
    turn = -1.0 if rotating else 1.0
    ends = sorted(turn * (angle - 180.0) for angle in theta)
    low = min(ends[0], *(arm["beta_min"] for arm in numbers)) - STEP
    high = max(ends[1], *(arm["beta_max"] for arm in numbers)) + STEP
    beta = np.arange(np.floor(low), np.ceil(high) + STEP, STEP)
    r_theirs = np.stack([radius(arm, beta) for arm in numbers])
    towards_sun = r_theirs * np.cos(np.radians(beta)) + float(frame.get("r_sun", R_SUN)) - R_SUN
    along = r_theirs * np.sin(np.radians(beta))
    angle = (180.0 + turn * np.degrees(np.arctan2(along, towards_sun))) % 360.0
    seen = np.stack([(beta >= arm["beta_min"]) & (beta <= arm["beta_max"]) for arm in numbers])
    dims = ("arm", "arm_point")
    return {
        "arm": (("arm",), np.array(names), {"long_name": "spiral arm"}),
        "arm_r": (dims, np.hypot(towards_sun, along), {"units": "kpc", "long_name": "R of the spiral arm"}),
        "arm_theta": (dims, angle, {"units": "deg", "long_name": "azimuth of the spiral arm"}),
        "arm_seen": (
            dims,
            seen.astype(np.uint8),
            {"units": "1", "long_name": "1 where masers trace the arm"},
        ),
    }
