"""Quantities: measured numbers of a star, from a column or a formula, with a unit and a declared range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from galdask import units
from galdask.catalog import expression
from galdask.catalog.dimensions import check
from galdask.config import Section
from galdask.stars.readings import (
    AbsentError,
    Reading,
    StoreLike,
    find,
    floats,
    nearest,
    numeric,
    scale,
    take,
)

#: kinds whose errors may be in dex
_LOGARITHMIC = ("log age", "log gravity")
#: unit of a logarithm -> unit of what it is taken of
_ARGUMENTS = {"log(yr)": "yr", "dex": ""}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of each star, held as float32.

    Parameters
    ----------
    name : str
        Name of the derived column.
    columns : tuple of str
        Store columns that it is computed from.
    formula : str
        Arithmetic over them in the stored units; "" for a single column.
    factor : float
        From the stored unit to `unit`; 1 for a formula.
    unit : str
        As in the pipeline file.
    low, high : float or None
        Closed range; a value outside is missing, and counted.
    error : Reading or None
        Its 1-sigma error, in the same unit (or dex for a logarithm).
    label : str
        As it stands at an axis.
    sample : str or None
        Sample that its statistics use; None for the main one.
    """

    name: str
    columns: tuple[str, ...]
    formula: str
    factor: float
    unit: str
    low: float | None
    high: float | None
    error: Reading | None
    label: str
    sample: str | None

    @property
    def columns_read(self) -> tuple[str, ...]:
        """Store columns of the quantity and its error."""
        return self.columns if self.error is None else (*self.columns, self.error.column)

    def derive(
        self, columns: Mapping[str, np.ndarray], rows: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the values of the chosen rows (all for None).

        Returns
        -------
        values : (k,) float32
            NaN where there is no finite value within the range.
        outside : (k,) bool, or None if no value is
            Finite values outside the range.
        """
        taken = {name: take(columns, name, rows) for name in self.columns}
        raw = expression.evaluate(self.formula, taken) if self.formula else floats(taken[self.columns[0]])
        with np.errstate(over="ignore"):
            if self.factor != 1.0:
                raw = np.multiply(raw, self.factor, dtype=np.float64)
            values = raw.astype(np.float32, copy=False)
        bad = np.isinf(values)
        outside = np.zeros(values.shape, dtype=bool)
        if self.low is not None:
            outside |= values < self.low
        if self.high is not None:
            outside |= values > self.high
        outside &= ~bad
        bad |= outside
        if bad.any():
            values = np.where(bad, np.float32(np.nan), values)
        return values, outside if outside.any() else None

    def derive_error(
        self, columns: Mapping[str, np.ndarray], rows: np.ndarray | None, values: np.ndarray
    ) -> np.ndarray:
        """Return the errors of the chosen rows, (k,) float32; NaN where missing or negative."""
        if self.error is None:
            return np.full(values.shape, np.nan, dtype=np.float32)
        with np.errstate(over="ignore"):
            errors = self.error.read(columns, rows).astype(np.float32)
        errors[~(errors >= 0.0) | np.isinf(errors) | np.isnan(values)] = np.nan
        return errors

    def settings(self) -> dict[str, Any]:
        """Return what decides the values; labels and samples do not."""
        return {
            "columns": list(self.columns),
            "formula": self.formula,
            "factor": self.factor,
            "low": self.low,
            "high": self.high,
        }

    def error_settings(self) -> dict[str, Any]:
        """Return what decides the errors beyond the values."""
        return {} if self.error is None else {"error": self.error.column, "factor": self.error.factor}


def quantity_from_section(
    name: str,
    section: Section,
    store: StoreLike,
    known: Mapping[str, Quantity] | None = None,
    absent: Mapping[str, str] | None = None,
) -> Quantity:
    """Read one quantity.

    Parameters
    ----------
    name : str
        Its name.
    section : Section
        ``{column: NAME | expression: TEXT | log10_of: QUANTITY, unit:, error:, label:, low:, high:,
        sample:}``.
    store : Store
        Columns with their units.
    known : mapping of str to Quantity, optional
        Quantities before this one in the file.
    absent : mapping of str to str, optional
        Those of them that the store cannot have, and why.

    Raises
    ------
    AbsentError
        If the store lacks a column.
    ConfigError
        If units do not agree, the formula is not one, or a key is unknown.
    """
    unit = section.text("unit", "")
    kind = units.kind(unit, section.where("unit"))
    if sum(key in section for key in ("column", "expression", "log10_of")) != 1:
        raise section.fail(
            None, f"the quantity {name!r} needs one source", expected="column, expression or log10_of"
        )
    formula, factor = "", 1.0
    if "column" in section:
        columns: tuple[str, ...] = (section.text("column"),)
        stored = find(store, columns[0], section, "column")
        numeric(stored, columns[0], section, "column")
        factor = scale(stored.unit, unit, f"the column {columns[0]!r}", section, "column")
    elif "log10_of" in section:
        formula = _logarithm(section, unit, store, known or {}, absent or {})
        columns = expression.names_in(formula)
    else:
        formula, where = section.text("expression"), section.where("expression")
        expression.parse(formula, where)
        columns = expression.names_in(formula)
        if not columns:
            raise section.fail("expression", "the formula names no column", found=formula)
        named = {column: find(store, column, section, "expression") for column in columns}
        for column, stored in named.items():
            numeric(stored, column, section, "expression")
        check(formula, {column: stored.unit for column, stored in named.items()}, unit, where)
    low, high = section.number("low", None), section.number("high", None)
    if low is not None and high is not None and low > high:
        raise section.fail(
            "low", f"the range of {name!r} is empty", expected="low <= high", found=f"{low}, {high}"
        )
    error = None
    if "error" in section:
        stored = find(store, section.text("error"), section, "error")
        in_dex = kind in _LOGARITHMIC and stored.unit == "dex"
        error = Reading.of(store, section, "error", "dex" if in_dex else unit)
    quantity = Quantity(
        name=name,
        columns=columns,
        formula=formula,
        factor=factor,
        unit=unit,
        low=None if low is None else float(low),
        high=None if high is None else float(high),
        error=error,
        label=section.text("label", name),
        sample=section.text("sample", None),
    )
    section.flag("optional", False)  # read by the recipe
    section.done()
    return quantity


def _logarithm(
    section: Section,
    unit: str,
    store: StoreLike,
    known: Mapping[str, Quantity],
    absent: Mapping[str, str],
) -> str:
    """Return the formula of the logarithm of another quantity, whatever the unit of its column is."""
    name = section.text("log10_of")
    if name in absent:
        raise AbsentError(f"there is no quantity {name!r}: {absent[name]}", where=section.where("log10_of"))
    if name not in known:
        raise section.fail(
            "log10_of",
            f"there is no quantity {name!r} before this one",
            expected="one of " + ", ".join(known),
            todo=nearest(name, known),
        )
    if unit not in _ARGUMENTS:
        raise section.fail(
            "unit", "this is no unit of a logarithm", expected=" or ".join(_ARGUMENTS), found=unit
        )
    of = known[name]
    inside, given = (
        (of.formula, of.unit) if of.formula else (of.columns[0], store.columns[of.columns[0]].unit)
    )
    factor = scale(given, _ARGUMENTS[unit], f"the quantity {name!r}", section, "log10_of")
    return f"log10({inside})" if factor == 1.0 else f"log10(({inside}) * {factor:.12g})"
