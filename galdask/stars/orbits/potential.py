"""Potentials by name: the block that a pipeline file spells out, and the tables that are made of it once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from galdask.config import Section
from galdask.errors import ConfigError

#: the example of the documentation: Frankel et al. 2020 use these numbers
DEFAULT: Mapping[str, Any] = MappingProxyType({"name": "MWPotential2014", "ro": 8.2, "vo": 235.0})
#: name -> (module, keys of the block)
KNOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "MWPotential2014": ("mwpotential2014", ("ro", "vo")),
    "McMillan17": ("mcmillan17", ()),
}


@dataclass(frozen=True, slots=True, eq=False)
class Potential:
    """An axisymmetric potential, zero at infinity, ready for compiled code; it may travel between processes.

    Parameters
    ----------
    name : str
        One of `KNOWN`.
    ro, vo : float
        Distance (kpc) and circular velocity (km/s) that scale it.
    field : tuple of ndarray
        As `galdask.stars.orbits.field` reads it.
    plane : (cells, 8) float64
        Table of Phi(R, 0) by R^2.
    momentum : (cells, 8) float64
        Table of R^3 dPhi/dR in the plane by R^2: the squared angular momentum of circular orbits.
    thickness : float
        Scale on which it varies across the plane, kpc; chooses quadrature points.
    offset : float
        galpy's potential at infinity, (km/s)^2: galpy's energy is ours plus this.
    """

    name: str
    ro: float
    vo: float
    field: tuple[np.ndarray, ...]
    plane: np.ndarray
    momentum: np.ndarray
    thickness: float
    offset: float

    def at(self, r: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Return the potential, (km/s)^2 and zero at infinity, at places of one shape given in kpc."""
        from galdask.stars.orbits.field import evaluate

        return evaluate(self.field, np.square(r), np.square(z))

    def settings(self) -> dict[str, Any]:
        """Return the block that names this potential."""
        return {"name": self.name, **{key: getattr(self, key) for key in KNOWN[self.name][1]}}


def open_potential(block: Mapping[str, Any] | Section | Potential = DEFAULT) -> Potential:
    """Return a potential, its tables made once a process.

    Parameters
    ----------
    block : mapping, Section or Potential
        ``{"name": "MWPotential2014", "ro": 8.2, "vo": 235.0}`` (Bovy 2015; lengths scale with ro, kpc, and
        velocities with vo, km/s) or ``{"name": "McMillan17"}`` (McMillan 2017 as galpy has it, whose scales
        are part of the fit). A `Potential` is returned as it is.

    Raises
    ------
    ConfigError
        If the name is unknown, or a scale is missing, not known to this potential, or not positive.
    """
    if isinstance(block, Potential):
        return block
    if isinstance(block, Section):
        name = block.text("name", choices=tuple(KNOWN))
        scales = tuple(float(block.number(key)) for key in KNOWN[name][1])
        block.done()
        return _made(name, scales)
    where = f"potential {dict(block)!r}"
    name = block.get("name")
    if name not in KNOWN:
        raise ConfigError("unknown potential", where=where, expected=" or ".join(KNOWN), found=name)
    keys = KNOWN[name][1]
    if set(block) != {"name", *keys}:
        expected = ", ".join(("name", *keys))
        raise ConfigError(
            "a potential has its own keys", where=where, expected=expected, found=", ".join(block)
        )
    return _made(name, tuple(float(block[key]) for key in keys))


@lru_cache(maxsize=16)
def _made(name: str, scales: tuple[float, ...]) -> Potential:
    from importlib import import_module

    if not all(math.isfinite(s) and s > 0 for s in scales):
        raise ConfigError("the scales of a potential are positive numbers", where=name, found=scales)
    module = import_module(f"galdask.stars.orbits.{KNOWN[name][0]}")
    make: Callable[..., Potential] = module.make
    return make(*scales)
