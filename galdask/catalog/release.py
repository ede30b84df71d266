"""Release files: what a survey release is, written down in YAML and checked line by line.

The form, with every key that there is::

    galdask_release: 1                 # version of the form
    name: mine                         # small letters, digits, _ . -
    title: My stars
    reference: Me 2030
    star_id: star_id                   # canonical column that names the star
    missing: [-9999]                   # fillers of every column of numbers that is no integer
    tables:                            # one without "join" is the main table
      main: {file: [a.fits, b.fits], format: fits, hdu: 1, source: {url: ..., size: ..., sha1: ...}}
      near: {file: near.fits, optional: true, join: {rows: {ID: star_id}}}
      ages: {file: ages.csv, delimiter: ";", skip: 2, nulls: ["-"],
             join: {key: {Name: star_id}, duplicates: refuse}}   # or first, or {highest: SNR}
    columns:                           # of the main table unless "table" says another
      star_id: {column: APOGEE_ID, type: string}
      h_mag: {column: H, unit: mag, missing: {values: [0], above: 90}, description: 2MASS H}
      mg_h: {column: "X_H[5]", unit: dex, optional: true}
      mg_fe: {expression: mg_h - fe_h, unit: dex}
      age: {table: ages, column: "Age[Gyr]", unit: Gyr, missing: {not_positive: true, below: -5}}
    masks:                             # names of bits, counted from 0
      flag: {BAD: 0, WORSE: 7}
      other_flag: flag                 # the same bits

Formats: fits, csv, text (separated by blanks), mrt (machine-readable, fixed width), parquet.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from galdask import config
from galdask.catalog.missing import Missing
from galdask.catalog.release_columns import read_columns, read_masks, read_missing
from galdask.catalog.release_tables import read_tables
from galdask.catalog.schema import ColumnSpec, KeyJoin, Release, RowMatch, Source, TableSpec
from galdask.config import Section
from galdask.errors import ConfigError

__all__ = [
    "ColumnSpec",
    "KeyJoin",
    "Missing",
    "Release",
    "RowMatch",
    "Source",
    "TableSpec",
    "known_releases",
    "load_release",
    "parse_release",
]

#: version of the form of release files
FORM = 1
_FOLDER = Path(__file__).parent / "releases"
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


def known_releases() -> tuple[str, ...]:
    """Return the names of the releases that come with galdask."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def load_release(name_or_path: str | Path) -> Release:
    """Return a release by its name, or from a user's own file.

    Parameters
    ----------
    name_or_path : str or Path
        "dr17", or the path of a YAML file.

    Raises
    ------
    ConfigError
        If there is no such release, or its file says something wrong; names file and line.
    """
    text = str(name_or_path)
    known = known_releases()
    if text in known:
        return parse_release(config.load(_FOLDER / f"{text}.yaml"))
    path = Path(name_or_path)
    if not path.exists() and path.suffix not in (".yaml", ".yml"):
        near = difflib.get_close_matches(text.lower(), known, 1)
        raise ConfigError(
            f"unknown release {text!r}",
            expected=f"one of {', '.join(known)}, or the path of a release file",
            todo=f"did you mean {near[0]!r}?" if near else "write a release file of your own",
        )
    return parse_release(config.load(path))


def parse_release(top: Section) -> Release:
    """Return the release that a YAML file describes.

    Parameters
    ----------
    top : Section
        The whole file.

    Raises
    ------
    ConfigError
        If a key is unknown, missing or twice there, or a value makes no sense; names file and line.
    """
    top.whole("galdask_release", low=FORM, high=FORM)
    name = top.text("name")
    if not _NAME.fullmatch(name):
        raise top.fail(
            "name",
            "this cannot be the name of a release",
            expected="small letters, digits, _ . -",
            found=repr(name),
        )
    tables, sources = read_tables(top.section("tables"))
    masks = top.section("masks", None)
    missing = read_missing(top, "missing")
    columns = read_columns(top.section("columns"), tables, missing, frozenset(masks or ()))
    release = Release(
        name=name,
        title=top.text("title", name),
        reference=top.text("reference", ""),
        star_id=top.text("star_id"),
        tables={key: columns.complete(table) for key, table in tables.items()},
        columns=columns.specs,
        masks=read_masks(masks, columns.specs) if masks else {},
        sources=sources,
        missing=missing,
    )
    _check_star_id(top, release)
    _check_joins(top, release)
    top.done()
    return release


def _check_star_id(top: Section, release: Release) -> None:
    spec = release.columns.get(release.star_id)
    if spec is None or spec.table != release.main.name or spec.optional:
        raise top.fail(
            "star_id",
            f"the star's id {release.star_id!r} must be a column of the main table",
            expected=f"a column of table {release.main.name!r} that is always there",
        )
    if spec.dtype in ("float32", "float64", "bool"):
        raise top.fail("star_id", "the star's id must be a text or an integer", found=spec.dtype)


def _check_joins(top: Section, release: Release) -> None:
    """The main table's side of every join must be one of its canonical columns."""
    tables = top.section("tables")
    for table in release.tables.values():
        join = table.join
        wanted = join.pairs.values() if isinstance(join, RowMatch) else [join.column] if join else []
        for column in wanted:
            spec = release.columns.get(column)
            if spec is None or spec.table != release.main.name:
                near = difflib.get_close_matches(column, release.columns, 1)
                raise tables.section(table.name).fail(
                    "join",
                    f"table {table.name!r} is joined by {column!r}, no column of the main table",
                    expected="file's column: canonical column of the main table",
                    todo=f"did you mean {near[0]!r}?" if near else None,
                )
