"""The columns of an orbit group: their names and units, and the choice of a group by a pipeline file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from galdask import digest
from galdask.catalog.manifest import MARK
from galdask.config import Section
from galdask.errors import ConfigError
from galdask.stars.frame import Frame
from galdask.stars.position import MOTIONS, PLACES, Position
from galdask.stars.readings import StoredColumn, StoreLike

if TYPE_CHECKING:
    from galdask.catalog.groups import Group

#: what is known of an orbit at the catalogue's values -> (unit, description)
VALUES: dict[str, tuple[str, str]] = {
    "x": ("kpc", "from the Galactic centre away from the Sun"),
    "y": ("kpc", "along Galactic rotation at the Sun"),
    "z": ("kpc", "height above the plane"),
    "r": ("kpc", "distance from the Galactic axis"),
    "theta": ("deg", "azimuth, the Sun at 180"),
    "vx": ("km/s", "velocity along x"),
    "vy": ("km/s", "velocity along y"),
    "vz": ("km/s", "velocity along z"),
    "vr": ("km/s", "velocity away from the axis"),
    "vphi": ("km/s", "velocity in the sense of rotation"),
    "lz": ("kpc km/s", "angular momentum about the axis"),
    "jr": ("kpc km/s", "radial action"),
    "jz": ("kpc km/s", "vertical action"),
    "r_guide": ("kpc", "guiding radius: that of the circular orbit of this lz"),
    "ecc": ("", "eccentricity"),
    "z_max": ("kpc", "greatest height above the plane"),
    "r_peri": ("kpc", "pericentre"),
    "r_apo": ("kpc", "apocentre"),
    "energy": ("km2/s2", "energy per mass, zero for a star that just escapes"),
}
#: of the draws
PERCENTILES = (16, 50, 84)
#: column of the group -> derived column of a sample, where the names differ
RENAMED = {"status": "orbit_status", "n_draws": "orbit_draws"}
#: settings of a group that a pipeline file may ask for, in the order in which they are told
ASKED = ("potential", "delta", "backend", "draws", "seed", "errors")


@dataclass(frozen=True)
class OrbitColumns:
    """The group that a pipeline uses.

    Parameters
    ----------
    group : str
        Its name.
    settings : dict
        What it was made with.
    units : dict of str to str
        Derived column -> unit: what the positions of the pipeline do not give already.
    stored : dict of str to str
        Derived column -> column of the store, ``GROUP:COLUMN``.
    aliases : dict of str to str
        Plain name -> column of the store, for cuts and quantities; a column of the release comes first.
    types : dict of str to StoredColumn
        Columns of the group by these plain names.
    """

    group: str
    settings: Mapping[str, Any]
    units: Mapping[str, str]
    stored: Mapping[str, str]
    aliases: Mapping[str, str]
    types: Mapping[str, StoredColumn] = field(repr=False)

    def extended(self, store: StoreLike) -> StoreLike:
        """Return the store's columns with those of the group under their plain names."""
        return SimpleNamespace(columns={**self.types, **store.columns}, masks=store.masks)


def choose(
    section: Section | None,
    store: Any,
    frame: Frame | None,
    position: Position,
) -> OrbitColumns | None:
    """Return the group of the store that fits a pipeline file.

    Parameters
    ----------
    section : Section or None
        The section ``orbits``: its potential, and whatever of `ASKED` and ``group`` it says besides; None
        for a pipeline without orbits.
    store : Store
        Its groups are looked through.
    frame : Frame or None
        Must be that of the group.
    position : Position
        The group's positions (and velocities, if the pipeline has them) must be read from these columns.

    Raises
    ------
    ConfigError
        If no group fits, or several do that differ in what the section leaves open.
    """
    if section is None:
        return None
    name, wanted = section.text("group", None), _wanted(section, frame, position, store)
    section.done()
    groups: tuple[Group, ...] = getattr(store, "orbits", ())
    fitting = [g for g in groups if name in (None, g.name) and not _differs(g.settings, wanted)]
    if not fitting:
        raise _none(section, store, groups, wanted, name)
    whole = [group for group in fitting if group.complete]
    if not whole:
        raise ConfigError(
            f"the orbits {fitting[0].name} are not up to date: columns that they read have changed",
            where=section.where(),
            found=f"{sum(p is not None for p in fitting[0].parts)} of {len(fitting[0].parts)} partitions",
            todo=f"galdask orbits {store.path} --pipeline {section.file}",
        )
    if len({digest.canonical_text(_asked(group.settings)) for group in whole}) > 1:
        raise ConfigError(
            "several orbit groups of the store fit",
            where=section.where(),
            found="; ".join(_told(group) for group in whole),
            todo="say in the section orbits what tells them apart, or 'group: NAME'",
        )
    return _columns(whole[-1], store, position)  # those that differ in versions alone: the last one made


def _asked(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {key: settings[key] for key in ASKED}


def _wanted(section: Section, frame: Frame | None, position: Position, store: Any) -> dict[str, Any]:
    """Return the settings that a group must have."""
    from galdask.stars.orbit_settings import potential_from_section
    from galdask.stars.uncertainties import uncertainties_from_section

    wanted: dict[str, Any] = {
        "frame": None if frame is None else frame.settings(),
        "position": position.settings(velocity=bool(position.velocity)),
        "potential": potential_from_section(section.section("potential")),
    }
    draws = section.value("draws", "any")
    if draws != "any":
        wanted["draws"] = section.whole("draws", low=0)
    for key in ("delta", "backend", "seed"):
        if (value := section.value(key, None)) is not None:
            wanted[key] = value
    if "errors" in section:
        wanted["errors"] = uncertainties_from_section(section.section("errors"), position, store).settings()
    section.value("keep_draws", None)  # what is kept beside the columns enters none of them
    return wanted


def _differs(settings: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Return the names of settings in which a group is not what is wanted."""
    wrong = []
    for key, value in digest.canonical(wanted).items():
        found = dict(settings[key]) if isinstance(settings[key], Mapping) else settings[key]
        if key == "frame":
            found.pop("name", None)
        if key == "position" and "velocity" not in value:
            found.pop("velocity", None)
        if found != value:
            wrong.append(key)
    return wrong


def _told(group: Group) -> str:
    """Return a group in a few words."""
    s = group.settings
    potential = " ".join(str(v) for v in s["potential"].values())
    return (
        f"{group.name} (frame {s['frame']['name']}, {potential}, delta {s['delta']}, {s['draws']} draws, "
        f"seed {s['seed']}, {s['backend']})"
    )


def _none(
    section: Section, store: Any, groups: Iterable[Group], wanted: Mapping[str, Any], name: str | None
) -> ConfigError:
    found = [f"{_told(g)} differs in {', '.join(_differs(g.settings, wanted)) or 'its name'}" for g in groups]
    potential = " ".join(str(v) for v in wanted["potential"].values())
    expected = f"the frame of this file, {potential}" + (f", group {name}" if name else "")
    for key in ("draws", "delta", "seed"):
        expected += f", {key} {wanted[key]}" if key in wanted else ""
    return ConfigError(
        "the store has no orbits that fit this pipeline",
        where=section.where(),
        expected=expected,
        found="; ".join(found) or "no orbits at all",
        todo=f"make them: galdask orbits {getattr(store, 'path', 'STORE')} --pipeline {section.file}",
    )


def _columns(group: Group, store: StoreLike, position: Position) -> OrbitColumns:
    given = {*PLACES, *(MOTIONS if position.velocity else ())}
    scalars = {name: column for name, column in group.columns.items() if not column.shape}
    derived = {RENAMED.get(name, name): name for name in scalars if name not in given}
    aliases = {name: f"{group.name}{MARK}{own}" for name, own in derived.items() if name not in store.columns}
    return OrbitColumns(
        group=group.name,
        settings=group.settings,
        units={name: scalars[own].unit for name, own in derived.items()},
        stored={name: f"{group.name}{MARK}{own}" for name, own in derived.items()},
        aliases=aliases,
        types={name: scalars[derived[name]] for name in aliases},
    )
