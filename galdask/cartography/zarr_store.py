"""Saved datasets: Zarr with consolidated metadata, published by one rename, opened by plain xarray.

Zarr format 3 with one shard a variable: two files a variable, whatever the number of populations.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.errors import InputError
from galdask.publish import explained

if TYPE_CHECKING:
    import xarray as xr


@contextlib.contextmanager
def published_folder(path: Path | str) -> Iterator[Path]:
    """Fill a folder under a temporary name; at the end it takes its place at `path`.

    Raises
    ------
    OutputError
        If the disk is full or the place cannot be written; then nothing is left of it.
    """
    path = Path(path)
    temporary = path.parent / f".{path.name}.{secrets.token_hex(4)}.tmp"
    try:
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield temporary
            if path.exists():
                old = temporary.with_suffix(".old")
                os.replace(path, old)
                _place(temporary, path)
                shutil.rmtree(old)
            else:
                _place(temporary, path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _place(made: Path, path: Path) -> None:
    """Give a folder its name; another worker that was thought lost may have been first with the same."""
    try:
        os.replace(made, path)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        shutil.rmtree(made)


def consolidate(place: Any) -> None:
    """Write the metadata of every variable into the one file that a reader opens."""
    import zarr

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Consolidated metadata is currently not part")
        zarr.consolidate_metadata(str(place) if isinstance(place, Path) else place)


def save(dataset: xr.Dataset, path: Path | str, attrs: Mapping[str, Any] | None = None) -> Path:
    """Publish a small dataset, such as a product.

    Parameters
    ----------
    dataset : xarray.Dataset
        Held in memory.
    path : path
        Folder to make, by custom ``<name>.zarr``.
    attrs : dict, optional
        Further attributes, such as the provenance text.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    from zarr.storage import MemoryStore

    path = Path(path)
    dataset = _with_texts(dataset.assign_attrs(attrs or {}), object)
    encoding = {
        str(name): {"chunks": variable.shape} for name, variable in dataset.variables.items() if variable.ndim
    }
    files: dict[str, Any] = {}
    made = MemoryStore(files)  # a third quicker than file by file
    dataset.to_zarr(made, mode="w", zarr_format=3, consolidated=False, encoding=encoding)
    consolidate(made)
    with published_folder(path) as folder:
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content.to_bytes())
    return path


def open_product(path: Path | str) -> xr.Dataset:
    """Open a saved product or cube; values are read when they are used.

    Raises
    ------
    InputError
        If there is none.
    """
    import xarray as xr

    path = Path(path)
    if not (path / "zarr.json").is_file():
        raise InputError("there is no saved product here", where=path, expected="a folder with zarr.json")
    return _with_texts(xr.open_zarr(path, chunks=None), str)


def _with_texts(dataset: xr.Dataset, kind: type) -> xr.Dataset:
    """Return the dataset with its texts as objects (which Zarr holds at any length) or plain strings."""
    texts: dict[Any, Any] = {
        name: (v.dims, np.array(v.values.tolist(), dtype=kind), v.attrs)
        for name, v in dataset.variables.items()
        if v.dtype.kind in "TUO"
    }
    return dataset.assign_coords(texts) if texts else dataset
