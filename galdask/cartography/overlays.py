"""Points that figures draw over the stars: star clusters, published numbers.

A pipeline declares them in its section ``overlays``. Their columns come from a store of their own, made by
`galdask ingest` like any other, or are written out in the file. They enter no statistic.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask import digest, units
from galdask.cartography.grids import SPACE
from galdask.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from galdask.cartography.cell_statistics import Variable
    from galdask.cartography.plan import Plan
    from galdask.catalog.store import Store
    from galdask.config import Section

POPULATIONS = ("total", "low_alpha", "high_alpha")
#: units of columns that no catalogue has, only published numbers
SLOPES = ("dex/kpc", "Gyr/kpc")
#: a larger table is no set of points
MOST = 10_000


@dataclass(frozen=True, eq=False)
class Points:
    """One column of an overlay.

    Parameters
    ----------
    unit : str
        Of values and errors.
    values : (n,) float64
        NaN where there is none.
    errors : (n,) float64
        1-sigma errors; NaN where there is none.
    """

    unit: str
    values: np.ndarray
    errors: np.ndarray


@dataclass(frozen=True, eq=False)
class Overlay:
    """A set of points.

    Parameters
    ----------
    title, reference : str
        What legends and captions say.
    populations : tuple of str
        Panels in which the points are drawn.
    columns : dict of str to Points
        By the names of positions and quantities, such as ``r`` and ``fe_h``; all of one length.
    source : str
        Digest of the store that they came from; empty where the pipeline has them itself.
    """

    title: str
    reference: str
    populations: tuple[str, ...]
    columns: Mapping[str, Points] = field(default_factory=dict)
    source: str = ""


def from_section(section: Section | None, beside: Path) -> tuple[dict[str, Overlay], dict[str, str]]:
    """Read the section ``overlays`` and the stores that it names.

    Parameters
    ----------
    section : Section or None
        Name -> overlay.
    beside : path
        Folder of the run's own store: a relative path of a store counts from the folder around it.

    Returns
    -------
    overlays : dict of str to Overlay
    skipped : dict of str to str
        Optional ones whose store is not there, and why.

    Raises
    ------
    ConfigError
        If a column, a unit or a number is not right; names file and line.
    StoreError
        If a store is not there or damaged.
    """
    found: dict[str, Overlay] = {}
    skipped: dict[str, str] = {}
    for name in section or ():
        inner = section.section(name)  # type: ignore[union-attr]
        optional = inner.flag("optional", False)
        try:
            found[name] = _overlay(inner, beside)
        except StoreError as error:
            if not optional:
                raise
            skipped[name] = error.what if error.where is None else f"{error.what} ({error.where})"
    return found, skipped


def _overlay(section: Section, beside: Path) -> Overlay:
    title, reference = section.text("title"), section.text("reference", "")
    shown = tuple(section.list("populations", list(POPULATIONS)))
    if not shown or not set(shown) <= set(POPULATIONS):
        raise section.fail(
            "populations", "these are not populations", expected="of " + ", ".join(POPULATIONS), found=shown
        )
    path = section.text("store", None)
    chosen, where = section.section("columns"), section.section("where", None)
    inner = {name: chosen.section(name) for name in chosen}
    if path is None:
        columns = {name: _written(one, name) for name, one in inner.items()}
        source = ""
        if where is not None:
            raise section.fail("where", "written points need no choice", todo="leave them out of the lists")
        if len({one.values.size for one in columns.values()}) > 1:
            raise section.fail("columns", "the columns of an overlay have different lengths")
    else:
        columns, source = _stored(inner, where, beside.absolute().parent / path)
    section.done()
    return Overlay(title, reference, shown, columns, source)


def _unit(section: Section) -> str:
    unit: str = section.text("unit", "")
    if unit not in SLOPES:
        units.kind(unit, section.where("unit"))
    return unit


def _written(section: Section, name: str) -> Points:
    """Read a column that stands in the pipeline file."""
    unit, lists = _unit(section), list[np.ndarray]()
    for key in ("values", "error"):
        values = section.list(key, None) if key == "error" else section.list(key)
        if values is None:
            values = [None] * len(lists[0])
        if len(values) > MOST or not all(_is_number(v) or (v is None and lists) for v in values):
            raise section.fail(key, f"the {key} of {name!r} must be a list of finite numbers")
        lists.append(np.array([np.nan if v is None else v for v in values], dtype=np.float64))
    if lists[0].size != lists[1].size:
        raise section.fail("error", f"{name!r} has {lists[0].size} values and {lists[1].size} errors")
    section.done()
    return Points(unit, *lists)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300


def _stored(
    columns: Mapping[str, Section], where: Section | None, path: Path
) -> tuple[dict[str, Points], str]:
    """Read columns of a store, converted to the declared units."""
    from galdask.catalog.store import open_store

    store = open_store(path)
    if store.rows > MOST:
        raise StoreError(
            "this is no set of points", where=path, expected=f"at most {MOST:,} rows", found=f"{store.rows:,}"
        )
    wanted: dict[str, tuple[str, float]] = {}
    for name, section in columns.items():
        for key in ("column", "error"):
            if key == "column" or key in section:
                wanted[f"{key} {name}"] = _factor(store, section, key)
    limits = {name: where.section(name) for name in where or ()}  # type: ignore[union-attr]
    for name, section in limits.items():
        _known(store, section, name, None)
    needed = sorted({column for column, _ in wanted.values()} | set(limits))
    values = _read(store, needed)
    kept = np.ones(store.rows, dtype=bool)
    for name, section in limits.items():
        low, high = (section.number(key, None) for key in ("low", "high"))
        section.done()
        kept &= np.isfinite(values[name])
        kept &= (values[name] >= (-np.inf if low is None else low)) & (
            values[name] <= (np.inf if high is None else high)
        )
    out = {}
    for name, section in columns.items():
        pair = []
        for key in ("column", "error"):
            column, factor = wanted.get(f"{key} {name}", ("", np.nan))
            pair.append(values[column][kept] * factor if column else np.full(kept.sum(), np.nan))
        out[name] = Points(_unit(section), *pair)
        section.done()
    return out, store.digest


def _known(store: Store, section: Section, column: str, key: str | None) -> None:
    if column not in store.columns or store.columns[column].type in ("string", "bool"):
        numbers = [c for c, one in store.columns.items() if one.type not in ("string", "bool")]
        raise section.fail(
            key,
            f"the store {store.name!r} has no column of numbers {column!r}",
            expected="one of " + ", ".join(numbers),
        )


def _factor(store: Store, section: Section, key: str) -> tuple[str, float]:
    """Return a column of the store and the factor from its unit to the declared one."""
    column, unit = section.text(key), _unit(section)
    _known(store, section, column, key)
    theirs = store.columns[column].unit
    if theirs == unit:
        return column, 1.0
    if unit in SLOPES or units.kind(theirs) != units.kind(unit):
        raise section.fail(
            key,
            f"the column {column!r} has the wrong unit",
            expected=repr(unit),
            found=repr(theirs),
            todo="correct it here, or the unit of the column in the release file",
        )
    return column, units.factor(theirs) / units.factor(unit)


def _read(store: Store, names: list[str]) -> dict[str, np.ndarray]:
    from galdask.catalog.store import read_partition

    pieces = [read_partition(store.part(p.index, names)) for p in store.partitions]
    return {
        name: np.concatenate([np.ma.filled(np.ma.asarray(p[name], np.float64), np.nan) for p in pieces])
        for name in names
    }


def identity(overlays: Mapping[str, Overlay]) -> dict[str, str]:
    """Return the digest of the points of each overlay, which enters the name of a run."""
    return {
        name: digest.of_arrays(
            [text for pair in one.columns.items() for text in (pair[0], pair[1].values, pair[1].errors)]
        )
        for name, one in overlays.items()
    }


def variables(
    plan: Plan, product: str, *pairs: tuple[str, str]
) -> tuple[dict[str, Variable], dict[str, Any]]:
    """Return the points that a product draws, and the attributes that say what they are.

    Parameters
    ----------
    plan : Plan
        Holds the overlays.
    product : str
        Name of the product, whose caption gets a sentence.
    pairs : (str, str)
        Abscissa and ordinate of the product's panels. Points are drawn where an overlay has both.

    Returns
    -------
    variables : dict
        ``overlay_<name>_<column>`` and ``..._err`` along the dimension ``overlay_<name>``.
    attributes : dict
        ``overlays``: JSON of name -> title, reference, populations and pairs; ``caption``. Empty without
        points.

    Raises
    ------
    ConfigError
        If a column of an overlay is not in the unit of the panel.
    """
    found: dict[str, Variable] = {}
    about: dict[str, Any] = {}
    for name, one in plan.overlays.items():
        drawn = [pair for pair in pairs if set(pair) <= set(one.columns)]
        for column in dict.fromkeys(column for pair in drawn for column in pair):
            points, dims = one.columns[column], (f"overlay_{name}",)
            if points.unit != _panel_unit(plan, column):
                raise ConfigError(
                    f"the column {column!r} of the overlay {name!r} has the wrong unit",
                    where=plan.file,
                    expected=repr(_panel_unit(plan, column)),
                    found=repr(points.unit),
                )
            for key, text, values in (
                (column, f"{column} of {one.title}", points.values),
                (f"{column}_err", f"error of {column} of {one.title}", points.errors),
            ):
                attrs = {"units": points.unit or "1", "long_name": text}
                found[f"overlay_{name}_{key}"] = (dims, values, attrs)
        if drawn:
            shown = list(one.populations)
            about[name] = {
                "title": one.title,
                "reference": one.reference,
                "populations": shown,
                "pairs": drawn,
            }
    if not about:
        return {}, {}
    texts = [f"{a['title']} ({a['reference']})" if a["reference"] else a["title"] for a in about.values()]
    caption = f"{plan.products[product].caption} Open symbols over the stars: {'; '.join(texts)}."
    return found, {"overlays": json.dumps(about, sort_keys=True), "caption": caption}


def _panel_unit(plan: Plan, column: str) -> str:
    """Return the unit of an axis."""
    if column in SPACE:
        return SPACE[column][0]
    if column.endswith("_slope"):
        return f"{plan.quantities['fe_h'].unit}/kpc"
    return plan.quantities[column].unit
