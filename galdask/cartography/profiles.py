"""Running-median profiles along R in bins of |Z|, and the straight lines through them and through the stars.

The profile and its gradient ask for the same reduction, so it is computed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography.product import Request
from galdask.cartography.settings import Setting
from galdask.reductions import Axis, CellTable, Key, LeastSquares, RunningMedians

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan

#: where R is counted from in sums, and how far they reach, kpc
R_MIDDLE, R_REACH = 8.0, 65536.0
#: what a reduction says of a line that is missing -> flag of the dataset, for windows and for stars
LINE_REASONS = {"profile": np.array([0, 3, 4]), "stars": np.array([0, 2, 4])}
#: what a line goes through
FIT_TO = ("profile", "stars")
#: numbers of a line
LINE = ("slope", "slope_err", "slope_err_naive", "intercept", "n_windows", "n")
#: settings of the profile; its gradient uses them too
PROFILE = (
    Setting("z_step", 0.25, "width of the bins of |Z|, kpc", low=1e-3),
    Setting("z_max", 2.0, "upper edge of the last bin of |Z|, kpc", low=1e-3, multiple_of="z_step"),
    Setting("window", 200, "stars in a window", "whole", low=3, high=100_000),
    Setting("window_step", 100, "stars from one window to the next", "whole", low=1, high=100_000),
)
#: settings of the gradient
GRADIENT = (
    Setting("r_min", (7.0, 0.0), "smallest R of the line, kpc; 0 is no limit", "numbers", low=0.0),
    Setting("replicas", 200, "bootstrap replicas of the stars", "whole", low=2, high=100_000),
    Setting("seed", 1, "seed of the replicas", "whole", low=0, high=2**32 - 1),
)


def settings_of(plan: Plan, profile: str, gradient: str) -> dict[str, Any]:
    """Return the settings of a profile and its gradient together.

    A pipeline may ask for one of the two; the other one's defaults then hold.
    """
    both = {s.name: s.default for s in (*PROFILE, *GRADIENT)}
    for name in (profile, gradient):
        both |= plan.settings.get(name, {})
    return both


def height_axis(settings: Mapping[str, Any]) -> Axis:
    """Return the bins of |Z|."""
    return Axis.regular("abs_z", "abs_z", 0.0, settings["z_max"], settings["z_step"])


def medians(plan: Plan, settings: Mapping[str, Any], quantity: str) -> Request:
    """Ask for running medians along R with a line for each lower limit of R."""
    reduction = RunningMedians(
        Key((height_axis(settings),), population=True),
        "r",
        quantity,
        window=settings["window"],
        step=settings["window_step"],
        fits=tuple((low, None) for low in settings["r_min"]),
        replicas=settings["replicas"],
        seed=settings["seed"],
    )
    return Request(plan.quantities[quantity].sample, reduction)


def line_of_stars(plan: Plan, settings: Mapping[str, Any], quantity: str, r_min: float) -> Request:
    """Ask for the straight line through the stars themselves at R >= r_min."""
    about = plan.quantities[quantity]
    reach = {} if about.low is None else {"origin_y": about.middle, "reach_y": about.reach}
    reduction = LeastSquares(
        Key((height_axis(settings),), population=True),
        "r",
        quantity,
        x_low=r_min,
        origin_x=R_MIDDLE,
        reach_x=R_REACH,
        **reach,
        replicas=settings["replicas"],
        seed=settings["seed"],
    )
    return Request(about.sample, reduction)


def windows(plan: Plan, quantity: str, table: CellTable, heights: int) -> dict[str, cs.Variable]:
    """Return the windows of each population and height in a row, padded to the longest."""
    about = plan.quantities[quantity]
    lengths = np.bincount(table.cells, minlength=heights * 3)
    longest = max(1, int(lengths.max(initial=0)))
    place = (table.cells, table.values["window"])
    n_windows = lengths.reshape(heights, 3).T.astype(np.int32)

    def padded(name: str, empty: np.ndarray, units: str, long_name: str) -> cs.Variable:
        rows = np.broadcast_to(empty, (heights * 3, longest)).copy()
        rows[place] = table.values[name]
        values = np.moveaxis(rows.reshape(heights, 3, longest), 1, 0)
        return ("population", "abs_z", "window"), values, {"units": units, "long_name": long_name}

    nan, zero, label = np.array(np.nan), np.array(0, dtype=np.int32), about.within
    names, why = ("population", "abs_z"), np.where(n_windows == 0, 3, 0).astype(np.uint8)
    return {
        "r": padded("abscissa", nan, "kpc", "median R of the window"),
        f"{quantity}_median": padded("median", nan, about.unit, f"median {label}"),
        f"{quantity}_median_err": padded(
            "median_err", nan, about.unit, f"standard error of the median {label}"
        ),
        "n_window": padded("n", zero, "1", "number of stars in the window"),
        "n_windows": (names, n_windows, {"units": "1", "long_name": "number of windows"}),
        "reason": (names, why, cs.flag_attrs("why there is no profile")),
    }


def lines(table: CellTable, heights: int, fits: int, fit_to: str) -> dict[str, np.ndarray]:
    """Return slope, errors, intercept, numbers and reasons as arrays (r_min, population, abs_z).

    Parameters
    ----------
    table : CellTable
        Slopes at cells (abs_z, population, fit).
    heights, fits : int
        Number of bins of |Z| and of lines in each.
    fit_to : {"profile", "stars"}
        What the lines go through.
    """
    shape = (heights, 3, fits)
    out = {name: table.dense(name, shape) for name in LINE if name in table.values}
    reason = LINE_REASONS[fit_to][table.dense("reason", shape)]
    reason[table.dense("n", shape) == 0] = 1
    out["reason"] = reason.astype(np.uint8)
    if fit_to == "stars":
        out["n_windows"] = np.full(shape, -1)
    return {name: np.transpose(values, (2, 1, 0)) for name, values in out.items()}


def line_variables(
    plan: Plan, quantity: str, profile: dict[str, np.ndarray], stars: list[dict[str, np.ndarray]]
) -> dict[str, cs.Variable]:
    """Return the labelled slopes (fit_to, r_min, population, abs_z).

    Parameters
    ----------
    plan, quantity : Plan, str
        Give label and unit.
    profile : dict
        `lines` through the running medians.
    stars : list of dict
        `lines` through the stars, one for each r_min.
    """
    about = plan.quantities[quantity]
    both = {name: [profile[name], np.concatenate([one[name] for one in stars])] for name in profile}
    per = f"{about.unit}/kpc"
    attrs: dict[str, dict[str, Any]] = {
        "slope": {"units": per, "long_name": f"slope of {about.within} against R"},
        "slope_err": {"units": per, "long_name": "error of the slope, bootstrap of the stars"},
        "slope_err_naive": {"units": per, "long_name": "error of the slope, least squares"},
        "intercept": {"units": about.unit, "long_name": f"{about.within} of the line at R = 0"},
        "n_windows": {"units": "1", "long_name": "number of windows in the line"},
        "n": {"units": "1", "long_name": "number of stars"},
        "reason": cs.flag_attrs("why there is no slope"),
    }
    names = ("fit_to", "r_min", "population", "abs_z")
    return {name: (names, np.stack(both[name]), attrs[name]) for name in attrs}
