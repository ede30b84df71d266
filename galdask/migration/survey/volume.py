"""The survey volume V_S, by importance sampling: appendix B of Frankel et al. 2020, mended.

    V_S = INT S(l, b, D) f(tau) p(Lz0) p(tau | Lz0) p(Lz | .) p(JR | .) p(z | .) / (2 pi)^2
              D^2 dD dOmega dvR dvphi dtau dLz0

Points are drawn from a simple disk behind the survey, D^2 exp(-R / length) sech^2(z / height) S_i(D) in field
i, fields in proportion to solid angle times the integral over D (S_i and the solid angle are missing in the
printed B4 to B6), then from ages, velocities and births that envelope the model at a first set of parameters.
Each point has the weight u = integrand / density of the proposal; points are kept with probability u / c, and
those with u > c have weight u / c: unbiased for any c (the printed B7 needs such a constant). For other
parameters

    V_S(pm) = sum_j p(j | pm) weight_j .
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np

from galdask import rng
from galdask.errors import ConfigError, InputError
from galdask.migration.model import diffusion, heating
from galdask.migration.model.choices import DEFAULT, Choices
from galdask.migration.model.circles import guiding_radius
from galdask.migration.model.parameters import Parameters
from galdask.migration.model.rows import Rows, rows_at
from galdask.migration.survey import truncated
from galdask.migration.survey.fields import around
from galdask.migration.survey.selection import Selection
from galdask.migration.survey.sky import Motion, Sun, place
from galdask.migration.survey.tracer import Tracer
from galdask.stars.orbits import Potential, circular, planar

#: scales of the simple disk, kpc
LENGTH, HEIGHT = 3.5, 0.45
#: how much wider than the model the proposal is; km/s and kpc km/s that are added
_WIDER, _MORE_V, _MORE_L = 1.25, 4.0, 30.0
#: points drawn at once; the share of the pilot's weights that c stands above
_BLOCK, _SHARE = 50_000, 0.995


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """Points behind the survey volume."""

    rows: Rows
    """The points; sum of exp(log_terms) is V_S."""
    proposals: int
    """How many were drawn, accepted or not."""
    reference: Parameters
    """Near which they were drawn; its fixed parameters hold."""
    choices: Choices
    """How the model is read."""

    def log_volume(self, p: Parameters) -> float:
        """Return ln V_S of a set of parameters (the unit of V_S is sr kpc^3, weighted by probability)."""
        from scipy.special import logsumexp

        return float(logsumexp(self._terms(p)))

    def _terms(self, p: Parameters) -> np.ndarray:
        self.reference.check_fixed([p])
        return self.rows.log_terms(p, self.choices)

    def effective_size(self, p: Parameters) -> float:
        """Return (sum w)^2 / sum w^2: how many points of equal weight stand behind V_S."""
        terms = self._terms(p)
        w = np.exp(terms - terms.max())
        return float(w.sum() ** 2 / np.sum(w * w))


def sample_volume(
    proposal: Parameters,
    selection: Selection,
    tracer: Tracer = Tracer(),  # noqa: B008 - frozen
    *,
    points: int = 200_000,
    seed: int = 1,
    sun: Sun = Sun(),  # noqa: B008 - frozen
    choices: Choices = DEFAULT,
    downsample: bool = True,
) -> Volume:
    """Draw points for the survey volume.

    Parameters
    ----------
    proposal : Parameters
        Parameters near those that will be asked for.
    selection : Selection
        The survey.
    tracer : Tracer
        Weight of ages.
    points : int
        At least this many are kept, and fewer than a block more.
    seed : int
        Points depend on this and on their number alone.
    sun, choices :
        Where the Sun is; how the model is read.
    downsample : bool
        Keep few points of nearly equal weight; otherwise all `points` with the weights that they have.

    Raises
    ------
    ConfigError
        If fewer than one point is wanted.
    InputError
        If hardly any point of the survey can hold a star of the model.
    """
    if points < 1:
        raise ConfigError("the survey volume needs points", expected="at least 1", found=points)
    space = _Space(selection, sun)
    kept: list[Rows] = []
    drawn, count, limit = 0, 0, None
    while count < points:
        size = _BLOCK if downsample else points
        number = np.arange(drawn, drawn + size, dtype=np.uint64)
        block, _, even = _propose(number, seed, proposal, space, tracer, sun, choices)
        drawn += size
        if downsample:
            log_u = block.log_terms(proposal, choices)
            if limit is None:
                found = np.exp(log_u[np.isfinite(log_u)])
                if found.size < 100:
                    raise InputError("hardly any place that the survey sees can hold a star of the model")
                limit = float(np.log(np.quantile(found, _SHARE)))
            chance = np.minimum(log_u - limit, 0.0)
            block = block.take(np.log(even) < chance)
            chance = np.minimum(block.log_terms(proposal, choices) - limit, 0.0)
            block = replace(block, log_weight=block.log_weight - chance)
        kept.append(block)
        count += block.size
    rows = Rows(*(np.concatenate([getattr(part, f.name) for part in kept]) for f in fields(Rows)))
    rows = replace(rows, log_weight=rows.log_weight - np.log(drawn))
    return Volume(rows, drawn, proposal, choices)


class Points(NamedTuple):
    """Places in the survey with births and velocities; weights make them the observed stars of the model."""

    rows: Rows
    """exp(log_terms) of parameters is the weight of each point."""
    motion: Motion
    """Positions and velocities; vz follows the height of the disk at the proposal."""


def propose(
    p: Parameters,
    selection: Selection,
    tracer: Tracer = Tracer(),  # noqa: B008 - frozen
    *,
    points: int,
    seed: int = 1,
    sun: Sun = Sun(),  # noqa: B008 - frozen
    choices: Choices = DEFAULT,
) -> Points:
    """Return points of the survey volume as they are proposed, with what is seen of them.

    Parameters
    ----------
    p : Parameters
        Near which points are drawn; weights hold for any other.
    selection, tracer, sun, choices :
        As `sample_volume` takes them.
    points : int
        How many.
    seed : int
        Points depend on this and on their number alone.
    """
    from scipy.special import ndtri

    number = np.arange(points, dtype=np.uint64)
    rows, motion, _ = _propose(number, seed, p, _Space(selection, sun), tracer, sun, choices)
    normal = ndtri(rng.uniform(number, 3, seed, "migration volume")[:, 0])
    # an isothermal sheet of the star's scale height
    nu = circular(rows.r_guide, choices.potential_of(p))["nu"]
    return Points(rows, motion._replace(vz=nu * p.a_z * rows.unit_height / np.sqrt(2.0) * normal))


class _Space:
    """Places behind the fields, drawn from the simple disk and with their density."""

    def __init__(self, selection: Selection, sun: Sun) -> None:
        self.selection, circles, nodes = selection, selection.fields, selection.distances
        there = place(circles.l[:, None], circles.b[:, None], nodes[None, :], sun)
        disk = (
            nodes**2 * np.exp((sun.r - there.r) / LENGTH) / np.cosh(there.z / HEIGHT) ** 2 * selection.curves
        )
        self.cells = 0.5 * (disk[:, 1:] + disk[:, :-1])
        self.steps = np.cumsum(np.c_[np.zeros(circles.size), self.cells * np.diff(nodes)], axis=1)
        weight = circles.solid_angle * self.steps[:, -1]
        self.total, self.chances = float(weight.sum()), np.cumsum(weight) / weight.sum()

    def draw(self, even: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return l, b, D and ln(S D^2 / density per sr and kpc) from four uniform numbers a point."""
        circles, nodes = self.selection.fields, self.selection.distances
        field = np.minimum(np.searchsorted(self.chances, even[0], side="right"), circles.size - 1)
        goal = even[1] * self.steps[field, -1]
        cell = np.empty(field.size, dtype=np.int64)
        for k in np.unique(field):
            cell[field == k] = np.searchsorted(self.steps[k], goal[field == k], side="right") - 1
        cell = np.clip(cell, 0, nodes.size - 2)
        distance = nodes[cell] + (goal - self.steps[field, cell]) / self.cells[field, cell]
        lon, lat = around(
            circles.l[field], circles.b[field], circles.radius[field], even[2], 2.0 * np.pi * even[3]
        )
        star, home = circles.members(lon, lat)
        density = np.zeros(field.size)
        np.add.at(density, star, self.cells[home, cell[star]] / self.total)
        seen = self.selection.probability(lon, lat, distance)
        with np.errstate(divide="ignore"):
            return lon, lat, distance, np.log(seen) + 2.0 * np.log(distance) - np.log(density)


def _propose(
    number: np.ndarray, seed: int, p: Parameters, space: _Space, tracer: Tracer, sun: Sun, choices: Choices
) -> tuple[Rows, Motion, np.ndarray]:
    """Return points with weights, where they are (vz is 0), and one more uniform number for each."""
    from scipy.special import ndtri

    even = np.concatenate([rng.uniform(number, k, seed, "migration volume").T for k in range(3)])
    lon, lat, distance, log_w = space.draw(even[:4])
    there = place(lon, lat, distance, sun)
    potential: Potential = choices.potential_of(p)
    tau = tracer.youngest + (p.tau_m - tracer.youngest) * even[4]
    vr, vphi, log_q = _velocities(p, there.r, tau, ndtri(even[5:7]), potential)
    lz = there.r * vphi
    lz0, log_born = _born(p, lz, tau, even[7], choices)
    with np.errstate(divide="ignore"):
        log_w = log_w + np.log(tracer.weight(tau)) + np.log(p.tau_m - tracer.youngest) - log_q - log_born
    log_w -= 2.0 * np.log(2.0 * np.pi)
    jr = planar(there.r, vr, vphi, potential=potential)["jr"]
    motion = Motion(there.r, there.phi, there.z, vr, vphi, np.zeros_like(vr))
    return rows_at(p, tau, lz0, lz, jr, there.z, there.r, log_w, choices), motion, even[8]


def _velocities(
    p: Parameters, r: np.ndarray, tau: np.ndarray, normal: np.ndarray, potential: Potential
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return vR, vphi and ln of their density: Gaussians wider than the model."""
    about = circular(r, potential)
    # slow stars come from further in, where the dispersion is larger
    inner = guiding_radius(0.8 * r * about["v_circ"], potential)
    width = _WIDER * heating.dispersion(p, tau, inner) + _MORE_V
    spread = width * 0.5 * about["kappa"] / about["omega"] * 1.15
    vr, vphi = width * normal[0], about["v_circ"] - 0.03 * width + spread * normal[1]
    log_q = -0.5 * np.sum(normal**2, axis=0) - np.log(2.0 * np.pi * width * spread)
    return vr, vphi, log_q


def _born(
    p: Parameters, lz: np.ndarray, tau: np.ndarray, even: np.ndarray, choices: Choices
) -> tuple[np.ndarray, np.ndarray]:
    """Return Lz0 and ln of its density: a normal about Lz - D tau and the slope of p(Lz0), cut at Lz0 = 0."""
    s = diffusion.spread(p, tau)
    middle = lz - diffusion.drift(p, choices) * tau - s**2 / p.scale
    width = _WIDER * s + _MORE_L
    step = truncated.draw(even, -middle / width, np.full(lz.shape, np.inf))
    log_q = -0.5 * step**2 - 0.5 * np.log(2.0 * np.pi) - np.log(width)
    return middle + width * step, log_q - truncated.log_share(-middle / width, np.full(lz.shape, np.inf))
