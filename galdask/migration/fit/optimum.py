"""The maximum of the likelihood, and its errors from the curvature there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from galdask.engine import stop
from galdask.errors import ConfigError
from galdask.migration.fit.compiled import ManySets
from galdask.migration.fit.coordinates import STEPS, coordinates, parameters_at, slopes
from galdask.migration.model.parameters import FREE, Parameters

#: steps of the second derivatives, in those of the first; slope a step at which the search ends; iterations
_WIDER, _FLAT, _MOST = 3.0, 0.01, 200
#: added to -ln L where there is no set of parameters
_WALL = 1e7


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """The best set of parameters."""

    parameters: Parameters
    value: float
    """ln L there."""
    hessian: np.ndarray
    """Second derivatives of -ln L in the coordinates of `coordinates`, (11, 11)."""
    converged: bool
    """Whether the slopes vanish and the curvature is positive in all directions."""
    iterations: int

    def errors(self) -> dict[str, float]:
        """Return standard errors of the free parameters; NaN where the curvature is not positive."""
        with np.errstate(invalid="ignore"):
            sigma = np.sqrt(np.diag(np.linalg.inv(self.hessian)))
        return dict(zip(FREE, (sigma * slopes(self.parameters)).tolist(), strict=True))

    def distance(self, p: Parameters) -> tuple[np.ndarray, float]:
        """Return (optimum - p) in standard errors, each alone, and d^T H d of all (chi2 with 11 degrees)."""
        d = coordinates(self.parameters) - coordinates(p)
        return d / np.sqrt(np.diag(np.linalg.inv(self.hessian))), float(d @ self.hessian @ d)


def maximise(likelihood: ManySets, start: Parameters) -> Optimum:
    """Return the maximum of the likelihood near a start.

    Parameters
    ----------
    likelihood : ManySets
        What is to be maximised.
    start : Parameters
        Where the search begins.

    Notes
    -----
    BFGS in `coordinates`, with slopes from central differences whose sets are evaluated together.

    Raises
    ------
    ConfigError
        If the start lies outside the prior.
    StoppedError
        If the user asked to stop.
    """
    from scipy.optimize import minimize

    outside = start.outside_prior()
    if outside:
        name = next(iter(outside))
        raise ConfigError(
            "the start of the fit lies outside the prior", where=f"parameter {name}", found=outside[name]
        )
    step = np.array([STEPS[name] for name in FREE])
    shifts = np.concatenate([np.zeros((1, step.size)), np.diag(step), -np.diag(step)])

    def both(u: np.ndarray) -> tuple[float, np.ndarray]:
        f = _values(likelihood, u * step + shifts)
        return float(f[0]), 0.5 * (f[1 : step.size + 1] - f[step.size + 1 :])

    found = minimize(
        both, coordinates(start) / step, jac=True, method="BFGS", options={"gtol": _FLAT, "maxiter": _MOST}
    )
    x = found.x * step
    best = parameters_at(x, likelihood.reference)
    if best is None:
        raise ConfigError("the fit left the range of the parameters", todo="start elsewhere")
    curvature = _hessian(likelihood, x, _WIDER * step)
    flat = float(np.max(np.abs(found.jac))) < 10.0 * _FLAT
    bent = bool(np.all(np.linalg.eigvalsh(curvature) > 0.0))
    return Optimum(best, -float(found.fun), curvature, flat and bent, int(found.nit))


def _values(likelihood: ManySets, places: np.ndarray) -> np.ndarray:
    """Return -ln L at coordinates; a wall where there is no set of parameters."""
    stop.check()
    sets = [parameters_at(x, likelihood.reference) for x in places]
    known = [p for p in sets if p is not None]
    values = iter(-likelihood(known)) if known else iter(())
    return np.array([_WALL if p is None else next(values) for p in sets])


def _hessian(likelihood: ManySets, x: np.ndarray, step: np.ndarray) -> np.ndarray:
    n = x.size
    made = np.empty((n, n))
    signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
    for i in range(n):
        places = np.repeat(x[None, :], 4 * (n - i), axis=0)
        for k, (j, (a, b)) in enumerate((j, s) for j in range(i, n) for s in signs):
            places[k, i] += a * step[i]
            places[k, j] += b * step[j]
        f = _values(likelihood, places).reshape(n - i, 4)
        made[i, i:] = made[i:, i] = (f @ np.array([1.0, -1.0, -1.0, 1.0])) / (4.0 * step[i] * step[i:])
    return made
