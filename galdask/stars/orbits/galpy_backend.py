"""Actions by galpy: its C code for the Staeckel fudge, guarded, and the oracle of our own.

galpy is imported at first use (1.5 s). Its loops use OpenMP: give every worker thread one of galpy's by
OMP_NUM_THREADS=1 in the environment, before galpy is imported.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np

from galdask.stars.orbits import status
from galdask.stars.orbits.potential import Potential

#: what galpy returns instead of an action that it could not find
SENTINEL = 9999.99
#: shortest focal length that galpy is given, in units of ro: it divides by it
SHORTEST = 1e-6


@contextlib.contextmanager
def quiet_galpy() -> Iterator[None]:
    """Keep galpy's warnings (optional packages, deprecated habits) to itself; errors pass."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def galpy_potential(made: Potential) -> Any:
    """Return galpy's own potential, in natural units."""
    with quiet_galpy():
        if made.name == "MWPotential2014":
            return import_module("galpy.potential").MWPotential2014
        return import_module("galpy.potential.McMillan17").McMillan17


@lru_cache(maxsize=8)
def _staeckel(made: Potential) -> Any:
    with quiet_galpy():
        module = import_module("galpy.actionAngle")
        return module.actionAngleStaeckel(pot=galpy_potential(made), delta=0.45, c=True)


def potential_at(made: Potential, r: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return galpy's potential, (km/s)^2, by its C code, shifted to vanish at infinity."""
    with quiet_galpy():
        evaluate = import_module("galpy.potential.interpRZPotential").eval_potential_c
        natural, error = evaluate(galpy_potential(made), r / made.ro, z / made.ro)
    if error:
        raise RuntimeError("galpy could not evaluate its potential")
    return np.asarray(natural) * made.vo**2 - made.offset


def _clean(values: np.ndarray, bits: np.ndarray) -> np.ndarray:
    """Turn what galpy returns for a failure into NaN, and tell it in the status."""
    bad = ~np.isfinite(values) | (np.abs(values - SENTINEL) < 1e-6)
    bits |= np.where(bad, np.uint16(status.NO_CONVERGENCE), np.uint16(0))
    return np.where(bad, np.nan, values)


def fudge_galpy(
    made: Potential,
    r: np.ndarray,
    vr: np.ndarray,
    vphi: np.ndarray,
    z: np.ndarray,
    vz: np.ndarray,
    delta: np.ndarray,
    *,
    everything: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Return what `galdask.stars.orbits.staeckel.fudge` returns, by galpy's C code.

    Stars that are unbound or not given are left out of galpy's arrays. With `everything` False the last four
    rows are NaN: galpy finds the turning points a second time for them.
    """
    out, bits = np.full((7, r.size), np.nan), np.zeros(r.size, dtype=np.uint16)
    with np.errstate(over="ignore", invalid="ignore"):
        squared = vr**2 + vphi**2 + vz**2
    given = np.isfinite(r + vr + vphi + z + vz + delta) & (r >= 0) & (delta >= 0)
    bits[~given] |= status.MISSING
    bits[given & (r < status.ON_AXIS)] |= status.AXIS
    use = np.flatnonzero(bits == 0)
    out[2, use] = potential_at(made, r[use], z[use]) + 0.5 * squared[use]
    bits[use] |= np.where(out[2, use] < 0, np.uint16(0), np.uint16(status.UNBOUND))
    use = np.flatnonzero(bits == 0)
    if not use.size:
        return out, bits
    ro, vo = made.ro, made.vo
    natural = zip((r, vr, vphi, z, vz), (ro, vo, vo, ro, vo), strict=True)
    stars = [values[use] / scale for values, scale in natural]
    length = np.maximum(delta[use] / ro, SHORTEST)
    method, told = _staeckel(made), bits[use]
    with quiet_galpy():
        jr, _, jz = method(*stars, delta=length)
        rest = method.EccZmaxRperiRap(*stars, delta=length) if everything else None
    out[0, use], out[1, use] = ro * vo * _clean(jr, told), ro * vo * _clean(jz, told)
    if rest is not None:
        for row, values, scale in zip((3, 4, 5, 6), rest, (1.0, ro, ro, ro), strict=True):
            out[row, use] = np.where(told == 0, scale * values, np.nan)
    out[:2, use[told != 0]] = np.nan
    bits[use] = told
    return out, bits
