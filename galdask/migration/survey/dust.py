"""Extinction along lines of sight: an analytic layer, or a map that the user has installed."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

import numpy as np

from galdask.errors import ConfigError
from galdask.migration.survey.sky import Sun, place

#: A_H / A_K (Indebetouw et al. 2005)
A_H_OVER_A_K = 1.55


class Dust(Protocol):
    """Anything that knows the extinction in H."""

    def a_h(self, l: np.ndarray, b: np.ndarray, distances: np.ndarray) -> np.ndarray:  # noqa: E741
        """Return A_H (mag) towards (n,) angles (radians) at (m,) increasing distances (kpc): (n, m)."""
        ...


@dataclass(frozen=True, slots=True)
class ExponentialDust:
    """A layer of dust, exponential in radius and in height: the default, which needs no file.

    Parameters
    ----------
    a_k_per_kpc : float
        A_K in the plane at the Sun's radius, mag/kpc.
    length, height : float
        Scales of the layer, kpc.
    sun : Sun
        Where it is seen from.

    Notes
    -----
    Of the order of the maps at low latitude, and without their clouds: use a map for real stars.
    """

    a_k_per_kpc: float = 0.09
    length: float = 4.2
    height: float = 0.11
    sun: Sun = field(default_factory=Sun)

    def a_h(self, l: np.ndarray, b: np.ndarray, distances: np.ndarray) -> np.ndarray:  # noqa: E741
        """Return A_H along lines of sight; see `Dust`."""
        edges = np.r_[0.0, distances]
        middle, step = 0.5 * (edges[1:] + edges[:-1]), np.diff(edges)
        there = place(np.asarray(l)[:, None], np.asarray(b)[:, None], middle[None, :], self.sun)
        layer = np.exp((self.sun.r - there.r) / self.length - np.abs(there.z) / self.height)
        return A_H_OVER_A_K * self.a_k_per_kpc * np.cumsum(layer * step, axis=1)


class NoDust:
    """No extinction at all."""

    def a_h(self, l: np.ndarray, b: np.ndarray, distances: np.ndarray) -> np.ndarray:  # noqa: E741
        """Return zeros; see `Dust`."""
        return np.zeros((np.size(l), np.size(distances)))


class MwdustMap:
    """A three-dimensional map of the package `mwdust` (Bovy et al. 2016), where it is installed.

    Parameters
    ----------
    name : str
        Class of the map, "Combined19" for example. mwdust downloads the map when it is first used.
    """

    def __init__(self, name: str = "Combined19") -> None:
        package = _package("mwdust")
        made = getattr(package, name, None)
        if made is None:
            raise ConfigError("mwdust has no such map", found=name, expected="Combined19, for example")
        self._map: Any = made(filter="2MASS H")

    def a_h(self, l: np.ndarray, b: np.ndarray, distances: np.ndarray) -> np.ndarray:  # noqa: E741
        """Return A_H along lines of sight; see `Dust`."""
        angles = np.degrees(np.stack([l, b], axis=1))
        return np.stack([np.asarray(self._map(glon, glat, distances), dtype=float) for glon, glat in angles])


class DustmapsQuery:
    """A three-dimensional map of the package `dustmaps` (Green 2018), where it is installed.

    Parameters
    ----------
    query : callable
        A query object of `dustmaps` whose answer is a reddening: `BayestarQuery(version="bayestar2019")`.
    a_h_per_unit : float
        A_H in units of that reddening: 0.469 for Bayestar 2019 (Green et al. 2019, table 1).
    """

    def __init__(self, query: Any, a_h_per_unit: float = 0.469) -> None:
        self._query, self._factor = query, a_h_per_unit

    def a_h(self, l: np.ndarray, b: np.ndarray, distances: np.ndarray) -> np.ndarray:  # noqa: E741
        """Return A_H along lines of sight; see `Dust`."""
        import astropy.units as u
        from astropy.coordinates import SkyCoord

        glon, glat, far = np.broadcast_arrays(np.asarray(l)[:, None], np.asarray(b)[:, None], distances)
        where = SkyCoord(glon * u.rad, glat * u.rad, distance=far * u.kpc, frame="galactic")
        return self._factor * np.asarray(self._query(where), dtype=float)


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ConfigError(
            f"this dust map needs the package {name}, which is not installed",
            todo=f"install {name}, or use the analytic layer",
        ) from error
