"""The probability that a star at a place was observed: S(l, b, D).

In field i it is S_i(D) = fraction_i f_i(D), where f_i is the share of the field's lines of sight along which

    h_min < M_H + 5 log10(D / 10 pc) + A_H(l, b, D) < h_max

S_i is kept at the nodes of a grid in distance, and is linear between them. Where fields overlap a star had as
many chances: S = 1 - product of (1 - S_i). Elsewhere S = 0. S acts on true distances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from galdask.errors import InputError
from galdask.migration.survey.dust import Dust, ExponentialDust
from galdask.migration.survey.fields import Fields
from galdask.migration.survey.tracer import Tracer

#: step of the grid in distance, kpc, and lines of sight a field
STEP, SIGHTLINES = 0.025, 48
#: fields whose lines of sight are followed at once
_AT_ONCE = 16


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """S(l, b, D) of a survey for a tracer.

    Parameters
    ----------
    fields : Fields
        Where the survey looked.
    distances : (m,) float64
        Nodes of the grid, kpc, the first at 0, with S = 0 at both ends.
    curves : (n, m) float64
        S_i at the nodes.
    """

    fields: Fields
    distances: np.ndarray
    curves: np.ndarray

    def __post_init__(self) -> None:
        if not np.any(self.curves > 0.0):
            raise InputError(
                "the survey sees no star of this tracer",
                expected="a distance at which a field's limits hold the tracer",
                todo="check the limits in H, the fractions and the absolute magnitude",
            )

    @property
    def reach(self) -> float:
        """Distance beyond which nothing is seen, kpc."""
        last = int(np.flatnonzero(np.any(self.curves > 0.0, axis=0))[-1])
        return float(self.distances[min(last + 1, self.distances.size - 1)])

    def curve(self, field: np.ndarray, distance: np.ndarray) -> np.ndarray:
        """Return S_i(D) of fields by number, at distances (kpc)."""
        cell = np.clip(
            np.searchsorted(self.distances, distance, side="right") - 1, 0, self.distances.size - 2
        )
        low, high = self.distances[cell], self.distances[cell + 1]
        share = np.clip((distance - low) / (high - low), 0.0, 1.0)
        inside = (distance >= 0.0) & (distance <= self.distances[-1])
        return np.where(
            inside, (1.0 - share) * self.curves[field, cell] + share * self.curves[field, cell + 1], 0.0
        )

    def along(self, l: np.ndarray, b: np.ndarray, distance: np.ndarray) -> np.ndarray:  # noqa: E741
        """Return S along lines of sight.

        Parameters
        ----------
        l, b : (n,) float64
            Radians.
        distance : (n, k) float64
            Kpc.

        Returns
        -------
        (n, k) float64
        """
        star, field = self.fields.members(l, b)
        missed = np.zeros(distance.shape)
        with np.errstate(divide="ignore"):
            np.add.at(missed, star, np.log1p(-self.curve(field[:, None], distance[star])))
        return -np.expm1(missed)

    def probability(self, l: np.ndarray, b: np.ndarray, distance: np.ndarray) -> np.ndarray:  # noqa: E741
        """Return S of stars at (n,) angles (radians) and distances (kpc)."""
        return self.along(l, b, distance[:, None])[:, 0]


def select(fields: Fields, tracer: Tracer = Tracer(), dust: Dust | None = None) -> Selection:  # noqa: B008
    """Return the selection function of fields for a tracer.

    Parameters
    ----------
    fields : Fields
        Where the survey looked; with `visible` it needs no dust.
    tracer : Tracer
        Which stars.
    dust : Dust, optional
        Extinction; `ExponentialDust()` by default.

    Raises
    ------
    InputError
        If no field sees the tracer at any distance.
    """
    if fields.visible is not None and fields.distances is not None:
        nodes, visible = _with_ends(fields.distances, fields.visible)
        return Selection(fields, nodes, fields.fraction[:, None] * visible)
    magnitudes, shares = tracer.magnitudes()
    farthest = 0.01 * 10.0 ** (0.2 * (float(fields.h_max.max()) - float(magnitudes.min())))
    nodes = np.arange(0.0, farthest + 2.0 * STEP, STEP)
    nodes[0] = 1e-6
    modulus = 5.0 * np.log10(nodes / 0.01)
    curves = np.zeros((fields.size, nodes.size))
    layer = dust if dust is not None else ExponentialDust()
    lon, lat = fields.sightlines(SIGHTLINES)
    for first in range(0, fields.size, _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        seen = layer.a_h(lon[part].reshape(-1), lat[part].reshape(-1), nodes).reshape(
            -1, SIGHTLINES, nodes.size
        )
        low, high = fields.h_min[part, None, None], fields.h_max[part, None, None]
        for magnitude, share in zip(magnitudes, shares, strict=True):
            h = magnitude + modulus + seen
            curves[part] += share * np.mean((h > low) & (h < high), axis=1)
    nodes[0] = 0.0
    curves[:, [0, -1]] = 0.0
    return Selection(fields, nodes, fields.fraction[:, None] * curves)


def _with_ends(distances: np.ndarray, visible: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add nodes with S = 0 before the first and after the last distance of a table."""
    step = distances[-1] - distances[-2]
    front = distances[0] > 0.0
    nodes = np.r_[[0.0] if front else [], distances, distances[-1] + step]
    nothing = np.zeros((visible.shape[0], 1))
    return nodes, np.concatenate([*([nothing] if front else []), visible, nothing], axis=1)
