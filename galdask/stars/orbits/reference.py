"""The Staeckel fudge by plain numpy: slow, simple, and what the compiled one is tested against.

Turning points by walking away from the star and halving; integrals by the double exponential rule of
Takahasi & Mori (1974), whose points crowd towards both ends, so that what is sharp there does no harm. The
potential is any function of (R, z): galpy's, or `Potential.at`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

#: of a walk away from the star, as a factor of x
_WALK = 1.02
_Function = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Fudge:
    """Two one-dimensional motions for each star; see `galdask.stars.orbits.radial` and `vertical`.

    Parameters
    ----------
    at : callable
        Phi of (R, z), (km/s)^2 and kpc, zero at infinity or not.
    r, vr, vphi, z, vz, delta : (n,) float64
        Stars and their focal lengths, kpc and km/s.
    """

    at: Callable[[np.ndarray, np.ndarray], np.ndarray]
    r: np.ndarray
    vr: np.ndarray
    vphi: np.ndarray
    z: np.ndarray
    vz: np.ndarray
    delta: np.ndarray

    def place(self) -> dict[str, np.ndarray]:
        """Return energy, lz, x0, lam = x0 + delta^2, t0 = cos^2 v, w0 = sin^2 v, half of p_u^2 and p_v^2."""
        d2, x = self.delta**2, self.r**2
        energy = self.at(self.r, self.z) + 0.5 * (self.vr**2 + self.vphi**2 + self.vz**2)
        m = x + self.z**2 - d2
        root = np.hypot(m, 2 * self.delta * self.r)
        with np.errstate(divide="ignore", invalid="ignore"):
            x0 = np.where(m >= 0, 0.5 * (m + root), 2 * d2 * x / (root - m))
        lam = x0 + d2
        outward = self.vr * self.r * lam + self.vz * self.z * x0
        upward = self.vr * self.z * x0 - self.vz * self.r * lam
        half = 0.5 / (lam * x0)
        return {
            "energy": energy,
            "lz": self.r * self.vphi,
            "x0": x0,
            "lam": lam,
            "t0": self.z**2 / lam,
            "w0": x / x0,
            "ku": outward**2 * half,
            "kv": upward**2 * half,
        }

    def radial(self, p: dict[str, np.ndarray]) -> _Function:
        """Return U(x)."""
        d2 = self.delta**2

        def g(x: np.ndarray) -> np.ndarray:
            return (d2 + x) * self.at(np.sqrt(x), 0.0 * x)

        g0, h = g(p["x0"]), 0.5 * p["lz"] ** 2 * d2
        return lambda x: p["ku"] + (x - p["x0"]) * (p["energy"] + h / (x * p["x0"])) - (g(x) - g0)

    def vertical(self, p: dict[str, np.ndarray]) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
        """Return V of t and w = 1 - t."""
        d2 = self.delta**2

        def g(t: np.ndarray, w: np.ndarray) -> np.ndarray:
            return (p["x0"] + d2 * w) * self.at(np.sqrt(p["x0"] * w), np.sqrt(p["lam"] * t))

        g0, h = g(p["t0"], p["w0"]), 0.5 * p["lz"] ** 2

        def v(t: np.ndarray, w: np.ndarray) -> np.ndarray:
            s = t - p["t0"]
            return p["kv"] - p["energy"] * d2 * s - (g(t, w) - g0) - h * s / (w * p["w0"])

        return v


def _edge(
    positive: Callable[[np.ndarray], np.ndarray], start: np.ndarray, factor: float, steps: int
) -> np.ndarray:
    """Return where `positive` ends, walking from `start` by factors, then halving."""
    inside = start.copy()
    walking = np.ones(start.shape, dtype=bool)
    for _ in range(steps):
        walking &= positive(inside * factor)
        if not walking.any():
            break
        inside = np.where(walking, inside * factor, inside)
    outside = inside * factor
    for _ in range(60):
        middle = 0.5 * (inside + outside)
        good = positive(middle)
        inside, outside = np.where(good, middle, inside), np.where(good, outside, middle)
    return inside


def double_exponential(step: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the distances of the points from both ends of (0, 1), and weights."""
    k = np.arange(-int(4.0 / step), int(4.0 / step) + 1) * step
    u = 0.5 * np.pi * np.sinh(k)
    return 1 / (1 + np.exp(-2 * u)), 1 / (1 + np.exp(2 * u)), step * np.pi / 4 * np.cosh(k) / np.cosh(u) ** 2


def actions_numpy(fudge: Fudge, step: float = 1 / 32) -> dict[str, Any]:
    """Return jr, jz (kpc km/s), r_peri, r_apo, z_max (kpc) and energy ((km/s)^2) of bound stars off the axis.

    Parameters
    ----------
    fudge : Fudge
        The stars; lz must not vanish.
    step : float
        Of the quadrature; halve it to see that the numbers stand.
    """
    p = fudge.place()
    u, v, d2 = fudge.radial(p), fudge.vertical(p), fudge.delta**2
    with np.errstate(all="ignore"):
        x1 = _edge(lambda x: u(x) >= 0, p["x0"], 1 / _WALK, 2000)
        x2 = _edge(lambda x: u(x) >= 0, p["x0"], _WALK, 2000)
        w1 = _edge(lambda w: v(1 - w, w) >= 0, p["w0"], 1 / _WALK, 2000)
        near, far, latitude = np.sqrt(x1), np.sqrt(x2), np.arcsin(np.sqrt(1 - w1))
        jr, jz = np.zeros(near.shape), np.zeros(near.shape)
        for low, high, weight in zip(*double_exponential(step), strict=True):
            r = near + (far - near) * low if low < 0.5 else far - (far - near) * high
            jr += weight * np.sqrt(np.maximum(u(r * r) / (d2 + r * r), 0.0))
            angle = latitude * low
            jz += weight * np.sqrt(np.maximum(v(np.sin(angle) ** 2, np.cos(angle) ** 2), 0.0))
    return {
        "jr": jr * (far - near) * np.sqrt(2) / np.pi,
        "jz": jz * latitude * 2 * np.sqrt(2) / np.pi,
        "r_peri": near,
        "r_apo": np.sqrt(x2 + d2 * (1 - w1)),
        "z_max": np.sqrt((x2 + d2) * (1 - w1)),
        "energy": p["energy"],
    }
