"""The maximum of the likelihood by Nelder & Mead (1965), as in the paper: no slopes, many evaluations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from galdask.engine import stop
from galdask.errors import ConfigError
from galdask.migration.fit.coordinates import STEPS, coordinates, parameters_at
from galdask.migration.model.parameters import FREE, Parameters

#: first simplex in steps of the coordinates; ends where it is smaller than this, and ln L as even as that
_FIRST, _SMALL, _EVEN = 8.0, 0.2, 0.01
_WALL = 1e7


class Found(NamedTuple):
    """Where a search ended."""

    parameters: Parameters
    value: float
    """ln L there."""
    converged: bool
    evaluations: int


def simplex(
    likelihood: Callable[[Sequence[Parameters]], np.ndarray], start: Parameters, evaluations: int
) -> Found:
    """Return the maximum of the likelihood near a start.

    Parameters
    ----------
    likelihood : callable
        Sets of parameters to ln L.
    start : Parameters
        Where the search begins.
    evaluations : int
        At most so many sets.

    Raises
    ------
    ConfigError
        If the search ends where there is no set of parameters.
    StoppedError
        If the user asked to stop.
    """
    from scipy.optimize import minimize

    step = np.array([STEPS[name] for name in FREE])
    count = 0

    def function(u: np.ndarray) -> float:
        nonlocal count
        stop.check()
        p = parameters_at(u * step, start)
        if p is None or p.outside_prior():
            return _WALL
        count += 1
        value = float(likelihood([p])[0])
        return -value if np.isfinite(value) else _WALL

    first = coordinates(start) / step
    corners = np.concatenate([first[None, :], first + _FIRST * np.eye(first.size)])
    found = minimize(
        function,
        first,
        method="Nelder-Mead",
        options={
            "initial_simplex": corners, "adaptive": True, "xatol": _SMALL, "fatol": _EVEN,
            "maxfev": evaluations, "maxiter": 10 * evaluations,
        },
    )  # fmt: skip
    best = parameters_at(found.x * step, start)
    if best is None or found.fun >= _WALL:
        raise ConfigError("the search found no set of parameters within the prior", todo="start elsewhere")
    return Found(best, -float(found.fun), bool(found.success), count)
