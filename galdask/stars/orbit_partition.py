"""Orbits of the stars of one partition: draws, positions in the Galaxy, actions, percentiles.

Stars pass in blocks that stay in the cache. Row 0 of every array of a block is the catalogue's value, the
others are draws, so that one call of each kernel serves both.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from galdask.stars import orbit_status as bits
from galdask.stars.cylinder import cylinder, rotation
from galdask.stars.draws import draw_numbers, draw_pairs
from galdask.stars.orbit_columns import PERCENTILES, VALUES
from galdask.stars.orbit_settings import OrbitPlan
from galdask.stars.orbits.interface import orbit_quantities
from galdask.stars.orbits.potential import Potential
from galdask.stars.orbits.status import BIT
from galdask.stars.percentiles import percentiles
from galdask.stars.position import Parallax
from galdask.stars.readings import STAR_KEY, take
from galdask.stars.sky import galactic_stars
from galdask.stars.uncertainties import Uncertainty

#: stars and draws in a block, and stars that percentiles are taken of side by side
_BLOCK, _WIDTH = 16384, 64
#: what is drawn -> purpose of its stream
PURPOSE = {"distance": "distance", "rv": "radial velocity", "age": "age", "fe_h": "fe_h"}
Arrays = dict[str, np.ndarray]


def orbits(
    plan: OrbitPlan, potential: Potential, columns: Mapping[str, np.ndarray]
) -> tuple[Arrays, dict[str, int]]:
    """Return the columns of the group for the stars of a partition.

    Parameters
    ----------
    plan : OrbitPlan
        What to compute.
    potential : Potential
        That of the plan, opened.
    columns : mapping of str to (n,) array
        `OrbitPlan.columns_read` of the partition.

    Returns
    -------
    values : dict of str to ndarray
        `OrbitPlan.columns`; a star without an orbit has NaN and a status that says why.
    counts : dict of str to int
        `galdask.stars.orbit_status.count`.
    """
    given, widths, status = _measured(plan, columns)
    rows = status.size
    made: Arrays = {c.name: np.empty((rows, *c.shape), dtype=c.type) for c in plan.columns}
    made["status"] = status
    step = max(1, _BLOCK // (plan.draws + 1) // _WIDTH) * _WIDTH
    for start in range(0, rows, step):
        block = slice(start, min(start + step, rows))
        own = {name: values[block] for name, values in given.items()}
        errors = {name: (low[block], high[block]) for name, (low, high) in widths.items()}
        with np.errstate(over="ignore", invalid="ignore"):  # absurd numbers of a star are not finite: NaN
            _block(plan, potential, own, errors, {name: values[block] for name, values in made.items()})
    return made, bits.count(status)


def _measured(
    plan: OrbitPlan, columns: Mapping[str, np.ndarray]
) -> tuple[Arrays, dict[str, tuple[np.ndarray, np.ndarray]], np.ndarray]:
    """Return measured numbers, their errors below and above, and the status with what is known of errors."""
    position = plan.position
    lon, lat = (reading.read(columns, None) for _, reading in position.coordinates)
    pm_lon, pm_lat, rv = (reading.read(columns, None) for reading in position.velocity)
    assert position.distance is not None  # a position on the sky
    distance = position.distance.read(columns, None)
    given = {"lon": lon, "lat": lat, "distance": distance, "pm_lon": pm_lon, "pm_lat": pm_lat, "rv": rv}
    given[STAR_KEY] = np.ascontiguousarray(take(columns, STAR_KEY, None), dtype=np.uint64)
    status = np.zeros(lon.size, dtype=np.uint32)
    widths: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    if plan.errors is None:
        return given, widths, status
    given["drawn distance"] = distance
    if isinstance(position.distance, Parallax):
        parallax = position.distance.parallax.read(columns, None) - position.distance.zero_point
        given["drawn distance"] = np.where(np.isfinite(distance), parallax, np.nan)

    def width(error: Uncertainty, values: np.ndarray, told: bool) -> None:
        low, high, defaulted, zero = error.widths(columns, values)
        widths[error.name] = low, high
        if told:
            there = np.isfinite(values)
            status[there & defaulted] |= bits.DEFAULT_ERROR
            status[there & zero] |= bits.ZERO_ERROR
            status[there & ~np.isfinite(low + high)] |= bits.NO_ERROR

    width(plan.errors.distance, given["drawn distance"], True)
    for error in (plan.errors.pm_lon, plan.errors.pm_lat, plan.errors.rv):
        width(error, given[error.name], True)
    given["correlation"], replaced = plan.errors.correlations(columns, lon.size)
    status[replaced & np.isfinite(pm_lon + pm_lat)] |= bits.DEFAULT_ERROR
    for name, one in plan.errors.others.items():
        if name in plan.kept:
            given[name] = one.reading.read(columns, None)
            width(one.error, given[name], False)
    return given, widths, status


def _block(
    plan: OrbitPlan,
    potential: Potential,
    given: Arrays,
    errors: Mapping[str, tuple[np.ndarray, np.ndarray]],
    out: Arrays,
) -> None:
    """Write the columns of a block of stars."""
    stars, draws = given["lon"].size, plan.draws
    moved = {name: np.empty((draws + 1, stars)) for name in ("distance", "pm_lon", "pm_lat", "rv")}
    for name, values in moved.items():
        values[0] = given[name]
    if plan.errors is not None:
        _draw(plan, given, errors, moved)
    system = "icrs" if plan.position.form == "sky" else "galactic"
    parts = [np.tile(given["lon"], draws + 1), np.tile(given["lat"], draws + 1)]
    parts += [values.reshape(-1) for values in moved.values()]
    flat = galactic_stars(plan.frame, system, parts, 1.0)
    flat["r"], flat["theta"] = cylinder(flat["x"], flat["y"], plan.frame.y_sign)
    flat["vr"], flat["vphi"], flat["lz"] = rotation(flat["x"], flat["y"], flat["vx"], flat["vy"])
    found = orbit_quantities(
        *(flat[name] for name in ("r", "vr", "vphi", "z", "vz")),
        potential=potential,
        delta=plan.delta,
        backend=plan.backend,
    )
    every = {**found, **flat}
    rows = {name: every[name].reshape(draws + 1, stars) for name in (*VALUES, "status")}
    for name in VALUES:
        _write(out[name], rows[name][0])
    status = out["status"]
    status |= rows["status"][0]
    _place(status, rows)
    if not draws:
        return
    good = np.count_nonzero(np.isfinite(rows["jr"][1:]), axis=0)
    out["n_draws"][:] = good
    moving = (status & (bits.NO_PLACE | bits.NO_MOTION | bits.NO_ERROR)) == 0
    least = draws - draws // 2
    status[moving & (good < draws)] |= bits.LOST_DRAWS
    status[moving & (good < least)] |= bits.FEW_DRAWS
    theta = rows["theta"]
    theta[1:] = theta[0] + ((theta[1:] - theta[0] + 540.0) % 360.0 - 180.0)  # about the catalogue's value
    for name in VALUES:
        found_p = percentiles(rows[name][1:], PERCENTILES, least)
        for p, values in zip(PERCENTILES, found_p, strict=True):
            _write(out[f"{name}_p{p}"], values)
    _keep(plan, given, errors, {**rows, **moved}, out)


def _draw(
    plan: OrbitPlan, given: Arrays, errors: Mapping[str, tuple[np.ndarray, np.ndarray]], moved: Arrays
) -> None:
    """Write the draws of position and velocity under the catalogue's values."""
    assert plan.errors is not None
    for name in ("distance", "rv"):
        value = given["drawn distance"] if name == "distance" else given[name]
        model = getattr(plan.errors, name).model
        _numbers(plan, given, name, model, value, errors, moved[name][1:])
    draw_pairs(
        given[STAR_KEY],
        plan.seed,
        "proper motion",
        (given["pm_lon"], given["pm_lat"]),
        (errors["pm_lon"][0], errors["pm_lat"][0]),
        given["correlation"],
        plan.draws,
        (moved["pm_lon"][1:], moved["pm_lat"][1:]),
    )


def _numbers(
    plan: OrbitPlan,
    given: Arrays,
    name: str,
    model: str,
    value: np.ndarray,
    errors: Mapping[str, tuple[np.ndarray, np.ndarray]],
    out: np.ndarray,
) -> None:
    low, high = errors[name]
    draw_numbers(given[STAR_KEY], plan.seed, PURPOSE[name], model, value, low, high, plan.draws, out)


def _place(status: np.ndarray, rows: Arrays) -> None:
    """Tell stars without a position or a velocity, and those on the axis, from other missing numbers."""
    placed = np.isfinite(rows["x"][0])
    moving = np.isfinite(rows["vx"][0] + rows["vy"][0] + rows["vz"][0])
    status[~placed] |= bits.NO_PLACE
    status[placed & ~moving] |= bits.NO_MOTION
    axis = placed & moving & (rows["r"][0] == 0.0)
    status[axis] = (status[axis] & ~np.uint32(BIT["missing"])) | np.uint32(BIT["axis"])


def _keep(
    plan: OrbitPlan,
    given: Arrays,
    errors: Mapping[str, tuple[np.ndarray, np.ndarray]],
    rows: Arrays,
    out: Arrays,
) -> None:
    """Write the draws that are kept, a row a star."""
    for name in plan.kept:
        if name in rows:
            draws = rows[name][1:]
        else:
            assert plan.errors is not None
            draws = np.empty((plan.draws, given[name].size))
            _numbers(plan, given, name, plan.errors.others[name].error.model, given[name], errors, draws)
        _write(out[f"{name}_draws"], draws.T)


def _write(out: np.ndarray, values: np.ndarray) -> None:
    """Write numbers in the type of a column; what is infinite there is missing."""
    out[:] = values
    out[np.isinf(out)] = np.nan
