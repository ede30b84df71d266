"""Variants: the same product of other stars, or of other ages, side by side with that of the main sample."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import products
from galdask.cartography.dataset import build
from galdask.cartography.product import Product, Request
from galdask.cartography.settings import Setting, take_all
from galdask.config import Section
from galdask.reductions import CellTable, Key

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.cell_statistics import Variable
    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables
    from galdask.cartography.quantity import Quantity
    from galdask.reductions import Reduction

#: the variant that is always there
MAIN = "main"
#: fields of reductions that name a column
NAMED = ("quantity", "abscissa", "x", "y", "weight")


@dataclass(frozen=True, slots=True)
class Variant:
    """Which stars and which ages stand in the place of the main ones.

    Parameters
    ----------
    name, label : str
        Name in the pipeline file, and what it is in a few words.
    stars : str
        Sample of all stars; "" for the main one.
    ages : str
        Sample of the stars with ages; "" for that of the quantity `age`.
    columns : dict of str to str
        Quantity -> the quantity that is taken for it, such as age -> age_nn.
    lacks : str
        Why it cannot be made; "" if it can.
    """

    name: str
    label: str
    stars: str = ""
    ages: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    lacks: str = ""

    def quantities(self, of: Mapping[str, Quantity]) -> dict[str, Quantity]:
        """Return the quantities of a plan as this variant has them."""
        ages = next((of[q].sample for q in ("age", "log_age") if q in of), None)
        found = {}
        for name, one in of.items():
            taken = of[self.columns[name]] if name in self.columns else one
            sample = (self.ages or one.sample) if one.sample == ages else one.sample
            found[name] = replace(taken, name=name, label=one.label, sample=sample)
        return found


def setting(default: Sequence[str]) -> Setting:
    """Return the setting that says which variants a product shows."""
    return Setting("variants", tuple(default), "variants of the pipeline, beside the main sample", "names")


def from_section(
    section: Section | None,
    declared: Mapping[str, Quantity],
    there: Collection[str],
    named: Collection[str],
    samples: Collection[str] | None,
) -> dict[str, Variant]:
    """Read the section ``variants`` of a pipeline.

    Parameters
    ----------
    section : Section or None
        ``NAME: {label:, stars: SAMPLE, ages: SAMPLE, columns: {QUANTITY: QUANTITY}}``.
    declared : mapping
        Quantities of the file.
    there : collection of str
        Those of them that the store has.
    named, samples : collection of str
        Samples of the file, and those that the store has (None: all).

    Raises
    ------
    ConfigError
        If a sample or quantity is unknown; names file and line.
    """
    found = {MAIN: Variant(MAIN, "main sample")}
    for name in section or ():
        inner = section.section(name)  # type: ignore[union-attr]
        label = inner.text("label", name)
        if name == MAIN:
            inner.done()
            found[MAIN] = Variant(MAIN, label)
            continue
        stars, ages = (inner.text(key, "", choices=("", *named)) for key in ("stars", "ages"))
        pairs = inner.section("columns", None)
        columns = {q: pairs.text(q, choices=tuple(declared)) for q in pairs or ()}
        for quantity in columns:
            if quantity not in declared:
                raise pairs.fail(
                    quantity, f"unknown quantity {quantity!r}", expected="of " + ", ".join(declared)
                )
        inner.done()
        lost = [s for s in (stars, ages) if s and samples is not None and s not in samples]
        gone = [q for q in columns.values() if q not in there]
        why = f"the store has no {', '.join(gone)}" if gone else ""
        why = why or (f"there is no sample {', '.join(lost)}" if lost else "")
        found[name] = Variant(name, label, stars, ages, columns, why)
    return found


def shown(plan: Plan, name: str) -> list[Variant]:
    """Return the variants of a product that can be made, the main one first."""
    wanted = dict.fromkeys((MAIN, *plan.settings[name]["variants"]))
    return [plan.variants[v] for v in wanted if v in plan.variants and not plan.variants[v].lacks]


def lacking(plan: Plan, name: str) -> dict[str, str]:
    """Return the variants of a product that cannot be made, and why."""
    found: dict[str, str] = {}
    for wanted in plan.settings[name]["variants"]:
        known = plan.variants.get(wanted)
        why = "it is not in the pipeline" if known is None else known.lacks
        found |= {wanted: why} if why else {}
    return found


def plan_of(plan: Plan, variant: Variant, *bases: str) -> Plan:
    """Return the plan by which products are made of a variant, with the settings that they have anyway."""
    own = {name: products.load(name) for name in bases}
    return replace(
        plan,
        main=variant.stars or plan.main,
        quantities=variant.quantities(plan.quantities),
        products={**own, **plan.products},
        settings={**{name: take_all(one.settings, None) for name, one in own.items()}, **plan.settings},
    )


def requests(plan: Plan, variant: Variant, asked: Mapping[str, Request]) -> dict[str, Request]:
    """Return what the products of a variant's plan ask for, of the variant's columns and under its name."""
    return {
        f"{variant.name}:{word}": replace(one, reduction=renamed(one.reduction, variant.columns))
        for word, one in asked.items()
    }


def renamed(reduction: Reduction, names: Mapping[str, str]) -> Reduction:
    """Return a reduction of other columns: `names` holds those that change."""
    if not names:
        return reduction
    changes: dict[str, Any] = {}
    for one in fields(reduction):  # type: ignore[arg-type]
        value = getattr(reduction, one.name)
        if isinstance(value, Key):
            axes = tuple(replace(a, column=names.get(a.column, a.column)) for a in value.axes)
            changes[one.name] = replace(value, axes=axes)
        elif one.name in NAMED and isinstance(value, str):
            changes[one.name] = names.get(value, value)
        elif one.name == "columns_kept":
            changes[one.name] = tuple(names.get(c, c) for c in value)
    return replace(reduction, **changes)  # type: ignore[type-var]


def tables_of(variant: Variant, tables: Tables) -> dict[str, CellTable]:
    """Return the results of `requests`, under the words and columns of the plan."""
    back = {column: quantity for quantity, column in variant.columns.items()}
    found, prefix = {}, f"{variant.name}:"
    for word, table in tables.items():
        if word.startswith(prefix):
            values = {back.get(name, name): array for name, array in table.values.items()}
            found[word.removeprefix(prefix)] = CellTable(table.cells, values, table.tables)
    return found


def labels(plan: Plan, of: Sequence[Variant]) -> dict[str, Variable]:
    """Return the coordinates ``variant`` and ``variant_label``."""
    names, texts = np.array([v.name for v in of]), np.array([v.label for v in of])
    return {
        "variant": (("variant",), names, {"long_name": "variant of the sample"}),
        "variant_label": (("variant",), texts, {"long_name": "what the variant is"}),
    }


def attributes(plan: Plan, name: str) -> dict[str, str]:
    """Return what a dataset of variants says of those that it lacks."""
    missing = "; ".join(f"{v}: {why}" for v, why in lacking(plan, name).items())
    return {"variants_lacking": missing or "none"}


def stacked(parts: Sequence[xr.Dataset]) -> dict[str, Variable]:
    """Return the variables of datasets of the same kind along a new first dimension, ``variant``.

    Dimensions of different length (windows, stars that are shown) are padded: with NaN, whole numbers
    with 0, and the zones of stars with -1.
    """
    found: dict[str, Variable] = {}
    for name, first in parts[0].data_vars.items():
        arrays = [part[name].values for part in parts]
        longest = [max(lengths) for lengths in zip(*(a.shape for a in arrays), strict=True)]
        empty = np.nan if first.dtype.kind == "f" else -1 if "star" in first.dims else 0
        values = []
        for a in arrays:
            values.append(np.full(longest, empty, dtype=a.dtype))
            values[-1][tuple(map(slice, a.shape))] = a
        found[str(name)] = (("variant", *map(str, first.dims)), np.stack(values), dict(first.attrs))
    return found


@dataclass(frozen=True, slots=True)
class Again:
    """A product made again for each variant.

    Parameters
    ----------
    name : str
        Of the product of all variants.
    base : str
        Of the product that is made again, with its own settings.
    unused : tuple of str
        Requests of it whose replicas go into other products of the main sample alone: variants have none.
    """

    name: str
    base: str
    unused: tuple[str, ...] = ()

    def requests(self, plan: Plan) -> dict[str, Request]:
        """Ask for everything that the product asks for, of each variant."""
        found: dict[str, Request] = {}
        for variant in shown(plan, self.name):
            own = plan_of(plan, variant, self.base)
            asked = own.products[self.base].requests(own)
            for word in self.unused if variant.name != MAIN else ():
                reduction = replace(asked[word].reduction, replicas=0)  # type: ignore[type-var]
                asked[word] = replace(asked[word], reduction=reduction)
            found |= requests(own, variant, asked)
        return found

    def finish(self, plan: Plan, tables: Tables) -> xr.Dataset:
        """Make the product of each variant, and set them one after the other."""
        parts, chosen = [], shown(plan, self.name)
        for variant in chosen:
            own = plan_of(plan, variant, self.base)
            parts.append(own.products[self.base].finish(own, tables_of(variant, tables)))
        coords = {str(k): (c.dims, c.values, c.attrs) for k, c in parts[0].coords.items()}
        names = labels(plan, chosen)
        text = attributes(plan, self.name)
        out = build(plan, self.name, {**coords, **names}, stacked(parts), base=self.base, **text)
        out.attrs = {**parts[0].attrs, **out.attrs, "base_settings": parts[0].attrs["settings"]}
        return out

    def product(self, title: str, figure: str, caption: str, default: Sequence[str], **more: Any) -> Product:
        """Return the declaration of the product."""
        base = products.load(self.base)
        return Product(
            name=self.name,
            title=title,
            figure=figure,
            caption=caption,
            quantities=base.quantities,
            coordinates=base.coordinates,
            settings=(setting(default),),
            requests=self.requests,
            finish=self.finish,
            **more,
        )
