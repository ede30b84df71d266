"""What is shown of a fit: labelled datasets, one module each, saved with the fit.

Nothing here draws; `galdask.figures.migration` draws from the saved datasets.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

    from galdask.migration.fit.folder import Fit
    from galdask.migration.products.product import Product, Work

#: the products, modules of this package, in the order of the report
NAMES = (
    "data_distributions",
    "footprint",
    "selection",
    "graphical_model",
    "enrichment",
    "disks",
    "parameters",
    "posterior",
    "chains",
    "model_against_data",
    "predictive_checks",
    "evolution",
    "derived",
)


def about(name: str) -> Product:
    """Return a product by name.

    Raises
    ------
    ProductError
        If there is none.
    """
    from galdask.errors import ProductError

    if name not in NAMES:
        raise ProductError(
            f"a fit has no product {name!r}", expected="one of " + ", ".join(NAMES), found=name
        )
    found: Product = importlib.import_module(f"{__name__}.{name}").PRODUCT
    return found


def make(work: Work, name: str) -> xr.Dataset:
    """Return one product of a fit with its title, caption and what it answers in the paper.

    Raises
    ------
    ProductError
        If there is no such product.
    """
    one = about(name)
    words = {"title": one.title, "figure": one.figure, "caption": one.caption, "product": name}
    return one.make(work).assign_attrs(words)


def possible(fit: Fit) -> Iterator[str]:
    """Yield the products that this fit can have: some need a chain, `disks` a model to draw from."""
    drawn = fit.choices.vertical_frequency == "guiding"
    for name in NAMES:
        if (fit.source == "chain" or not about(name).needs_chain) and (drawn or name != "disks"):
            yield name


def make_all(
    fit: Fit,
    folder: Path | str,
    record: Mapping[str, Any] | None = None,
    *,
    draws: int = 100,
    model_stars: int | None = None,
    seed: int = 1,
) -> list[str]:
    """Write every product of a fit, and its tables.

    Parameters
    ----------
    fit : Fit
        From `galdask.migration.fit.folder.open_fit`.
    folder : path
        Receives ``products/NAME.zarr`` and ``tables/NAME.csv``; by custom that of the fit.
    record : mapping, optional
        Provenance; it goes into every dataset.
    draws : int
        Draws of the posterior behind bands.
    model_stars : int, optional
        Points of the survey that stand for observed stars of the model; by default twenty for each star.
    seed : int
        Of all draws.

    Returns
    -------
    list of str
        The products that were written.

    Raises
    ------
    OutputError
        If the disk is full or the place cannot be written.
    """
    from galdask import provenance, publish
    from galdask.cartography import zarr_store
    from galdask.migration.products.product import Work

    work = Work(fit, draws, model_stars, seed)
    note = {"provenance": provenance.text(dict(record or {}))}
    made = []
    for name in possible(fit):
        dataset = make(work, name)
        zarr_store.save(dataset, Path(folder) / "products" / f"{name}.zarr", note)
        tables = about(name).tables
        for title, frame in (tables(dataset) if tables else {}).items():
            publish.write_text(Path(folder) / "tables" / f"{title}.csv", frame.to_csv(index=False))
        made.append(name)
    return made
