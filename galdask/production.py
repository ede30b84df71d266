"""Products made side by side: each worker finishes one, writes it, and draws it from what was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from galdask.engine.tasks import peak_bytes
from galdask.errors import ProductError

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan
    from galdask.engine.executor import Executor
    from galdask.engine.tables import Tables


@dataclass(frozen=True, slots=True)
class Job:
    """What all products of a run share."""

    plan: Plan
    """What is made."""
    tables: Tables
    """Finished reductions by the digests of their requests."""
    folder: Path
    """Receives cubes, products, tables and figures."""
    note: str
    """Provenance record as one JSON text."""
    figures: bool
    """Whether pictures are drawn."""


def make(job: Job, name: str) -> int:
    """Write a product or a cube and draw its picture, if it has one.

    Returns
    -------
    int
        Peak memory of this process so far, bytes.

    Raises
    ------
    ProductError
        If the numbers do not make the product.
    OutputError
        If the disk is full or the place cannot be written.
    """
    from galdask import cartography, figures

    try:
        cartography.write(job.plan, name, job.tables, job.folder, job.note)
    except (KeyError, ValueError, IndexError) as error:
        raise ProductError(
            f"the product {name!r} failed", found=f"{type(error).__name__}: {error}"
        ) from error
    if job.figures and name in figures.names():
        saved = job.folder / "products" / f"{name}.zarr"
        figures.make(name, cartography.open_product(saved), job.folder / "figures")
    return peak_bytes()


def make_all(job: Job, names: Sequence[str], executor: Executor) -> int:
    """Make every product, those with most numbers first; return the peak memory of a process, bytes."""
    from galdask import cartography

    def size(name: str) -> int:
        return sum(job.tables.size(request) for request in cartography.requests(job.plan, [name]))

    largest_first = sorted(names, key=size, reverse=True)
    made = executor.run(make, largest_first, step="products", labels=largest_first, shared=job)
    return max((peak for _, peak in made), default=0)
