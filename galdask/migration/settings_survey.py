"""The sections `survey` and `dust` of a fit's file: where the survey looked, and through what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galdask import digest
from galdask.config import Section
from galdask.errors import InputError
from galdask.migration.survey.dust import Dust, ExponentialDust, MwdustMap, NoDust
from galdask.migration.survey.fields import Fields
from galdask.migration.survey.selection import Selection, select
from galdask.migration.survey.sky import Sun
from galdask.migration.survey.tables import APOGEE, read_fields, read_published
from galdask.migration.survey.toy import toy_survey
from galdask.migration.survey.tracer import Tracer

#: kinds of survey and of dust
SURVEYS = ("toy", "published", "targeting", "fields")
DUSTS = ("exponential", "none", "mwdust")
#: what a table of fields must name
_FIELD_COLUMNS = tuple(APOGEE)


@dataclass(frozen=True, slots=True)
class SurveySettings:
    """What the sections say; `open` makes the selection function."""

    survey: dict[str, Any]
    dust: dict[str, Any]
    file: Path | None
    """Table of the fields."""

    def settings(self) -> dict[str, Any]:
        """Return what decides the selection function; a table is known by its bytes."""
        table = None if self.file is None else digest.of_file(self._there())
        return {"survey": self.survey, "dust": self.dust, "table": table}

    def _there(self) -> Path:
        if self.file is None or not self.file.is_file():
            raise InputError(
                "there is no table of fields",
                where=self.file,
                todo="correct survey.file, or say with --files in which folder it lies",
            )
        return self.file

    def open(self, tracer: Tracer, sun: Sun) -> Selection:
        """Return the selection function of the survey for a tracer.

        Raises
        ------
        InputError
            If the table of fields is missing or cannot be, or no field sees the tracer.
        ConfigError
            If a map of dust is asked for whose package is not installed.
        """
        fields = self._fields(tracer)
        return select(fields, tracer, None if fields.visible is not None else self._dust(sun))

    def _fields(self, tracer: Tracer) -> Fields:
        kind, options = self.survey["kind"], self.survey
        if kind == "toy":
            return toy_survey(options["count"])
        if kind == "published":
            return read_published(self._there(), tracer.absolute_h)
        return read_fields(
            self._there(), options["columns"], options["cohorts"], options["cohort_column"], options["bluest"]
        )

    def _dust(self, sun: Sun) -> Dust:
        kind = self.dust["kind"]
        if kind == "exponential":
            d = self.dust
            return ExponentialDust(d["a_k_per_kpc"], d["length"], d["height"], sun)
        if kind == "mwdust":
            return MwdustMap(self.dust["map"])
        return NoDust()


def survey_from_section(section: Section, dust: Section, files: Path) -> SurveySettings:
    """Read where the survey looked, and the dust.

    Parameters
    ----------
    section : Section
        ``kind: toy`` with ``count``; ``kind: published`` with ``file``; ``kind: targeting`` with ``file`` and
        perhaps ``cohorts`` and ``bluest``; ``kind: fields`` with ``file`` and ``columns``.
    dust : Section
        ``kind: exponential`` with ``a_k_per_kpc``, ``length``, ``height``; ``none``; ``mwdust`` with ``map``.
    files : path
        Folder against which a relative path of the table is read.

    Raises
    ------
    ConfigError
        If a key is missing or unknown.
    """
    kind = section.text("kind", choices=SURVEYS)
    survey: dict[str, Any] = {"kind": kind}
    file = None
    if kind == "toy":
        survey["count"] = section.whole("count", low=1, high=10_000)
    else:
        file = files / section.text("file")
    if kind in ("targeting", "fields"):
        survey["columns"] = dict(APOGEE) if kind == "targeting" else _columns(section.section("columns"))
        cohorts = section.list("cohorts", None)
        survey["cohorts"] = None if cohorts is None else [str(c) for c in cohorts]
        survey["cohort_column"] = section.text("cohort_column", "cohort")
        survey["bluest"] = section.number("bluest", None)
    section.done()
    return SurveySettings(survey, _dust(dust), file)


def _columns(section: Section) -> dict[str, str]:
    found = {name: section.text(name) for name in _FIELD_COLUMNS}
    section.done()
    return found


def _dust(section: Section) -> dict[str, Any]:
    kind = section.text("kind", choices=DUSTS)
    made: dict[str, Any] = {"kind": kind}
    if kind == "exponential":
        for key, high in (("a_k_per_kpc", 10.0), ("length", 100.0), ("height", 100.0)):
            made[key] = float(section.number(key, low=0.0 if key == "a_k_per_kpc" else 1e-3, high=high))
    elif kind == "mwdust":
        made["map"] = section.text("map")
    section.done()
    return made
