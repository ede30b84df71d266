"""The recipe: everything that a pipeline file says of its stars, resolved once against a store.

A recipe is small plain data. It travels to the workers, derives a `Block` from each partition there,
and names what each of its results depends on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from galdask.config import Section
from galdask.errors import SampleError
from galdask.stars.block import Block
from galdask.stars.computed_columns import Computed
from galdask.stars.frame import Frame
from galdask.stars.orbit_columns import OrbitColumns, choose
from galdask.stars.plane import SIGNED, plane_from_section
from galdask.stars.populations import Flags, Populations, populations_from_section
from galdask.stars.position import MOTIONS, PLACES, Position, position_from_section
from galdask.stars.quantities import Quantity, quantity_from_section
from galdask.stars.readings import STAR_KEY, AbsentError, StoreLike, nearest
from galdask.stars.sample import Sample, samples_from_section

#: raised when the same settings give other numbers
VERSION = 1


@dataclass(frozen=True)
class Recipe:
    """How the stars of a pipeline are chosen and what is computed for each.

    Parameters
    ----------
    frame : Frame or None
        The Galactocentric frame; None for positions that are given in the Galaxy already.
    position : Position
        Where positions and velocities are read.
    quantities : dict of str to Quantity
        Measured numbers.
    populations : Populations, Flags or None
        The alpha populations; None leaves every star undefined.
    chains : dict of str to Sample
        The samples, in the order of the file.
    absent : dict of str to str
        Optional quantities and samples that the store cannot have, and why.
    wanted : tuple of str or None
        Derived columns that blocks have; None for all.
    orbits : OrbitColumns or None
        Orbits that were computed before, from a column group of the store.
    plane : dict of str to str
        Columns that stand for R, |Z| and Z in products; see `galdask.stars.plane`.
    computed : Computed
        Other columns that were computed before, such as birth radii.
    """

    frame: Frame | None
    position: Position
    quantities: Mapping[str, Quantity]
    populations: Populations | Flags | None
    chains: Mapping[str, Sample]
    absent: Mapping[str, str]
    wanted: tuple[str, ...] | None = None
    orbits: OrbitColumns | None = None
    plane: Mapping[str, str] = field(default_factory=dict)
    computed: Computed = field(default_factory=Computed)

    @classmethod
    def from_section(cls, section: Section, store: StoreLike) -> Recipe:
        """Read a pipeline file's stars.

        Parameters
        ----------
        section : Section
            The whole file; its keys frame, position, velocity, orbits, plane, quantities, cuts, populations
            and samples are taken, `done` is left to the caller.
        store : Store
            Columns with types and units, and the names of bits.

        Raises
        ------
        ConfigError
            If a column, unit, bit, cut, quantity, sample or key is not right; names file and line.
        """
        position = position_from_section(
            section.section("position"), section.section("velocity", None), store
        )
        frame = None
        if "frame" in section or position.distance is not None:
            frame = Frame.from_section(section.section("frame"))
        orbits = choose(section.section("orbits", None), store, frame, position)
        others = Computed.of(store)
        section.value("birth", None)  # read where birth radii are made
        store = others.extended(store if orbits is None else orbits.extended(store))
        quantities, absent = _quantities(section.section("quantities"), store, position, orbits)
        boundary = section.section("populations", None)
        populations = None if boundary is None else populations_from_section(boundary, tuple(quantities))
        computed = {name: quantity.unit for name, quantity in quantities.items()}
        computed = ({} if orbits is None else dict(orbits.units)) | computed
        computed |= {name: (PLACES | MOTIONS)[name] for name in position.names} | {"population": ""}
        chains, absent = samples_from_section(
            section.section("samples"),
            section.section("cuts", None),
            store,
            computed,
            tuple(quantities),
            absent,
        )
        _check_samples(section.section("quantities"), quantities, {*chains, *absent})
        plane = plane_from_section(section, computed)
        return cls(frame, position, quantities, populations, chains, absent, None, orbits, plane, others)

    @property
    def samples(self) -> tuple[str, ...]:
        """Names of the samples, in the order of the file."""
        return tuple(self.chains)

    @property
    def fates(self) -> dict[str, tuple[str, ...]]:
        """Sample -> names of its steps; code 0 is kept, code k is "failed first at step k"."""
        return {name: sample.fates for name, sample in self.chains.items()}

    @cached_property
    def derived_columns(self) -> tuple[str, ...]:
        """Columns in a view of every sample that is not raw, in order."""
        errors = (f"{q.name}_err" for q in self.quantities.values() if q.error is not None)
        known = () if self.orbits is None else (name for name in self.orbits.units if self.is_orbit(name))
        signed = (SIGNED,) if SIGNED in self.plane.values() else ()
        every = (STAR_KEY, "population", *self.position.names, *known, *signed, *self.quantities, *errors)
        return every if self.wanted is None else tuple(name for name in every if name in self.wanted)

    def is_orbit(self, name: str) -> bool:
        """Return whether a derived column is one of the orbit group; a quantity of that name hides it."""
        return self.orbits is not None and name in self.orbits.units and name not in self.quantities

    def columns_of(self, sample: str) -> tuple[str, ...]:
        """Return the columns in a view of a sample.

        Raises
        ------
        SampleError
            If there is no such sample.
        """
        chain = self._chain(sample)
        if not chain.raw:
            return self.derived_columns
        keys = (STAR_KEY,) if self.wanted is None or STAR_KEY in self.wanted else ()
        return (*keys, *chain.quantities)

    @cached_property
    def columns_read(self) -> tuple[str, ...]:
        """Columns of the store that `derive` needs; never none."""
        found: set[str] = set()
        for sample in self.chains:
            found |= set(self.lineage(sample, self.columns_of(sample))["columns"])
        return tuple(sorted(found)) or (STAR_KEY,)

    def only(self, requests: Mapping[str | None, Iterable[str]]) -> Recipe:
        """Return a recipe that reads and derives no more than some columns of some samples.

        Parameters
        ----------
        requests : mapping of (str or None) to iterable of str
            Sample -> columns of its view; the key None asks for the fates in all samples.

        Raises
        ------
        SampleError
            If there is no such sample or column in it.
        """
        names = {sample: tuple(columns) for sample, columns in requests.items()}
        for sample, columns in names.items():
            self.lineage(sample, columns)
        chains = {}
        for name, chain in self.chains.items():
            if name in names or None in names:
                base = chain.base if chain.base in names or None in names else None
                chosen = tuple(q for q in chain.quantities if q in names.get(name, ()))
                chains[name] = replace(chain, base=base, quantities=chosen)
        wanted = {column for columns in names.values() for column in columns}
        keep = tuple(name for name in (*self.derived_columns, STAR_KEY) if name in wanted)
        return replace(self, chains=chains, wanted=tuple(dict.fromkeys(keep)))

    def derive(self, columns: Mapping[str, np.ndarray]) -> Block:
        """Return the stars of one partition that any sample keeps, with their derived columns.

        Parameters
        ----------
        columns : mapping of str to (n,) array
            The columns `columns_read` of a partition, as `galdask.catalog.store.read_partition` gives them.

        Raises
        ------
        StoreError
            If a column is not there, or columns differ in length.
        """
        from galdask.stars.derivation import derive

        return derive(self, columns)

    def settings(self) -> dict[str, Any]:
        """Return everything that decides a block, names included, as plain values."""
        return {
            **(
                {}
                if self.orbits is None
                else {"orbits": {"group": self.orbits.group, **self.orbits.settings}}
            ),
            **({"computed": used} if (used := self._used()) else {}),
            "version": VERSION,
            "frame": None if self.frame is None else {"name": self.frame.name} | self.frame.settings(),
            "position": self.position.settings(velocity=True),
            "quantities": {
                name: quantity.settings() | {"unit": quantity.unit} | quantity.error_settings()
                for name, quantity in self.quantities.items()
            },
            "populations": None if self.populations is None else self.populations.settings(),
            "samples": {
                name: {
                    "raw": s.raw,
                    "quantities": list(s.quantities),
                    "cuts": s.settings(),
                    "fates": list(s.fates),
                }
                for name, s in self.chains.items()
            },
            "wanted": self.wanted,
        }

    def lineage(self, sample: str | None, columns: Iterable[str]) -> dict[str, Any]:
        """Return what some columns of a sample, and who is in it, depend on: no more.

        Parameters
        ----------
        sample : str or None
            Name of a sample; None for the fates in all samples.
        columns : iterable of str
            Columns of its view.

        Returns
        -------
        dict
            ``columns``: sorted tuple of the store columns that are read; ``settings``: canonical settings
            that enter, names of samples, cuts and frame left out.

        Raises
        ------
        SampleError
            If there is no such sample or column in it.
        """
        chains = list(self.chains.values()) if sample is None else [self._chain(sample)]
        names, read, wanted = tuple(columns), set[str](), set[str]()
        for chain in chains:
            known = self.columns_of(chain.name)
            for name in names:
                if name not in known:
                    raise SampleError(
                        f"the sample {chain.name!r} has no column {name!r}",
                        expected="one of " + ", ".join(known),
                        todo=nearest(name, known),
                    )
                wanted.add(name)
            for step in chain.steps:
                (read if step.source == "column" else wanted).add(step.target)
        settings: dict[str, Any] = {"version": VERSION, "cuts": [chain.settings() for chain in chains]}
        settings["columns"] = {name: self._enter(name, read) for name in sorted(wanted)}
        wanted |= {"z"} if SIGNED in wanted else set()
        if wanted & {*self.position.names} and self.frame is not None:
            settings["frame"] = self._frame_settings(self.frame, wanted)
        return {"columns": tuple(sorted(self.aliases.get(name, name) for name in read)), "settings": settings}

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Names that columns of groups have in the file -> their names in the store."""
        return {**self.computed.aliases, **({} if self.orbits is None else self.orbits.aliases)}

    def _used(self) -> list[str]:
        """Return the columns of groups that are no orbits, by their names in the store, that are read."""
        return [name for name in self.columns_read if name in self.computed.types]

    def _chain(self, sample: str) -> Sample:
        if sample not in self.chains:
            raise SampleError(
                f"there is no sample {sample!r}",
                expected="one of " + ", ".join(self.chains),
                found=self.absent.get(sample),
                todo=nearest(sample, self.chains),
            )
        return self.chains[sample]

    def _enter(self, name: str, read: set[str]) -> Any:
        """Add the store columns of one derived column to `read`, and return its settings."""
        if name == STAR_KEY:
            read.add(STAR_KEY)
            return {}
        if name == SIGNED:
            return [self._enter("z_max", read), self._enter("z", read)]
        if self.orbits is not None and self.is_orbit(name):
            read.add(self.orbits.stored[name])
            return {}
        if name in self.position.names:
            velocity = name in MOTIONS
            read.update(reading.column for reading in self.position.readings(velocity))
            return self.position.settings(velocity)
        if name == "population":
            if self.populations is None:
                return {}
            return [
                self.populations.settings(),
                *(self._enter(axis, read) for axis in self.populations.quantities),
            ]
        quantity = (
            self.quantities[name] if name in self.quantities else self.quantities[name.removesuffix("_err")]
        )
        read.update(quantity.columns)
        if name == quantity.name:
            return quantity.settings()
        read.update(quantity.columns_read)
        return quantity.settings() | quantity.error_settings()

    def _frame_settings(self, frame: Frame, wanted: set[str]) -> dict[str, Any]:
        settings = frame.settings()
        if not wanted & {*MOTIONS} & {*self.position.names}:
            del settings["v_sun"]
        if "theta" not in wanted and self.position.form != "cylindrical":
            del settings["theta"]
        return settings


def _quantities(
    section: Section, store: StoreLike, position: Position, orbits: OrbitColumns | None
) -> tuple[dict[str, Quantity], dict[str, str]]:
    quantities: dict[str, Quantity] = {}
    absent: dict[str, str] = {}
    for name in section:
        inner = section.section(name)
        try:
            quantities[name] = quantity_from_section(name, inner, store, quantities, absent)
        except AbsentError as error:
            if not inner.flag("optional", False):
                raise
            absent[name] = error.what
    taken = {STAR_KEY, "population", *PLACES, *MOTIONS}
    if orbits is not None:
        taken -= {*orbits.units}  # a quantity with a range and a label may stand for a column of the orbits
    taken |= {f"{q.name}_err" for q in quantities.values() if q.error is not None}
    for name in quantities:
        if name in taken:
            raise section.fail(
                name, f"a quantity cannot be called {name!r}", expected="a name that no derived column has"
            )
    return quantities, absent


def _check_samples(section: Section, quantities: Mapping[str, Quantity], samples: set[str]) -> None:
    for name, quantity in quantities.items():
        if quantity.sample is not None and quantity.sample not in samples:
            raise section.section(name).fail(
                "sample",
                f"the quantity {name!r} asks for an unknown sample",
                expected="one of " + ", ".join(sorted(samples)),
                found=quantity.sample,
                todo=nearest(quantity.sample, samples),
            )
