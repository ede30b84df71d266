"""What a release is made of: tables, columns, joins, sources; plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from galdask.catalog.missing import Missing

#: kinds of source files
FORMATS = ("fits", "csv", "text", "mrt", "parquet", "hats")
#: types that a column may be declared to have
DTYPES = ("float32", "float64", "uint8", "int16", "int32", "int64", "bool", "string")


@dataclass(frozen=True, slots=True)
class RowMatch:
    """A companion table whose row i is the main table's row i.

    Parameters
    ----------
    pairs : dict of str to str
        Column of the companion file -> canonical column of the main table; both must be equal in
        every row.
    """

    pairs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KeyJoin:
    """A companion table found by a key.

    Parameters
    ----------
    source : str
        Key column of the companion file.
    column : str
        Canonical column of the main table with the same values.
    duplicates : {"refuse", "first", "highest"}
        What to do when a key stands more than once in the companion.
    by : str, optional
        For "highest": the companion's column whose largest value wins.
    """

    source: str
    column: str
    duplicates: str = "refuse"
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file is published.

    Parameters
    ----------
    file : str
        File name.
    url : str
        Address.
    size : int, optional
        Bytes, where known.
    sha1 : str, optional
        Checksum, where known.
    """

    file: str
    url: str
    size: int | None = None
    sha1: str | None = None


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One source table of a release.

    Parameters
    ----------
    name : str
        Name inside the release.
    files : tuple of str
        File names to look for, the first found wins; relative, never outside the given folder.
    format : str
        One of `FORMATS`.
    hdu : int or str
        FITS only: number or name of the table's unit in the file.
    optional : bool
        True if the release can be read without this table.
    join : RowMatch, KeyJoin or None
        How its rows belong to the main table's; None for the main table itself.
    options : dict
        Text formats: `delimiter` (str), `nulls` (list of str), `skip` (int, lines before the header).
    types : dict of str to str
        Source column -> declared type, as the text formats parse it.
    """

    name: str
    files: tuple[str, ...]
    format: str = "fits"
    hdu: int | str = 1
    optional: bool = False
    join: RowMatch | KeyJoin | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One canonical column.

    Parameters
    ----------
    name : str
        Canonical name.
    table : str
        Name of the table that it comes from ("" for an expression).
    source : str, optional
        Column in the file.
    index : int or tuple of int, optional
        Element of an array column, from 0 (one number counts through the flattened array).
    expression : str, optional
        Arithmetic over other canonical columns, instead of `source`.
    unit : str
        Unit of the stored values, which are the file's.
    dtype : str, optional
        One of `DTYPES`; None takes what the file has.
    missing : Missing
        What stands for "no value", the release's default included.
    description : str
        One line for people.
    optional : bool
        True if the column may be absent from the file; it is then absent from the store.
    """

    name: str
    table: str
    source: str | None = None
    index: int | tuple[int, ...] | None = None
    expression: str | None = None
    unit: str = ""
    dtype: str | None = None
    missing: Missing = field(default_factory=Missing)
    description: str = ""
    optional: bool = False

    @property
    def read_name(self) -> str:
        """The name to give to `Table.read`: "X_H[5]" for one element of an array column."""
        if self.index is None:
            return self.source or ""
        index = (self.index,) if isinstance(self.index, int) else self.index
        return f"{self.source}[{','.join(map(str, index))}]"


@dataclass(frozen=True, slots=True)
class Release:
    """A survey release, or a user's own catalogue.

    Parameters
    ----------
    name, title, reference : str
        How it is called and cited.
    star_id : str
        Canonical column that names the star.
    tables : dict of str to TableSpec
        The main table first.
    columns : dict of str to ColumnSpec
        Canonical columns in the order of the file.
    masks : dict of str to dict of str to int
        Canonical column -> name of a bit -> its number.
    sources : dict of str to tuple of Source
        Table -> where its files are published.
    missing : Missing
        Fillers of every floating-point column, also of those without a canonical name.
    """

    name: str
    title: str
    reference: str
    star_id: str
    tables: Mapping[str, TableSpec]
    columns: Mapping[str, ColumnSpec]
    masks: Mapping[str, Mapping[str, int]]
    sources: Mapping[str, tuple[Source, ...]]
    missing: Missing = field(default_factory=Missing)

    @property
    def main(self) -> TableSpec:
        """The main table, whose rows are the rows of the store."""
        return next(table for table in self.tables.values() if table.join is None)
