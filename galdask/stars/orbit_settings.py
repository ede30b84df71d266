"""What decides an orbit group: frame, positions, potential, draws and errors, read from a pipeline file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from galdask import digest, provenance
from galdask.catalog.manifest import StoredColumn
from galdask.config import Section
from galdask.errors import ConfigError
from galdask.stars.frame import Frame
from galdask.stars.orbit_columns import PERCENTILES, VALUES
from galdask.stars.orbits.interface import BACKENDS, FOCAL
from galdask.stars.orbits.potential import open_potential
from galdask.stars.position import Position, position_from_section
from galdask.stars.readings import STAR_KEY, StoreLike
from galdask.stars.uncertainties import Uncertainties, uncertainties_from_section

#: raised when the same settings give other numbers
VERSION = 1
#: most draws of a star: a sorting network grows faster than its numbers
MOST = 2000
#: measured numbers whose draws may be kept beside those of `VALUES`, and their units
MEASURED = {
    "distance": "kpc",
    "pm_lon": "mas/yr",
    "pm_lat": "mas/yr",
    "rv": "km/s",
    "age": "Gyr",
    "fe_h": "dex",
}
#: kept where a file or a command names none
KEPT = ("r", "z", "lz", "jr", "jz", "age", "fe_h")


@dataclass(frozen=True)
class OrbitPlan:
    """How orbits of all stars of a store are made.

    Parameters
    ----------
    frame : Frame
    position : Position
        On the sky, with velocities.
    potential : dict
        Its block.
    delta : float or str
        Focal length, kpc, or "table" or "exact".
    backend : {"fast", "galpy"}
    draws : int
        Of each star; 0 for the catalogue's values alone.
    seed : int
    errors : Uncertainties or None
        What is drawn; None without draws.
    keep : tuple of str
        Columns whose draws are kept.
    """

    frame: Frame
    position: Position
    potential: Mapping[str, Any]
    delta: float | str
    backend: str
    draws: int
    seed: int
    errors: Uncertainties | None
    keep: tuple[str, ...]

    @classmethod
    def from_section(
        cls,
        top: Section,
        store: StoreLike,
        *,
        draws: int | None = None,
        backend: str | None = None,
        keep: Sequence[str] | bool | None = None,
    ) -> OrbitPlan:
        """Read a pipeline file.

        Parameters
        ----------
        top : Section
            The whole file: frame, position, velocity and orbits are read.
        store : Store
            Columns with types and units.
        draws, backend, keep : optional
            Instead of what the file says; `keep` True for `KEPT`.

        Raises
        ------
        AbsentError
            If the store lacks a column.
        ConfigError
            If something is missing, unknown or of the wrong unit.
        """
        if "velocity" not in top:
            raise top.fail(
                None,
                "orbits need velocities",
                expected="velocity: {pmra: COLUMN, pmdec: COLUMN, rv: COLUMN}",
                found="no section velocity",
            )
        position = position_from_section(top.section("position"), top.section("velocity"), store)
        frame = Frame.from_section(top.section("frame"))
        section = top.section("orbits")
        section.text("group", None)  # read where orbits are used
        potential = potential_from_section(section.section("potential"))
        count = _draws(section, draws)
        kept = _kept(section, keep)
        errors = None
        if count:
            errors = uncertainties_from_section(section.section("errors"), position, store)
        else:
            section.value("errors", None)
        plan = cls(
            frame=frame,
            position=position,
            potential=potential,
            delta=_delta(section),
            backend=backend or section.text("backend", "fast", choices=BACKENDS),
            draws=count,
            seed=section.whole("seed", 1, low=0, high=2**32 - 1),
            errors=errors,
            keep=kept if count else (),
        )
        section.value("backend", None)
        section.done()
        if plan.backend not in BACKENDS:
            raise ConfigError("unknown backend", expected=" or ".join(BACKENDS), found=plan.backend)
        return plan

    @cached_property
    def columns_read(self) -> tuple[str, ...]:
        """Columns of the store that are read; those of ages and abundances where their draws are kept."""
        own = [reading.column for reading in self.position.readings(velocity=True)]
        more = self.errors.columns_for(self.kept) if self.errors is not None else ()
        return tuple(sorted({STAR_KEY, *own, *more}))

    def settings(self) -> dict[str, Any]:
        """Return everything that decides the numbers, as plain values."""
        versions = provenance.versions()
        libraries = ["numpy", "scipy", "numba"]
        if self.backend == "galpy" or self.potential["name"] == "McMillan17":
            libraries.append("galpy")
        settings = {
            "version": VERSION,
            "frame": {"name": self.frame.name} | self.frame.settings(),
            "position": self.position.settings(velocity=True),
            "potential": self.potential,
            "delta": self.delta,
            "backend": self.backend,
            "draws": self.draws,
            "seed": self.seed if self.draws else 0,
            "errors": None if self.errors is None else self.errors.settings(),
            "keep_draws": list(self.keep),
            "libraries": {name: versions[name] for name in libraries},
            "cpu": digest.of_settings(list(provenance.cpu_features()))[:16],
        }
        plain: dict[str, Any] = digest.canonical(settings)
        return plain

    @cached_property
    def name(self) -> str:
        """Name of the group: a digest of its settings, but for the name of the frame."""
        settings = self.settings()
        del settings["frame"]["name"]
        return f"orbits-{digest.of_settings(settings)[:8]}"

    @cached_property
    def columns(self) -> tuple[StoredColumn, ...]:
        """Columns of the group, in order."""
        group = self.name
        found = [StoredColumn(n, group, "float64", unit, text) for n, (unit, text) in VALUES.items()]
        found.append(StoredColumn("status", group, "uint32", "", "bits of galdask.stars.orbit_status.BITS"))
        if not self.draws:
            return tuple(found)
        found.append(StoredColumn("n_draws", group, "uint16", "", "draws that have actions"))
        for name, (unit, _) in VALUES.items():
            for p in PERCENTILES:
                text = f"{p}th percentile of the draws"
                found.append(StoredColumn(f"{name}_p{p}", group, "float32", unit, text))
        units = {name: unit for name, (unit, _) in VALUES.items()} | MEASURED
        for name in self.kept:
            text = f"draws of {name}"
            column = StoredColumn(f"{name}_draws", f"{group}/draws", "float32", units[name], text)
            found.append(StoredColumn(**{**column.to_json(), "shape": (self.draws,)}))
        return tuple(found)

    @property
    def kept(self) -> tuple[str, ...]:
        """Columns whose draws are kept: those asked for that are drawn."""
        others = () if self.errors is None else self.errors.others
        return tuple(n for n in self.keep if n in VALUES or n in others or n in tuple(MEASURED)[:4])


def potential_from_section(section: Section) -> dict[str, Any]:
    """Return the block of a potential, checked."""
    from galdask.stars.orbits.potential import KNOWN

    name = section.text("name", choices=tuple(KNOWN))
    block = {"name": name} | {key: float(section.number(key, low=1e-3)) for key in KNOWN[name][1]}
    section.done()
    if name != "McMillan17":  # which takes galpy ten seconds: opened where it is used
        open_potential(block)
    return block


def _draws(section: Section, given: int | None) -> int:
    count = section.value("draws", None)
    if given is None and count in (None, "any"):
        raise section.fail(
            "draws", "how many draws of each star?", expected="draws: N in the file, or --draws N"
        )
    count = given if given is not None else section.whole("draws")
    if not 0 <= count <= MOST:
        raise section.fail(
            "draws" if given is None else None,
            "too few or too many draws",
            expected=f"0 to {MOST}",
            found=count,
        )
    return int(count)


def _kept(section: Section, given: Sequence[str] | bool | None) -> tuple[str, ...]:
    kept = section.value("keep_draws", False)
    kept = kept if given is None else given
    known = (*VALUES, *MEASURED)
    if isinstance(kept, bool):
        return KEPT if kept else ()
    names = [kept] if isinstance(kept, str) else list(kept)
    for name in names:
        if name not in known:
            raise section.fail(
                "keep_draws", f"there are no draws of {name!r}", expected="of " + ", ".join(known)
            )
    return tuple(name for name in known if name in names)


def _delta(section: Section) -> float | str:
    if isinstance(section.value("delta"), str):
        return str(section.text("delta", choices=FOCAL))
    return float(section.number("delta", low=0.0))
