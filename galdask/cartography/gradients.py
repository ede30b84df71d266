"""Straight lines through profiles and through the stars themselves, as labelled slopes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography.grids import SPACE
from galdask.cartography.product import Request
from galdask.reductions import CellTable, Key, LeastSquares

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan
    from galdask.cartography.profiles import Profile

#: what a line goes through
FIT_TO = ("profile", "stars")
#: what a reduction says of a line that is missing -> flag of the dataset
REASONS = {"profile": np.array([0, 3, 4]), "stars": np.array([0, 2, 4])}
#: numbers of a line, in the order of tables
LINE = ("slope", "slope_err", "slope_err_naive", "intercept", "n_windows", "n", "reason")

Lines = dict[str, np.ndarray]


def of_stars(
    plan: Plan, profile: Profile, limits: tuple[float | None, float | None], **sums: float
) -> Request:
    """Ask for the straight line through the stars themselves in each bin, for each population.

    Parameters
    ----------
    plan : Plan
        Knows samples and ranges.
    profile : Profile
        What the line is of, along which position and in which bins.
    limits : tuple of float or None
        Range of the position, both ends included.
    **sums
        `origin_x` and `reach_x` of `LeastSquares`.
    """
    about = plan.quantities[profile.quantity]
    reach = {} if about.low is None else {"origin_y": about.middle, "reach_y": about.reach}
    reduction = LeastSquares(
        Key((profile.bins, *profile.within), population=True),
        profile.along,
        profile.quantity,
        x_low=limits[0],
        x_high=limits[1],
        **sums,
        **reach,
        replicas=profile.settings["replicas"],
        seed=profile.settings["seed"],
    )
    return Request(profile.sample or about.sample, reduction)


def lines(table: CellTable, bins: int, fits: int, fit_to: str) -> Lines:
    """Return the numbers of lines as arrays (line, population, bin), ``slope_replicas`` with one axis more.

    Parameters
    ----------
    table : CellTable
        Slopes at cells (bin, population, line).
    bins, fits : int
        Number of bins and of lines in each.
    fit_to : {"profile", "stars"}
        What the lines go through.
    """
    shape = (bins, 3, fits)
    out = {name: table.dense(name, shape) for name in (*LINE, "slope_replicas") if name in table.values}
    reason = REASONS[fit_to][table.dense("reason", shape)]
    reason[table.dense("n", shape) == 0] = 1
    out["reason"] = reason.astype(np.uint8)
    if fit_to == "stars":
        out["n_windows"] = np.full(shape, -1)
    return {name: np.swapaxes(values, 0, 2) for name, values in out.items()}


def stacked(each: Sequence[Lines]) -> Lines:
    """Return lines of one kind after another as one set of arrays."""
    return {name: np.concatenate([one[name] for one in each]) for name in each[0]}


def variables(
    plan: Plan, quantity: str, against: str, names: tuple[str, ...], each: Sequence[Lines], prefix: str = ""
) -> dict[str, cs.Variable]:
    """Return the labelled slopes.

    Parameters
    ----------
    plan, quantity : Plan, str
        Give label and unit.
    against : str
        Position that the lines are against.
    names : tuple of str
        Dimensions: ``fit_to``, that of the lines, ``population`` and that of the bins.
    each : sequence of Lines
        In the order of `FIT_TO`.
    prefix : str
        Set before the names.
    """
    about = plan.quantities[quantity]
    position, per = SPACE[against][1], {"units": f"{about.unit}/kpc"}
    attrs: dict[str, dict[str, Any]] = {
        "slope": {**per, "long_name": f"slope of {about.within} against {position}"},
        "slope_err": {**per, "long_name": "error of the slope, bootstrap of the stars"},
        "slope_err_naive": {**per, "long_name": "error of the slope, least squares"},
        "intercept": {"units": about.unit, "long_name": f"{about.within} of the line at {position} = 0"},
        "n_windows": {"units": "1", "long_name": "number of windows in the line"},
        "n": {"units": "1", "long_name": "number of stars"},
        "reason": cs.flag_attrs("why there is no slope"),
    }
    return {prefix + name: (names, np.stack([one[name] for one in each]), attrs[name]) for name in LINE}


def labels(plan: Plan) -> dict[str, cs.Variable]:
    """Return the coordinate ``fit_to``."""
    return {"fit_to": (("fit_to",), np.array(FIT_TO), {"long_name": "what the line goes through"})}
