"""The canonical columns of a release file, their missing-value policies and named bits."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from galdask import units
from galdask.catalog import dimensions, expression
from galdask.catalog.missing import Missing
from galdask.catalog.release_tables import check_name
from galdask.catalog.schema import DTYPES, ColumnSpec, KeyJoin, RowMatch, TableSpec
from galdask.config import Section
from galdask.errors import ConfigError

#: names that mean something else
RESERVED = ("star_key", *expression.FUNCTIONS)
_ELEMENT = re.compile(r"(.+)\[(\d{1,6}(?:,\d{1,6})*)\]")
_BITS = {"uint8": 8, "int16": 16, "int32": 32}
_BIT_NAME = re.compile(r"[A-Za-z0-9_.+-]{1,64}")
_FLOATS = ("float32", "float64")


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns as read, and what the text formats must know about their types."""

    specs: Mapping[str, ColumnSpec]

    def complete(self, table: TableSpec) -> TableSpec:
        """Return the table with the types under which its text is to be parsed."""
        if table.format in ("fits", "parquet"):
            return table
        types: dict[str, str] = {}
        for spec in self.specs.values():
            if spec.table == table.name and spec.source is not None:
                kind = spec.dtype or ("float64" if spec.unit else None)
                if kind:
                    types[spec.source] = kind
        pairs = table.join.pairs if isinstance(table.join, RowMatch) else {}
        if isinstance(table.join, KeyJoin):
            pairs = {table.join.source: table.join.column}
        for source, name in pairs.items():
            ours = self.specs.get(name)
            if ours is not None and ours.dtype:
                types[source] = ours.dtype
        return replace(table, types=types)


def read_columns(
    section: Section, tables: Mapping[str, TableSpec], default: Missing, masks: frozenset[str]
) -> Columns:
    """Return the canonical columns.

    Parameters
    ----------
    section : Section
        Name -> what the column is.
    tables : dict of str to TableSpec
        The release's tables, the main one first.
    default : Missing
        Policy of the whole release, added to that of every column of numbers that is not declared
        an integer and has no named bits.
    masks : frozenset of str
        Columns with named bits.

    Raises
    ------
    ConfigError
        If a column says something wrong; names file and line.
    """
    specs: dict[str, ColumnSpec] = {}
    for name in section:
        check_name(section, name, "column")
        if name in RESERVED:
            raise section.fail(name, f"the name {name!r} is taken", expected="another name")
        inner = section.section(name)
        spec = _column(inner, name, tables)
        inner.done()
        if spec.dtype in (None, *_FLOATS) and name not in masks:
            spec = replace(spec, missing=spec.missing | default)
        specs[name] = spec
    if not specs:
        raise ConfigError("a release needs columns", where=section.where())
    _check_types(section, specs, tables)
    _check_expressions(section, specs)
    return Columns(specs)


def _column(section: Section, name: str, tables: Mapping[str, TableSpec]) -> ColumnSpec:
    if ("column" in section) == ("expression" in section):
        near = [key for key in section if difflib.get_close_matches(key, ("column", "expression"), 1)]
        raise section.fail(
            near[0] if near else None,
            f"the column {name!r} is either a 'column' of a file or an 'expression'",
            expected="one of the two",
            found=", ".join(section) or "neither",
        )
    unit = section.text("unit", "")
    units.kind(unit, section.where("unit"))
    dtype = section.text("type", None, choices=DTYPES)
    if unit and dtype in ("string", "bool"):
        raise section.fail("unit", f"a {dtype} has no unit", found=repr(unit))
    table, source, index, formula = "", None, None, None
    if "expression" in section:
        formula = section.text("expression")
        if dtype not in (None, *_FLOATS):
            raise section.fail("type", "a formula gives floating-point numbers", found=dtype)
        if not expression.names_in(formula, section.where("expression")):
            raise section.fail("expression", "the formula uses no column", found=repr(formula))
    else:
        table = section.text("table", next(iter(tables)), choices=tables)
        source, index = _source(section, tables[table])
    return ColumnSpec(
        name=name,
        table=table,
        source=source,
        index=index,
        expression=formula,
        unit=unit,
        dtype=dtype,
        missing=read_missing(section, "missing"),
        description=section.text("description", ""),
        optional=section.flag("optional", False),
    )


def _source(section: Section, table: TableSpec) -> tuple[str, int | tuple[int, ...] | None]:
    """The column in the file; in FITS and Parquet files "X_H[5]" is an element of an array."""
    source = section.text("column")
    if not source.strip() or not source.isprintable():
        raise section.fail("column", "this is not the name of a column", found=repr(source))
    match = _ELEMENT.fullmatch(source) if table.format in ("fits", "parquet") else None
    if match is None:
        return source, None
    index = tuple(int(n) for n in match[2].split(","))
    return match[1], index[0] if len(index) == 1 else index


def read_missing(section: Section, key: str) -> Missing:
    """Return a missing-value policy: a list of fillers, or a mapping.

    Raises
    ------
    ConfigError
        If it says something wrong; names file and line.
    """
    value = section.value(key, [])
    if isinstance(value, list):
        return _fillers(section, key, value)
    inner = section.section(key)
    fillers = _fillers(inner, "values", inner.list("values", []))
    policy = Missing(
        above=inner.number("above", None),
        below=inner.number("below", None),
        not_positive=inner.flag("not_positive", False),
    )
    inner.done()
    return policy | fillers


def _fillers(section: Section, key: str, values: list[object]) -> Missing:
    texts = tuple(value for value in values if isinstance(value, str))
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool) and _finite(v)]
    if len(texts) + len(numbers) != len(values):
        raise section.fail(key, "a filler is a finite number or a text", found=values)
    return Missing(values=tuple(numbers), texts=texts)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _check_types(section: Section, specs: Mapping[str, ColumnSpec], tables: Mapping[str, TableSpec]) -> None:
    """One column of a text file is parsed in one way."""
    seen: dict[tuple[str, str], ColumnSpec] = {}
    for name, spec in specs.items():
        if spec.source is None or tables[spec.table].format in ("fits", "parquet"):
            continue
        other = seen.setdefault((spec.table, spec.source), spec)
        if (other.dtype, other.unit) != (spec.dtype, spec.unit):
            raise section.fail(
                name,
                f"the columns {other.name!r} and {name!r} read {spec.source!r} as different things",
                expected="one type and one unit",
            )


def _check_expressions(section: Section, specs: Mapping[str, ColumnSpec]) -> None:
    """Formulas name known columns of numbers, do not go in a circle, and keep their units."""
    settled = {name for name, spec in specs.items() if spec.expression is None}
    waiting = {name: spec for name, spec in specs.items() if spec.expression is not None}
    for name, spec in waiting.items():
        inner = section.section(name)
        names = expression.names_in(spec.expression or "")
        for used in names:
            if used not in specs:
                near = difflib.get_close_matches(used, specs, 1)
                raise inner.fail(
                    "expression",
                    f"the formula uses an unknown column {used!r}",
                    expected="canonical columns of this file",
                    todo=f"did you mean {near[0]!r}?" if near else None,
                )
            if specs[used].dtype in ("string", "bool"):
                raise inner.fail(
                    "expression", f"the column {used!r} holds no numbers", found=specs[used].dtype
                )
        dimensions.check(
            spec.expression or "",
            {used: specs[used].unit for used in names},
            spec.unit,
            inner.where("expression"),
        )
    while waiting:
        ready = [n for n, s in waiting.items() if settled.issuperset(expression.names_in(s.expression or ""))]
        if not ready:
            first = next(iter(waiting))
            raise section.section(first).fail(
                "expression", "formulas use each other in a circle", found=", ".join(waiting)
            )
        for name in ready:
            settled.add(name)
            del waiting[name]


def read_masks(section: Section, specs: Mapping[str, ColumnSpec]) -> dict[str, dict[str, int]]:
    """Return column -> name of a bit -> its number, from 0.

    A column may take the bits of another: ``andflag: starflag``.

    Raises
    ------
    ConfigError
        If a column, bit or name is wrong; names file and line.
    """
    masks: dict[str, dict[str, int]] = {}
    for name in section:
        _check_mask_column(section, name, specs)
        if isinstance(section.value(name), str):
            like = section.text(name)
            if like not in masks:
                raise section.fail(
                    name, f"no bits of {like!r} above this line", expected="a mask that stands before"
                )
            masks[name] = dict(masks[like])
            continue
        masks[name] = _bits(section.section(name), _BITS.get(specs[name].dtype or "", 64))
    return masks


def _check_mask_column(section: Section, name: str, specs: Mapping[str, ColumnSpec]) -> None:
    spec = specs.get(name)
    if spec is None:
        near = difflib.get_close_matches(name, specs, 1)
        raise section.fail(
            name,
            f"bits of an unknown column {name!r}",
            todo=f"did you mean {near[0]!r}?" if near else "add the column",
        )
    if spec.dtype in ("string", "bool", *_FLOATS) or spec.expression is not None or spec.unit:
        raise section.fail(name, f"the column {name!r} cannot hold bits", expected="an integer without unit")


def _bits(section: Section, width: int) -> dict[str, int]:
    bits: dict[str, int] = {}
    for name in section:
        if not _BIT_NAME.fullmatch(name):
            raise section.fail(name, "this cannot be the name of a bit", found=repr(name))
        bit = section.whole(name, low=0, high=width - 1)
        if bit in bits.values():
            other = next(key for key, value in bits.items() if value == bit)
            raise section.fail(name, f"bit {bit} has two names", found=f"{other} and {name}")
        bits[name] = bit
    return bits
