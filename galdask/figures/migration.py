"""The pictures of a fit's products, each drawn from the saved dataset alone."""

from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

from galdask.errors import ProductError

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

#: modules of this room with a picture of a fit begin so
PREFIX = "migration_"


def names() -> tuple[str, ...]:
    """Return the products of a fit that have a picture, in the order of the report."""
    from galdask import figures
    from galdask.migration import products

    here = {module.name for module in pkgutil.iter_modules(figures.__path__)}
    return tuple(name for name in products.NAMES if f"{PREFIX}{name}" in here)


def draw(name: str, dataset: xr.Dataset) -> Figure:
    """Draw the picture of a product of a fit.

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
        If it has no picture.
    """
    if name not in names():
        raise ProductError(
            f"a fit has no picture {name!r}", expected="one of " + ", ".join(names()), found=name
        )
    figure: Figure = importlib.import_module(f"galdask.figures.{PREFIX}{name}").draw(dataset)
    return figure


def draw_all(folder: Path | str) -> list[Path]:
    """Draw every saved product of a fit as PNG and PDF, with its provenance inside.

    Parameters
    ----------
    folder : path
        Of the fit; reads ``products/NAME.zarr``, writes ``figures/NAME.png`` and ``.pdf``.

    Returns
    -------
    list of Path
        The PNG files.

    Raises
    ------
    OutputError
        If the place cannot be written.
    """
    from galdask.cartography.zarr_store import open_product
    from galdask.figures.save import save

    folder, made = Path(folder), []
    for name in names():
        saved = folder / "products" / f"{name}.zarr"
        if not saved.is_dir():
            continue
        with open_product(saved) as opened:
            dataset = opened.compute()
        record = json.loads(dataset.attrs.get("provenance", "{}"))
        title = str(dataset.attrs.get("title", name))
        made.append(save(draw(name, dataset), folder / "figures", name, record, title)[0])
    return made
