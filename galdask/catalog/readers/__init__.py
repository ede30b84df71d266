"""Readers of catalogue files, one a format.

Nothing heavy is imported before a file is opened.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from galdask.catalog.readers.base import ColumnType, Table
from galdask.catalog.schema import TableSpec
from galdask.errors import InputError

__all__ = ["ColumnType", "Table", "open_table"]


def open_table(spec: TableSpec, path: Path, scratch: Path | None = None) -> Table:
    """Open a table of a release.

    Parameters
    ----------
    spec : TableSpec
        What the file should be.
    path : Path
        The file.
    scratch : Path, optional
        Where a compressed FITS file is inflated, once; by default under the temporary folder.

    Raises
    ------
    InputError
        If the file is missing, truncated or of another kind.
    OutputError
        If there is too little space to inflate it.

    Notes
    -----
    Text tables are read whole and kept for the process, the last few of them; sent to another
    process they are read there.
    """
    path = Path(path)
    try:
        state = path.stat()
    except OSError as error:
        raise InputError("no such file", where=path, found=error.strerror) from error
    if spec.format == "hats":
        from galdask.catalog.readers.hats import HatsTable

        return HatsTable(path)
    if not path.is_file():
        raise InputError("this is not a file", where=path)
    if spec.format == "fits":
        return _open_fits(path, spec.hdu, scratch)
    if spec.format == "parquet":
        from galdask.catalog.readers.parquet import ParquetTable

        return ParquetTable(path)
    return _open_text(
        path,
        spec.format,
        _frozen(spec.options),
        _frozen(spec.types),
        (state.st_size, state.st_mtime_ns, state.st_ino),
    )


def _open_fits(path: Path, hdu: int | str, scratch: Path | None) -> Table:
    from galdask.catalog.readers.fits import open_fits
    from galdask.catalog.readers.inflate import inflated, is_gzip

    return open_fits(path, inflated(path, scratch) if is_gzip(path) else path, hdu)


def _frozen(settings: Mapping[str, object]) -> tuple[tuple[str, object], ...]:
    return tuple((k, tuple(v) if isinstance(v, list) else v) for k, v in sorted(settings.items()))


@functools.lru_cache(maxsize=4)
def _open_text(
    path: Path,
    kind: str,
    options: tuple[tuple[str, object], ...],
    types: tuple[tuple[str, str], ...],
    state: tuple[int, int, int],
) -> Table:
    """Read a text table; `state` makes a changed file a new one."""
    if kind == "mrt":
        from galdask.catalog.readers.mrt import open_mrt

        table = open_mrt(path, dict(types))
    else:
        from galdask.catalog.readers.csv import open_csv, open_text

        table = (open_text if kind == "text" else open_csv)(path, dict(options), dict(types))
    table.origin = (_open_text, (path, kind, options, types, state))
    return table
