"""Products made side by side: each task finishes and writes one, or draws one from what was written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from galdask.engine.measure import peak_bytes
from galdask.errors import ProductError
from galdask.events import Share

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


def finish(job: Job, name: str) -> int:
    """Write a product or a cube.

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
    from galdask import cartography

    try:
        cartography.write(job.plan, name, job.tables, job.folder, job.note)
    except (KeyError, ValueError, IndexError) as error:
        raise ProductError(
            f"the product {name!r} failed", found=f"{type(error).__name__}: {error}"
        ) from error
    return peak_bytes()


def draw(job: Job, name: str) -> int:
    """Draw the picture of a product from what was written; returns the peak memory of this process."""
    from galdask import cartography, figures

    figures.make(
        name, cartography.open_product(job.folder / "products" / f"{name}.zarr"), job.folder / "figures"
    )
    return peak_bytes()


def make_all(job: Job, names: Sequence[str], executor: Executor) -> int:
    """Make every product, those with most numbers first; return the peak memory of a process, bytes."""
    from galdask import cartography, figures

    def size(name: str) -> int:
        return sum(job.tables.size(request) for request in cartography.requests(job.plan, [name]))

    largest_first = sorted(names, key=size, reverse=True)
    peaks = _each(finish, job, largest_first, executor, "finish products")
    if job.figures:
        drawn = figures.names()
        peaks += _each(draw, job, [n for n in largest_first if n in drawn], executor, "draw figures")
    return max(peaks, default=0)


def _each(
    function: Callable[[Job, str], int], job: Job, names: Sequence[str], executor: Executor, step: str
) -> list[int]:
    """Run a function for each product, under its name on the dashboard, e.g. draw:global_maps."""
    verb = step.split()[0]
    shares = [Share(name=f"{verb}:{name.replace('/', '-')}") for name in names]
    made = executor.run(
        function, names, step=step, labels=names, shared=job, shares=shares, unit=step.split()[1]
    )
    return [peak for _, peak in made]
