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

__all__ = ["ColumnType", "Table", "find_file", "open_table"]


def find_file(spec: TableSpec, folder: Path) -> Path | None:
    """Return the file of a table, the first of its names that is there.

    Parameters
    ----------
    spec : TableSpec
        The table; a name with and without ".gz" are the same.
    folder : Path
        Where the release files lie.

    Returns
    -------
    Path or None
        None if the table is optional and not there.

    Raises
    ------
    InputError
        If the table is needed and not there.
    """
    folder = Path(folder)
    for name in spec.files:
        other = name.removesuffix(".gz") if name.endswith(".gz") else name + ".gz"
        for path in (folder / name, folder / other):
            if path.exists():
                return path
    if spec.optional:
        return None
    suffix = Path(spec.files[0].removesuffix(".gz")).suffix
    there = sorted(p.name for p in folder.glob(f"*{suffix}*"))[:8] if folder.is_dir() else []
    raise InputError(
        f"the file of table {spec.name!r} is missing",
        where=folder,
        expected=" or ".join(spec.files),
        found=", ".join(there) or ("no such folder" if not folder.is_dir() else f"no {suffix} file"),
        todo="name the folder that holds the release's files",
    )


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
    Text tables are read whole and kept for the process, the last few of them: open the table in
    the process that reads it rather than sending it there.
    """
    path = Path(path)
    try:
        state = path.stat()
    except OSError as error:
        raise InputError("no such file", where=path, found=error.strerror) from error
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

        return open_mrt(path, dict(types))
    from galdask.catalog.readers.csv import open_csv, open_text

    return (open_text if kind == "text" else open_csv)(path, dict(options), dict(types))
