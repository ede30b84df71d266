"""Circular orbits in the plane: guiding radius, rotation curve and the frequencies of small oscillations."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numba as nb
import numpy as np

from galdask.stars.orbits.compiled import IN, IN2, KERNEL, OUT, stamp
from galdask.stars.orbits.field import gradients
from galdask.stars.orbits.potential import DEFAULT, Potential, open_potential
from galdask.stars.orbits.tabulated import X_MAX, cells, look_up
from galdask.units import to_internal

_STEPS = 8


def _kernel(sources: int) -> Any:
    @nb.njit(nb.void(IN2, IN, nb.int64, IN, IN, IN, OUT), **KERNEL)
    def guide(table, edges, first, middle, half, lz, r):  # type: ignore[no-untyped-def]
        _ = sources
        for i in range(lz.size):
            square = lz[i] * lz[i]
            if not square < edges[edges.size - 1]:
                r[i] = np.nan
                continue
            if square < edges[0]:
                r[i] = np.sqrt(square / edges[0] * (middle[first] - half[first]))
                continue
            low, high = 0, edges.size - 1
            while high - low > 1:
                k = (low + high) >> 1
                low, high = (k, high) if edges[k] <= square else (low, k)
            s = 2.0 * (square - edges[low]) / (edges[low + 1] - edges[low]) - 1.0
            for _j in range(_STEPS):
                value, slope = 0.0, 0.0
                for n in range(table.shape[1] - 1, -1, -1):
                    slope = slope * s + value
                    value = value * s + table[first + low, n]
                step = (square - value) / slope
                s += step
                if abs(step) < 1e-9:
                    break
            r[i] = np.sqrt(middle[first + low] + half[first + low] * s)

    return guide


_guide = _kernel(stamp())


@lru_cache(maxsize=16)
def _rising(made: Potential) -> tuple[np.ndarray, int]:
    """Return the squared angular momenta at cell edges, from where they rise, and the first cell."""
    middle, half = cells()
    edges = look_up(made.momentum, middle - half)[0]
    last = look_up(made.momentum, np.array([np.nextafter(X_MAX, 0.0)]))[0]
    edges = np.concatenate([edges, last])
    falls = np.flatnonzero((np.diff(edges) <= 0.0) | (edges[:-1] <= 0.0))
    first = int(falls[-1]) + 1 if falls.size else 0
    return np.ascontiguousarray(edges[first:]), first


def r_guide(lz: Any, potential: Mapping[str, Any] | Potential = DEFAULT) -> np.ndarray:
    """Return the radius of the circular orbit with a star's angular momentum.

    Parameters
    ----------
    lz : array_like or Quantity
        Angular momentum about the axis, kpc km/s; its sign does not matter.
    potential : mapping or Potential
        As `galdask.stars.orbits.open_potential` takes it.

    Returns
    -------
    ndarray
        The root of R vc(R) = |lz|, kpc; NaN where lz is not finite or beyond the potential's table (6e4 kpc).

    Notes
    -----
    Inverts the potential's own curve to 1e-12; below the first radius where the table of R vc rises strictly
    (1e-9 kpc for MWPotential2014, 1e-6 for McMillan17) it is linear in lz.
    """
    made = open_potential(potential)
    momentum = to_internal(lz, "kpc km/s")
    flat = np.ascontiguousarray(momentum).reshape(-1)
    edges, first = _rising(made)
    r = np.empty(flat.size)
    _guide(made.momentum, edges, first, *cells(), flat, r)
    return r.reshape(momentum.shape)


def circular(r: Any, potential: Mapping[str, Any] | Potential = DEFAULT) -> dict[str, np.ndarray]:
    """Return the circular velocity and the frequencies of orbits near the circular one, in the plane.

    Parameters
    ----------
    r : array_like or Quantity
        Distance from the axis, kpc, > 0.
    potential : mapping or Potential
        As `galdask.stars.orbits.open_potential` takes it.

    Returns
    -------
    dict of str to ndarray
        ``v_circ`` in km/s; ``omega`` (azimuthal), ``kappa`` (radial) and ``nu`` (vertical) in km/s/kpc.
    """
    made = open_potential(potential)
    radius = to_internal(r, "kpc")
    x = np.square(radius).reshape(-1)
    square, slope, _ = look_up(made.momentum, x)
    vertical = gradients(made.field, x, np.zeros(x.size))[2]
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = {
            "v_circ": np.sqrt(square / x),
            "omega": np.sqrt(square) / x,
            "kappa": np.sqrt(2.0 * slope / x),
            "nu": np.sqrt(2.0 * vertical),
        }
    return {name: values.reshape(radius.shape) for name, values in rows.items()}
