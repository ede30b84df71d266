"""The plan: what a pipeline file says about grids, cubes and products, read and checked once."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from galdask.cartography import products as catalogue_of_products
from galdask.cartography import variants as variants_of_samples
from galdask.cartography.cubes import Cube, cube_from_section
from galdask.cartography.grids import Grid, grid_from_section
from galdask.cartography.overlays import Overlay
from galdask.cartography.product import Product
from galdask.cartography.quantity import Quantity, quantity_from_section
from galdask.cartography.settings import take_all
from galdask.cartography.variants import Variant
from galdask.config import Section
from galdask.errors import ProductError
from galdask.stars.orbit_columns import VALUES
from galdask.stars.plane import plane_from_section
from galdask.stars.populations import Flags, Populations, populations_from_section
from galdask.stars.position import MOTIONS

#: positions that follow from R and Z alone, and those that need the azimuth too
PLANE = ("r", "z", "abs_z")
FULL = (*PLANE, "x", "y", "theta", "signed_r")
#: what the names of cubes begin with, as their folder does
CUBES = "cubes/"


@dataclass(frozen=True)
class Plan:
    """What to make from the stars of a pipeline.

    Parameters
    ----------
    name, title, reference, file : str
        Of the pipeline.
    frame : dict
        The block as it stands in the file.
    populations : Populations, Flags or None
        How the alpha populations are told apart.
    quantities : dict of str to Quantity
        Measured numbers by name.
    main : str
        Sample of everything that names no other.
    raw : str or None
        The sample without cuts, if there is one.
    raw_quantities : tuple of str
        Quantities that it has.
    samples : tuple of str
        Samples with cuts that the stars of this pipeline have.
    absent : tuple of str
        Quantities of the file for which the store has no column.
    coordinates : tuple of str
        Positions, and motions and properties of orbits, that the stars of this pipeline have.
    grids, cubes : dict
        By name.
    products : dict of str to Product
        Those that the file asks for.
    settings : dict of str to dict
        Settings of each of them, defaults filled in.
    plane : dict of str to str
        Columns that stand for R, |Z| and Z; see `galdask.cartography.plane`.
    variants : dict of str to Variant
        Other stars, or other ages, beside the main ones; "main" is always there.
    overlays : dict of str to Overlay
        Points that figures draw over the stars; set by the caller, who knows where their stores are.
    """

    name: str
    title: str
    reference: str
    file: str
    frame: Mapping[str, Any]
    populations: Populations | Flags | None
    quantities: Mapping[str, Quantity]
    main: str
    raw: str | None
    raw_quantities: tuple[str, ...]
    samples: tuple[str, ...]
    absent: tuple[str, ...]
    coordinates: tuple[str, ...]
    grids: Mapping[str, Grid]
    cubes: Mapping[str, Cube]
    products: Mapping[str, Product]
    settings: Mapping[str, Mapping[str, Any]]
    variants: Mapping[str, Variant]
    overlays: Mapping[str, Overlay] = field(default_factory=dict)
    plane: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_section(
        cls, top: Section, derived: Collection[str] | None = None, samples: Collection[str] | None = None
    ) -> Plan:
        """Read the plan from a pipeline file.

        Parameters
        ----------
        top : Section
            The whole file. Its keys are shared with other readers, so `done` is left to the caller.
        derived : collection of str, optional
            Columns that the samples have; by default all that the file speaks of.
        samples : collection of str, optional
            Samples that there are (the file may name optional ones); by default all of the file.

        Raises
        ------
        ConfigError
            If a product, grid, quantity or setting is unknown or wrong; names file and line.
        """
        main, raw, named = _samples(top.section("samples"))
        declared = {
            name: quantity_from_section(name, inner, main, named)
            for name, inner in _inner(top.section("quantities"))
        }
        grids = {name: grid_from_section(name, inner) for name, inner in _inner(top.section("grids", None))}
        cubes = {
            name: cube_from_section(name, inner, grids, declared)
            for name, inner in _inner(top.section("cubes", None))
        }
        there = [name for name in declared if derived is None or name in derived]
        variants = variants_of_samples.from_section(
            top.section("variants", None), declared, there, named, samples
        )
        products, settings = _products(top.section("products", None), declared, variants)
        coordinates = _coordinates(top)
        quantities = {
            name: one.among(derived)
            for name, one in declared.items()
            if name in there and (samples is None or one.sample in samples)
        }
        return cls(
            name=top.text("name"),
            title=top.text("title", ""),
            reference=top.text("reference", ""),
            file=top.file,
            frame=top.value("frame", {}),
            populations=_populations(top, tuple(declared)),
            quantities=quantities,
            main=main,
            raw=raw,
            raw_quantities=tuple(q for q in _raw_quantities(top, raw, declared) if q in quantities),
            samples=tuple(s for s in named if s != raw and (samples is None or s in samples)),
            absent=tuple(q for q in declared if q not in quantities),
            coordinates=tuple(c for c in coordinates if derived is None or c in derived),
            grids=grids,
            cubes={name: cube.restricted(quantities) for name, cube in cubes.items()},
            products=products,
            settings=settings,
            plane=plane_from_section(top, derived),
            variants=variants,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to a worker with the names of the products alone: their code is there."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return _arrived, (values | {"products": tuple(self.products)},)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything the file asks for: ``cubes/<name>`` and products, in order."""
        return (*(CUBES + name for name in self.cubes), *self.products)

    def choose(self, only: Iterable[str] | None = None) -> tuple[list[str], dict[str, str]]:
        """Choose what to make.

        Parameters
        ----------
        only : iterable of str, optional
            Names; everything in the file by default. ``cubes`` stands for all cubes.

        Returns
        -------
        names : list of str
            What can be made.
        skipped : dict of str to str
            What cannot, and why.

        Raises
        ------
        ProductError
            If a name is not in this pipeline, or nothing at all can be made.
        """
        wanted: list[str] = []
        for name in only or self.names:
            wanted += (
                [n for n in self.names if n.startswith(CUBES)] if name == "cubes" else [self._known(name)]
            )
        skipped = {name: why for name in dict.fromkeys(wanted) if (why := self.lacks(name))}
        names = [name for name in dict.fromkeys(wanted) if name not in skipped]
        if not names:
            raise ProductError(
                f"the pipeline {self.name!r} has nothing to make",
                where=self.file,
                found="; ".join(f"{name}: {why}" for name, why in skipped.items()) or "no products",
                todo="add products, or the columns that they need",
            )
        return names, skipped

    def _known(self, name: str) -> str:
        if name in self.names:
            return name
        near = difflib.get_close_matches(name, self.names, 1)
        if name in catalogue_of_products.names():
            todo: str | None = "add it to the section products of the file"
        else:
            todo = f"did you mean {near[0]!r}?" if near else None
        raise ProductError(
            f"the pipeline {self.name!r} makes no product {name!r}",
            expected="one of " + ", ".join(self.names),
            found=name,
            where=self.file,
            todo=todo,
        )

    def lacks(self, name: str) -> str | None:
        """Return why a product or cube cannot be made from the columns at hand, or None."""
        if name.startswith(CUBES):
            wanted = [a.column for a in self.cubes[name.removeprefix(CUBES)].grid.axes]
            quantities: tuple[str, ...] = ()
            samples: list[str] = []
        else:
            product = self.products[name]
            wanted, quantities = list(product.coordinates), product.quantities
            samples = [self.settings[name][s.name] for s in product.settings if s.kind == "sample"]
        missing = [s for s in samples if s not in self.samples]
        if missing:
            return f"there is no sample {', '.join(missing)}"
        missing = [q for q in quantities if q not in self.quantities]
        if missing:
            who = "store" if missing[0] in self.absent else "pipeline"
            return f"the {who} has no {', '.join(missing)}"
        missing = [c for c in wanted if c not in self.coordinates]
        if missing:
            return _ungiven(missing)
        return None if name.startswith(CUBES) else self._lone(name)

    def _lone(self, name: str) -> str | None:
        """Return why a product of variants has no other than the main one, or None."""
        if "variants" not in self.settings[name] or len(variants_of_samples.shown(self, name)) > 1:
            return None
        lacking = variants_of_samples.lacking(self, name)
        return "; ".join(f"variant {v}: {why}" for v, why in lacking.items()) or "no variant is asked for"


def _arrived(values: dict[str, Any]) -> Plan:
    products = {name: catalogue_of_products.load(name) for name in values["products"]}
    return Plan(**(values | {"products": products}))


def _inner(section: Section | None) -> Iterable[tuple[str, Section]]:
    for name in section or ():
        yield name, section.section(name)  # type: ignore[union-attr]


def _samples(section: Section) -> tuple[str, str | None, tuple[str, ...]]:
    """Return the main sample (``main``, else the first with cuts), the raw one, and all names."""
    raw = [name for name, inner in _inner(section) if inner.flag("raw", False)]
    cut = [name for name in section if name not in raw]
    if not cut:
        raise section.fail(None, "there is no sample with cuts", todo="add one, such as main")
    return "main" if "main" in cut else cut[0], raw[0] if raw else None, (*cut, *raw)


def _populations(top: Section, declared: tuple[str, ...]) -> Populations | Flags | None:
    section = top.section("populations", None)
    return None if section is None else populations_from_section(section, declared)


def _raw_quantities(top: Section, raw: str | None, declared: Mapping[str, Quantity]) -> tuple[str, ...]:
    if raw is None:
        return ()
    return tuple(top.section("samples").section(raw).list("quantities", list(declared)))


def _coordinates(top: Section) -> tuple[str, ...]:
    """Return the positions, motions and properties of orbits that the file speaks of."""
    section, motions = top.section("position", None), MOTIONS if "velocity" in top else {}
    orbits = VALUES if "orbits" in top else {}
    flat = section is not None and "cylindrical" in section and "theta" not in section.section("cylindrical")
    return tuple(dict.fromkeys((*(PLANE if flat else FULL), *motions, *orbits)))


def _ungiven(missing: Collection[str]) -> str:
    """Say why the stars have no such columns."""
    named = ", ".join(missing)
    if any(name in VALUES and name not in (*FULL, *MOTIONS) for name in missing):
        return f"the pipeline has no orbits, which give {named} (section orbits, command 'galdask orbits')"
    if any(name in MOTIONS for name in missing):
        return f"the pipeline has no velocities, which give {named}"
    return f"the positions of the stars do not give {named}"


def _products(
    section: Section | None, quantities: Mapping[str, Quantity], variants: Mapping[str, Variant]
) -> tuple[dict[str, Product], dict[str, Mapping[str, Any]]]:
    products: dict[str, Product] = {}
    settings: dict[str, Mapping[str, Any]] = {}
    known = catalogue_of_products.names()
    for name in section or ():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            raise section.fail(  # type: ignore[union-attr]
                name,
                f"unknown product {name!r}",
                expected="one of " + ", ".join(known),
                todo=f"did you mean {near[0]!r}?" if near else None,
            )
        product = catalogue_of_products.load(name)
        inner = section.section(name)  # type: ignore[union-attr]
        products[name], settings[name] = product, take_all(product.settings, inner)
        for key, of in (("quantities", quantities), ("variants", variants)):
            for chosen in settings[name].get(key, ()):
                if chosen not in of and key in inner:
                    what = {"quantities": "quantity", "variants": "variant"}[key]
                    raise inner.fail(key, f"unknown {what} {chosen!r}", expected="of " + ", ".join(of))
    return products, settings
