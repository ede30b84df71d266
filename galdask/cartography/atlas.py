"""From a plan to its products: what to ask of the stars, and what to make of the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask.cartography import cubes, plane, zarr_store
from galdask.cartography.plan import CUBES
from galdask.cartography.product import Request
from galdask.cartography.tables import write_table
from galdask.errors import ProductError

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.reductions import CellTable


def asked(plan: Plan, name: str) -> dict[str, Request]:
    """Return the requests of one name under its own words for them."""
    if name.startswith(CUBES):
        return cubes.requests(plan, plan.cubes[name.removeprefix(CUBES)])
    product = plan.products[name]
    return plane.requests(product.requests(plan), plane.columns(plan.plane, product.coordinates))


def requests(plan: Plan, names: Iterable[str]) -> dict[str, Request]:
    """Return everything that products and cubes ask of the stars.

    Parameters
    ----------
    plan : Plan
        What the pipeline asks for.
    names : iterable of str
        Of `Plan.names`; each must be possible (`Plan.lacks` is None).

    Returns
    -------
    dict of str to Request
        By the digest of sample and settings: what several ask for is there once.

    Raises
    ------
    ProductError
        If the pipeline lacks what a product needs.
    """
    found: dict[str, Request] = {}
    for name in names:
        lacks = plan.lacks(name)
        if lacks:
            raise ProductError(f"{name} cannot be made", found=lacks, where=plan.file)
        found |= {request.id: request for request in asked(plan, name).values()}
    return found


def tables_of(plan: Plan, name: str, results: Mapping[str, CellTable]) -> dict[str, CellTable]:
    """Return the results of one name under its own words for them."""
    return {word: results[request.id] for word, request in asked(plan, name).items()}


def finish(plan: Plan, name: str, results: Mapping[str, CellTable]) -> xr.Dataset:
    """Make the dataset of a product.

    Parameters
    ----------
    plan : Plan
        What the pipeline asks for.
    name : str
        Of a product; cubes are written by `write_cube`.
    results : mapping of str to CellTable
        By the digests that `requests` gives.
    """
    product = plan.products[name]
    names = plane.columns(plan.plane, product.coordinates)
    return plane.told(product.finish(plan, plane.tables(tables_of(plan, name, results), names)), names)


def write(
    plan: Plan, name: str, results: Mapping[str, CellTable], folder: Path | str, note: str = ""
) -> list[Path]:
    """Make a product or a cube and write it, with its tables.

    Parameters
    ----------
    plan, name, results
        As for `finish`; a cube's name is ``cubes/<name>``.
    folder : path
        Receives ``cubes/<name>.zarr``, or ``products/<name>.zarr`` and ``tables/``.
    note : str
        Provenance record as one JSON text.

    Returns
    -------
    list of path
        What was written.

    Raises
    ------
    OutputError
        If the disk is full or the place cannot be written.
    """
    folder, attrs = Path(folder), {"provenance": note} if note else {}
    if name.startswith(CUBES):
        return [write_cube(plan, name, results, folder / f"{name}.zarr", attrs)]
    dataset = finish(plan, name, results)
    written = [zarr_store.save(dataset, folder / "products" / f"{name}.zarr", attrs)]
    make_tables = plan.products[name].tables
    for title, frame in (make_tables(dataset) if make_tables else {}).items():
        said = ("product", "pipeline", "reference", "settings", plane.KEY)
        facts = {key: dataset.attrs[key] for key in said if key in dataset.attrs} | attrs
        written += write_table(frame, folder / "tables", title, facts)
    return written


def write_cube(
    plan: Plan,
    name: str,
    results: Mapping[str, CellTable],
    path: Path | str,
    attrs: Mapping[str, Any] | None = None,
) -> Path:
    """Write the cube ``cubes/<name>`` as Zarr, one variable at a time; see `finish`."""
    name = name.removeprefix(CUBES)
    return cubes.write(plan, plan.cubes[name], tables_of(plan, CUBES + name, results), path, attrs or {})
