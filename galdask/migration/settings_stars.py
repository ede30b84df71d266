"""The section `stars` of a fit's file: columns of the store, cuts and population."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask import units
from galdask.config import Section
from galdask.migration.fit.columns import Columns
from galdask.migration.fit.motions import KINDS
from galdask.stars.cuts import Cut, check_keys, cut_from_section
from galdask.stars.populations import Flags, Populations, populations_from_section
from galdask.stars.position import position_from_section
from galdask.stars.readings import Reading, find, nearest, numeric

if TYPE_CHECKING:
    from galdask.catalog.store import Store


def columns_from_section(section: Section, cuts: Section | None, store: Store) -> Columns:
    """Read which columns make a star.

    Parameters
    ----------
    section : Section
        ``position`` and ``distance`` as in any pipeline (``galactic`` or ``sky``), ``age``, ``fe_h``,
        ``velocity``, the list ``cuts`` and, where a catalogue needs it, ``population``.
    cuts : Section, optional
        The named cuts, on columns of the store.
    store : Store
        What there is.

    Raises
    ------
    ConfigError
        If a key is missing or unknown, or a column is not there or has the wrong unit.
    """
    position = position_from_section(section.section("position"), None, store)
    if position.distance is None:
        raise section.fail(
            "position",
            "the fit needs directions on the sky and distances",
            expected="galactic: {l: , b: } or sky: {ra: , dec: }, and distance",
            found=position.form,
        )
    age, age_is_log = _age(section, store)
    fe_h = Reading.of(store, section, "fe_h", "dex")
    motion, velocity = _velocity(section.section("velocity"), store)
    names = section.list("cuts")
    chosen = tuple(_cut(section, str(name), cuts, store) for name in names)
    for name in cuts or ():
        check_keys(name, cuts.section(name))  # type: ignore[union-attr]
    populations, keep = _population(section.section("population", None), store)
    section.done()
    return Columns(
        store.star_id, position, age, age_is_log, fe_h, motion, velocity, chosen, populations, keep
    )


def _age(section: Section, store: Store) -> tuple[Reading, bool]:
    name = section.text("age")
    stored = find(store, name, section, "age")
    if units.kind(stored.unit) == units.kind("log(yr)"):
        numeric(stored, name, section, "age")
        return Reading(name, 1.0), True
    return Reading.of(store, section, "age", "Gyr"), False


def _velocity(section: Section, store: Store) -> tuple[str, dict[str, Reading | float]]:
    kind = next((k for k, names in KINDS.items() if next(iter(names)) in section), None)
    if kind is None:
        raise section.fail(
            None,
            "stars need velocities",
            expected="pml, pmb and rv; pmra, pmdec and rv; or u, v and w; and the error of each",
            found=", ".join(section) or "none",
        )
    found: dict[str, Reading | float] = {}
    for name, unit in KINDS[kind].items():
        found[name] = Reading.of(store, section, name, unit)
        error = f"{name}_err"
        if isinstance(section.value(error), str):
            found[error] = Reading.of(store, section, error, unit)
        else:
            found[error] = float(section.number(error, low=0.0))
    if kind == "uvw":
        kind = section.text("u_points", choices=("inward", "outward"))
    section.done()
    return kind, found


def _cut(section: Section, name: str, cuts: Section | None, store: Store) -> Cut:
    if cuts is None or name not in cuts:
        known = () if cuts is None else tuple(cuts)
        raise section.fail(
            "cuts",
            f"there is no cut {name!r}",
            expected="one of " + ", ".join(known) if known else "a section cuts",
            todo=nearest(name, known),
        )
    return cut_from_section(name, cuts.section(name), store, {})


def _population(section: Section | None, store: Store) -> tuple[Populations | Flags | None, str]:
    if section is None:
        return None, "low_alpha"
    keep = section.text("keep", choices=("low_alpha", "high_alpha"))
    return populations_from_section(section, tuple(store.columns)), keep
