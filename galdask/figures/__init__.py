"""A picture of each saved product, drawn from the product alone.

Importing this module does not import matplotlib; drawing does.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from galdask.errors import ProductError

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

#: products that have a picture; each is a module of this room
_NAMES = (
    "kiel",
    "coverage",
    "alpha_split",
    "global_maps",
    "feh_slices",
    "radial_profiles",
    "radial_gradients",
)


def names() -> tuple[str, ...]:
    """Return the products that have a picture, in the order of the paper's figures."""
    return _NAMES


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
    if name not in _NAMES:
        raise ProductError(
            f"the product {name!r} has no picture", expected="one of " + ", ".join(_NAMES), found=name
        )
    figure: Figure = importlib.import_module(f"galdask.figures.{name}").draw(dataset)
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
    from galdask.figures.save import save

    figure = draw(name, dataset)
    record = json.loads(dataset.attrs.get("provenance", "{}"))
    return save(figure, folder, name, record, str(dataset.attrs.get("title", name)))
