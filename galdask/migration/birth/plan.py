"""What decides the birth radii of a catalogue: columns and errors from a file, parameters from a fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from galdask import digest, provenance, units
from galdask.catalog.manifest import StoredColumn
from galdask.config import Section
from galdask.migration.fit.folder import open_fit
from galdask.migration.model.parameters import FIXED, Parameters
from galdask.migration.parameter_file import NAMED, read
from galdask.migration.survey.tracer import Tracer
from galdask.stars.frame import Frame
from galdask.stars.position import Position, position_from_section
from galdask.stars.readings import STAR_KEY, Reading, StoreLike, find, numeric

#: raised when the same settings give other numbers
VERSION = 1
#: sets of a posterior that stand for it; draws of a star where the file says nothing; most of them
SETS, DRAWS, MOST = 64, 256, 100_000
#: column -> (type, unit, description)
COLUMNS = {
    "r_birth": ("float32", "kpc", "birth radius Lz0 / VC, median"),
    "r_birth_q16": ("float32", "kpc", "16 per cent of the birth radius"),
    "r_birth_q84": ("float32", "kpc", "84 per cent of the birth radius"),
    "lz0": ("float32", "kpc km/s", "angular momentum at birth, median"),
    "delta_r": ("float32", "kpc", "lz / VC less the median birth radius: outward is positive"),
    "status": ("uint32", "", "bits of galdask.migration.birth.status.BITS"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Sets of parameters, and where they come from."""

    sets: np.ndarray
    reference: Parameters
    told: Mapping[str, Any]


def source_of(name: Path | str) -> Source:
    """Return the parameters of a fit's folder (its posterior), of a file, or of a named set.

    Raises
    ------
    InputError
        If the folder holds no fit that knows its errors.
    ConfigError
        If the file does not say what it must.
    """
    if str(name) in NAMED or not Path(name).is_dir():
        p, _ = read(str(name) if str(name) in NAMED else Path(name))
        return Source(p.vector()[None, :], p, {"parameters": dict(p)})
    fit = open_fit(name)
    sets = fit.posterior(SETS)
    return Source(sets, fit.parameters_best, {"fit": fit.configuration["digest"], "posterior": fit.source})


@dataclass(frozen=True, slots=True)
class Measured:
    """A number of a star, and its error."""

    value: Reading
    errors: tuple[Reading, ...]
    """Columns of the error, of one side each; none for `default` alone."""
    default: float | None
    """Dex: where the star has none."""
    is_log: bool = False
    """Whether the value is log10 of years."""
    in_dex: bool = True
    """Whether the columns of the error are in dex."""


@dataclass(frozen=True)
class BirthPlan:
    """How the birth radii of all stars of a store are made."""

    source: Source
    fe_h: Measured
    age: Measured
    tracer: Tracer
    draws: int
    seed: int
    frame: Frame | None
    position: Position | None
    """With velocities: of the angular momentum; None where there is none."""

    @classmethod
    def from_section(cls, top: Section, store: StoreLike, source: Source) -> BirthPlan:
        """Read a pipeline file: its section ``birth``, and frame, position and velocity where it has all.

        Parameters
        ----------
        top : Section
            The whole file.
        store : Store
            Columns with types and units.
        source : Source
            Of the parameters.

        Raises
        ------
        AbsentError
            If the store lacks a column.
        ConfigError
            If something is missing, unknown or of the wrong unit.
        """
        section = top.section("birth")
        ages = section.section("ages")
        tracer = Tracer(
            ages.text("weight", choices=("flat", "red_clump")), float(ages.number("youngest", low=0.0))
        )
        ages.done()
        frame, position = None, None
        if "velocity" in top:
            frame = Frame.from_section(top.section("frame"))
            position = position_from_section(top.section("position"), top.section("velocity"), store)
        plan = cls(
            source,
            _measured(section.section("fe_h"), "dex", store),
            _measured(section.section("age"), "Gyr", store),
            tracer,
            section.whole("draws", DRAWS, low=16, high=MOST),
            section.whole("seed", 1, low=0, high=2**32 - 1),
            frame,
            position,
        )
        section.done()
        return plan

    @cached_property
    def columns_read(self) -> tuple[str, ...]:
        """Columns of the store that are read."""
        own = [r for m in (self.fe_h, self.age) for r in (m.value, *m.errors)]
        place = () if self.position is None else self.position.readings(velocity=True)
        return tuple(sorted({STAR_KEY, *(r.column for r in (*own, *place))}))

    def settings(self) -> dict[str, Any]:
        """Return everything that decides the numbers, as plain values."""
        versions = provenance.versions()
        p = self.source.reference
        settings = {
            "version": VERSION,
            "source": dict(self.source.told),
            "sets": {
                "number": len(self.source.sets),
                "digest": digest.of_settings(self.source.sets.tolist()),
            },
            "fixed": {name: p[name] for name in FIXED},
            "fe_h": asdict(self.fe_h),
            "age": asdict(self.age),
            "ages": {"weight": self.tracer.ages, "youngest": self.tracer.youngest},
            "draws": self.draws,
            "seed": self.seed,
            "frame": None if self.frame is None else self.frame.settings(),
            "position": None if self.position is None else self.position.settings(velocity=True),
            "libraries": {name: versions[name] for name in ("numpy", "scipy")},
            "cpu": digest.of_settings(list(provenance.cpu_features()))[:16],
        }
        plain: dict[str, Any] = digest.canonical(settings)
        return plain

    @cached_property
    def name(self) -> str:
        """Name of the group: a digest of its settings."""
        return f"birth-{digest.of_settings(self.settings())[:8]}"

    @cached_property
    def columns(self) -> tuple[StoredColumn, ...]:
        """Columns of the group, in order."""
        return tuple(
            StoredColumn(n, self.name, kind, unit, text) for n, (kind, unit, text) in COLUMNS.items()
        )


def _measured(section: Section, unit: str, store: StoreLike) -> Measured:
    """Read a number and its error: a column or two in the unit or in dex, or one number for all, in dex."""
    name = section.text("column")
    stored = find(store, name, section, "column")
    is_log = unit == "Gyr" and units.kind(stored.unit) == units.kind("log(yr)")
    numeric(stored, name, section, "column")
    value = Reading(name, 1.0) if is_log else Reading.of(store, section, "column", unit)
    given = section.value("error")
    if isinstance(given, int | float) and not isinstance(given, bool):
        found = Measured(value, (), float(section.number("error", low=0.0)), is_log)
        section.done()
        return found
    names = [str(n) for n in (given if isinstance(given, list) else [given])]
    if not 1 <= len(names) <= 2:
        raise section.fail(
            "error", "an error has one column or two", expected="COLUMN, [LOWER, UPPER] or dex"
        )
    columns = [find(store, n, section, "error") for n in names]
    in_dex = unit == "dex" or all(c.unit == "dex" for c in columns)
    errors = []
    for column_name, column in zip(names, columns, strict=True):
        numeric(column, column_name, section, "error")
        if in_dex and column.unit != "dex":
            raise section.fail("error", "an error of [Fe/H] is in dex", found=column.unit or "no unit")
        factor = 1.0 if in_dex else units.factor(column.unit, section.where("error")) / units.factor(unit)
        errors.append(Reading(column_name, factor))
    default = section.value("default")
    dex = None if default == "none" else float(section.number("default", low=0.0))
    section.done()
    return Measured(value, tuple(errors), dex, is_log, in_dex)
