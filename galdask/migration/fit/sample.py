"""From a store to the stars of a fit: read by the executor, each row with its fate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask import digest
from galdask.catalog.store import PartitionRef, Store, read_partition
from galdask.errors import InputError
from galdask.events import Share
from galdask.migration.fit.columns import MEASURED, Columns
from galdask.migration.model.choices import Choices
from galdask.migration.model.parameters import Parameters
from galdask.migration.survey.fields import Fields
from galdask.migration.survey.noise import Stars
from galdask.migration.survey.sky import Seen, Sun, motion
from galdask.migration.survey.tracer import Tracer
from galdask.stars.orbits import planar

if TYPE_CHECKING:
    import pandas as pd

    from galdask.engine.executor import Executor

#: fates after those of `Columns.steps`
REPEATED, OUTSIDE, KEPT = "a second row of a star", "in no field of the survey", "in the fit"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The stars of a fit, and what became of every row of the store."""

    star_id: np.ndarray
    stars: Stars
    ledger: dict[str, int]
    """Fate -> rows; the sum is the rows of the store."""

    @property
    def digest(self) -> str:
        """Digest of all that is known of the stars."""
        arrays = (getattr(self.stars, name) for name in Stars.__dataclass_fields__)
        return digest.of_arrays(["|".join(self.star_id.tolist()), *arrays])


def read_sample(
    columns: Columns, store: Store, fields: Fields, outside_fields: str, executor: Executor
) -> Sample:
    """Read the stars of a fit.

    Parameters
    ----------
    columns : Columns
        What of a row makes a star.
    store : Store
        The catalogue.
    fields : Fields
        Where the survey looked.
    outside_fields : {"refuse", "leave_out"}
        What becomes of stars in no field: the likelihood cannot hold them.
    executor : Executor
        Where partitions are read.

    Raises
    ------
    InputError
        If no star is left, or one lies in no field and that is to be refused.
    """
    tasks = [(columns, store.part(k, columns.names)) for k in range(len(store.partitions))]
    labels = [f"partition {k}" for k in range(len(tasks))]
    parts: list[Any] = [None] * len(tasks)
    shares = [Share(rows=part.rows) for _, part in tasks]
    for index, found in executor.run(
        _read, tasks, step="read stars", labels=labels, shares=shares, unit="partitions"
    ):
        parts[index] = found
    counts = np.sum([count for _, count in parts], axis=0)
    ledger = {name: int(n) for name, n in zip(columns.steps, counts[1:], strict=True)}
    held = {name: np.concatenate([part[name] for part, _ in parts]) for name in parts[0][0]}
    _, first = np.unique(held["key"], return_index=True)
    ledger[REPEATED] = int(held["key"].size - first.size)
    held = {name: values[np.sort(first)] for name, values in held.items()}
    inside = np.zeros(held["key"].size, dtype=bool)
    inside[fields.members(held["l"], held["b"])[0]] = True
    if outside_fields == "refuse" and not np.all(inside):
        who = held["star_id"][~inside]
        raise InputError(
            "stars lie in no field of the survey",
            expected="every star in a field, where S is above 0",
            found=f"{who.size} of {inside.size} stars: {', '.join(who[:5])}{', ...' if who.size > 5 else ''}",
            todo="add their fields, leave them out by a cut, or set stars.outside_fields: leave_out",
        )
    ledger[OUTSIDE] = int(np.count_nonzero(~inside))
    held = {name: values[inside] for name, values in held.items()}
    ledger[KEPT] = int(held["key"].size)
    if not ledger[KEPT]:
        told = "; ".join(f"{n:,} {name}" for name, n in ledger.items() if n)
        raise InputError("no star of the store can be fitted", where=store.path, found=told or "no rows")
    return Sample(held["star_id"], Stars(held["key"], *(held[name] for name in MEASURED)), ledger)


def _read(task: tuple[Columns, PartitionRef]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    columns, ref = task
    found, fate = columns.measure(read_partition(ref))
    return found, np.bincount(fate, minlength=len(columns.steps) + 1)


def table(sample: Sample, sun: Sun, p: Parameters, choices: Choices) -> pd.DataFrame:
    """Return one row a star: what was observed, and where that places it in the disk.

    Parameters
    ----------
    sample : Sample
        The stars.
    sun : Sun
        Where they are seen from.
    p, choices : Parameters, Choices
        The potential.

    Returns
    -------
    DataFrame
        star_id; the fields of `Stars`; r, z (kpc), phi (radians, 0 towards the Sun, along the rotation), vr,
        vphi, vz (km/s), lz and jr (kpc km/s) of the values as observed, without their errors.
    """
    import pandas as pd

    s = sample.stars
    there = motion(Seen(s.l, s.b, s.distance, s.vlos, s.pml, s.pmb), sun)
    jr = planar(there.r, there.vr, there.vphi, potential=choices.potential_of(p))["jr"]
    return pd.DataFrame(
        {
            "star_id": pd.Series(sample.star_id, dtype="str"),
            **{name: getattr(s, name) for name in Stars.__dataclass_fields__},
            **there._asdict(),
            "lz": there.r * there.vphi,
            "jr": jr,
        }
    )


def remarks(stars: pd.DataFrame, p: Parameters, tracer: Tracer, floored: int) -> list[dict[str, Any]]:
    """Return how many stars of the fit the model finds hard, and how each kind is treated: none is left out.

    Parameters
    ----------
    stars : DataFrame
        From `table`.
    p : Parameters
        The maximum of the likelihood.
    tracer : Tracer
        Its youngest age.
    floored : int
        Stars whose draws are all but dead.
    """
    from galdask.migration.model import enrichment

    age = np.minimum(stars["age"].to_numpy(), p.tau_m)
    centre = enrichment.central(p, age)
    errors = ("vlos_err", "pml_err", "pmb_err")
    found = {
        "counter-rotating": (
            stars["lz"] <= 0.0,
            "draws that rotate with the disk count; the others are dead",
        ),
        "older than tau_m": (stars["age"] > p.tau_m, "true ages are drawn up to tau_m"),
        "younger than the tracer": (
            stars["age"] < tracer.youngest,
            "true ages are drawn from its youngest on",
        ),
        "[Fe/H] above the centre's at the star's age": (
            stars["fe_h"] > centre,
            "true [Fe/H] below it count, with the error of [Fe/H]",
        ),
        "an error of velocity of 0": (
            np.any([stars[name] == 0.0 for name in errors], axis=0),
            "the value is taken as exact",
        ),
    }
    rows = [
        {"remark": name, "stars": int(np.count_nonzero(which)), "treatment": how}
        for name, (which, how) in found.items()
    ]
    rows.append({"remark": "all draws dead", "stars": floored, "treatment": "ln p = -300, counted"})
    return rows
