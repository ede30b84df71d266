"""Birth radii of the stars of one partition."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from galdask.migration.birth import status as bits
from galdask.migration.birth.plan import COLUMNS, BirthPlan, Measured
from galdask.migration.birth.posterior import Measurements, births
from galdask.stars.readings import STAR_KEY, take

#: star-draws of a block: its arrays stay in the cache
_BLOCK = 16384
#: stands in for an error of zero, dex; share of a Gaussian beyond four errors
_LEAST, _BEYOND = 1e-3, 3.167e-5
Arrays = dict[str, np.ndarray]


def birth_radii(plan: BirthPlan, columns: Mapping[str, np.ndarray]) -> tuple[Arrays, dict[str, int]]:
    """Return the columns of the group for the stars of a partition.

    Parameters
    ----------
    plan : BirthPlan
        What to compute.
    columns : mapping of str to (n,) array
        `BirthPlan.columns_read` of the partition.

    Returns
    -------
    values : dict of str to ndarray
        `COLUMNS`; a star without a birth radius has NaN and a status that says why.
    counts : dict of str to int
        `galdask.migration.birth.status.count`.
    """
    key = np.ascontiguousarray(take(columns, STAR_KEY, None), dtype=np.uint64)
    status = np.zeros(key.size, dtype=np.uint32)
    fe_h, fe_h_err = _read(plan.fe_h, columns, status, False)
    age, age_err = _read(plan.age, columns, status, True)
    status[~np.isfinite(fe_h)] |= bits.bit("no_fe_h")
    status[~(np.isfinite(age) & (age > 0.0))] |= bits.bit("no_age")
    made: Arrays = {name: np.full(key.size, np.nan, dtype=kind) for name, (kind, *_) in COLUMNS.items()
                    if name != "status"}  # fmt: skip
    measured = np.flatnonzero((status & np.uint32(bits.LOST)) == 0)
    p, step = plan.source.reference, max(1, _BLOCK // plan.draws)
    for start in range(0, measured.size, step):
        rows = measured[start : start + step]
        stars = Measurements(*(values[rows] for values in (key, fe_h, fe_h_err, age, age_err)))
        found = births(plan.source.sets, p, plan.tracer, stars, plan.draws, plan.seed)
        _remark(status, rows, age[rows], found.age_share, found.fe_h_share, plan)
        found.lz0[:, (status[rows] & np.uint32(bits.LOST)) != 0] = np.nan
        made["lz0"][rows] = found.lz0[1]
        for name, lz0 in zip(("r_birth_q16", "r_birth", "r_birth_q84"), found.lz0, strict=True):
            made[name][rows] = lz0 / p.VC
    lz = np.full(key.size, np.nan)
    if plan.position is not None:
        lz = plan.position.derive(plan.frame, columns, None, ("lz",))["lz"]
    status[~np.isfinite(lz)] |= bits.bit("no_lz")
    with np.errstate(over="ignore", invalid="ignore"):
        made["delta_r"][:] = np.where(np.isfinite(lz), lz / p.VC - made["r_birth"], np.nan)
    made["status"] = status
    return made, bits.count(status)


def _remark(
    status: np.ndarray,
    rows: np.ndarray,
    age: np.ndarray,
    age_share: np.ndarray,
    fe_h_share: np.ndarray,
    plan: BirthPlan,
) -> None:
    """Note stars beyond the model's ages or its most metal-rich gas."""
    old, young = age > plan.source.reference.tau_m, age < plan.tracer.youngest
    for name, mine in (
        ("old", old),
        ("young", young),
        ("too_old", old & (age_share < _BEYOND)),
        ("too_young", young & (age_share < _BEYOND)),
        ("metal_rich", fe_h_share < 0.5),
        ("too_metal_rich", fe_h_share < _BEYOND),
    ):
        status[rows[mine]] |= bits.bit(name)


def _read(
    measured: Measured, columns: Mapping[str, np.ndarray], status: np.ndarray, is_age: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return a number of every star (Gyr or dex) and its error in dex, with remarks on the latter."""
    value = measured.value.read(columns, None)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if measured.is_log:
            value = 10.0 ** (value - 9.0)
        if not measured.errors:
            error = np.full(value.size, np.nan)
        else:
            sides = [np.abs(r.read(columns, None)) if len(measured.errors) == 2 else r.read(columns, None)
                     for r in measured.errors]  # fmt: skip
            error = np.mean(sides, axis=0)
            if is_age and not measured.in_dex:
                error = error / (value * np.log(10.0))
        bad = ~((error >= 0.0) & (error < np.inf))
    error[bad] = np.nan if measured.default is None else measured.default
    if measured.errors:
        there = bad & np.isfinite(value)
        status[there] |= bits.bit("no_error" if measured.default is None else "default_error")
    zero = error == 0.0
    status[zero] |= bits.bit("zero_error")
    return value, np.where(error < _LEAST, _LEAST, error)
