from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from astropy.io import fits

from galdask import mocks


def native(data: np.ndarray, name: str) -> np.ndarray:
    """Return a column of a FITS table in native byte order; texts stripped."""
    column = np.asarray(data[name])
    if column.dtype.kind in "SU":
        return np.char.rstrip(column.astype(str))
    return column.astype(column.dtype.newbyteorder("="))


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A full mock of 20,000 rows: paths, truth, and functions that read columns of its tables."""
    folder: Path = tmp_path_factory.mktemp("mock")
    made = mocks.write_dr17(folder, 20_000, seed=7)
    files = {name: fits.open(made["paths"][name], memmap=True) for name in ("allstar", "distmass", "astronn")}

    def reader(name: str):
        return lambda column: native(files[name][1].data, column)

    yield SimpleNamespace(
        paths=made["paths"],
        truth=made["truth"],
        files=files,
        star=reader("allstar"),
        age=reader("distmass"),
        network=reader("astronn"),
    )
    for handle in files.values():
        handle.close()
