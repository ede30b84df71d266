"""A picture of each saved product, drawn from the product alone.

Importing this module does not import matplotlib; drawing does.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from galdask.cartography import products
from galdask.errors import ProductError

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


def names() -> tuple[str, ...]:
    """Return the products that have a picture, a module of this room, in the order of the paper's figures."""
    here = {module.name for module in pkgutil.iter_modules(__path__)}
    return tuple(name for name in products.names() if name in here)


def draw(name: str, dataset: xr.Dataset) -> Figure:
    """Draw the picture of a product.

    Parameters
    ----------
    name : str
        Name of the product.
    dataset : xarray.Dataset
        The saved product.

    Returns
    -------
    matplotlib.figure.Figure
        On the Agg canvas, not shown anywhere.

    Raises
    ------
    ProductError
        If the product has no picture.
    """
    if name not in names():
        raise ProductError(
            f"the product {name!r} has no picture", expected="one of " + ", ".join(names()), found=name
        )
    figure: Figure = importlib.import_module(f"galdask.figures.{name}").draw(dataset)
    if plane := dataset.attrs.get("plane"):
        importlib.import_module("galdask.figures.symbols").relabel(figure, str(plane))
    return figure


def make(name: str, dataset: xr.Dataset, folder: Path | str) -> tuple[Path, Path]:
    """Draw the picture of a product and write it as PNG and PDF, with the dataset's provenance inside.

    Parameters
    ----------
    name : str
        Name of the product, and of the two files.
    dataset : xarray.Dataset
        The saved product.
    folder : path
        Where to write; made if absent.

    Returns
    -------
    tuple of Path
        The PNG and the PDF.

    Raises
    ------
    ProductError
        If the product has no picture.
    OutputError
        If the place cannot be written.
    """
    with _collector_held():
        return _make(name, dataset.compute(), folder)


def _make(name: str, dataset: xr.Dataset, folder: Path | str) -> tuple[Path, Path]:
    from galdask.figures.save import save

    record = json.loads(dataset.attrs.get("provenance", "{}"))
    return save(draw(name, dataset), folder, name, record, str(dataset.attrs.get("title", name)))


@contextlib.contextmanager
def _collector_held() -> Iterator[None]:
    """Hold the collector of reference cycles back: the many small objects of a figure live until its end."""
    held = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if held:
            gc.enable()
            gc.collect(0)
