"""The wiring of a plan: what a run would compute, what it would use again and why; nothing is made."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import publish
from galdask.errors import ClusterError, OutOfMemoryError
from galdask.identity import Intent, resolve

if TYPE_CHECKING:
    from galdask.engine.plan import Work
    from galdask.engine.plan_memory import Limit, Peak


@dataclass(frozen=True, slots=True)
class Foretold:
    """What becomes of one product.

    Parameters
    ----------
    name : str
        The product or cube; "ledger" for the account of the rows.
    reductions, reused : int
        Its reductions, and those whose finished table is saved.
    states : int
        States that must be computed for it; several products may share them.
    reasons : tuple of str
        Why it is not used again as it is; empty where it is.
    """

    name: str
    reductions: int
    reused: int
    states: int
    reasons: tuple[str, ...]

    @property
    def fate(self) -> str:
        """Say whether it is "reused" or "recomputed"."""
        return "reused" if self.reused == self.reductions else "recomputed"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run would do; its numbers are those that the run then reports."""

    run: str
    """Name that the run would have."""
    unchanged: bool
    """Whether its results are there already."""
    products: tuple[Foretold, ...]
    skipped: dict[str, str]
    rows: int
    partitions: int
    partitions_read: tuple[int, ...]
    bytes_to_read: int
    states_computed: int
    states_reused: int
    bytes_reused: int
    tables_reused: int
    tables_finished: int
    peak: Peak
    limit: Limit
    compared: str = ""
    """Run with which this one is compared."""
    cluster: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def tasks(self) -> int:
        """Pieces of work: partitions to read, tables to finish, products to write."""
        if self.unchanged:
            return 0
        return len(self.partitions_read) + self.tables_finished + len(self.products)

    @property
    def fits(self) -> bool:
        """Whether the foretold peak is within a worker's memory."""
        return self.unchanged or self.peak.bytes <= self.limit.bytes


def forecast(
    pipeline: str | Path,
    store: Any,
    out: Path | str,
    *,
    cluster: Any = "laptop",
    only: Sequence[str] | None = None,
    cache: bool | Path = True,
    figures: bool = True,
    why: bool = True,
) -> Forecast:
    """Say what a run with these arguments would do; see `galdask.pipeline.run` for them.

    Parameters
    ----------
    pipeline, store, out, cluster, only, cache, figures
        Those of the run.
    why : bool
        Whether reasons are looked for in the notes of earlier runs.

    Raises
    ------
    GaldaskError
        If the pipeline, the store or the cluster is not right.
    """
    from galdask import lineage
    from galdask.engine import plan_memory

    out = Path(out)
    intent = resolve(pipeline, store, only=only, figures=figures)
    with publish.scratch("galdask-plan-") as scratch:
        work = intent.work(out, cache, scratch)
        room = plan_memory.limit(cluster)
        split = {part.index: work.split(part) for part in intent.store.partitions}
        reading = tuple(index for index, (_, missing) in split.items() if missing)
        unchanged = cache is not False and (out / ".runs" / intent.run / "complete.json").exists()
        lacking: dict[str, int] = {}
        for _, missing in split.values():
            for key in missing:
                lacking[key] = lacking.get(key, 0) + 1
        reasons = lineage.Reasons(out, work, intent) if why else None
        products = [_foretold(work, intent, name, lacking, reasons) for name in ("ledger", *intent.names)]
        return Forecast(
            run=intent.run,
            unchanged=unchanged,
            products=tuple(products),
            skipped=dict(intent.skipped),
            rows=intent.store.rows,
            partitions=len(intent.store.partitions),
            partitions_read=reading,
            bytes_to_read=plan_memory.bytes_to_read(work, reading),
            states_computed=sum(lacking.values()),
            states_reused=sum(len(there) for there, _ in split.values()),
            bytes_reused=plan_memory.saved_bytes(work),
            tables_reused=len(work.done),
            tables_finished=len(work.rest),
            peak=plan_memory.peak(work, figures, room.threads, largest_cube(intent)),
            limit=room,
            compared=reasons.run if reasons else "",
            cluster=str(cluster) if isinstance(cluster, (str, Path)) else "",
        )


def _foretold(work: Work, intent: Intent, name: str, lacking: dict[str, int], reasons: Any) -> Foretold:
    words = intent.account_words() if name == "ledger" else intent.words(name)
    keys = {work.keys[request] for request in words.values()}
    left = keys - work.done
    said = reasons.of(name, words) if reasons and left else ()
    return Foretold(name, len(keys), len(keys) - len(left), sum(lacking.get(k, 0) for k in left), tuple(said))


def largest_cube(intent: Intent) -> int:
    """Return the cells of the largest cube that is asked for, populations counted."""
    from math import prod

    from galdask.cartography.plan import CUBES

    cubes = [intent.plan.cubes[n.removeprefix(CUBES)] for n in intent.names if n.startswith(CUBES)]
    return max((3 * prod(axis.size for axis in cube.grid.axes) for cube in cubes), default=0)


def refuse_too_large(work: Work, intent: Intent, cluster: Any) -> Peak:
    """Return the foretold peak of a run, or refuse the run.

    Raises
    ------
    ClusterError
        If a worker would need more memory than it has: says at which step, and what makes it smaller.
    """
    from galdask.engine import plan_memory

    room = plan_memory.limit(cluster)
    peak = plan_memory.peak(work, intent.figures, room.threads, largest_cube(intent))
    if peak.bytes > room.bytes:
        raise too_large(peak, room)
    return peak


@contextlib.contextmanager
def beside(peak: Peak) -> Iterator[None]:
    """Put what was foretold beside what was measured, where a run has not enough memory after all."""
    try:
        yield
    except OutOfMemoryError as error:
        raise OutOfMemoryError(
            error.what,
            expected=f"up to {peak.bytes / 2**20:,.0f} MiB in a worker, foretold for step {peak.step!r}",
            found=error.found,
            where=error.where,
            todo=error.todo,
        ) from error


def too_large(peak: Peak, room: Limit) -> ClusterError:
    """Return the error that says that a run cannot fit."""
    return ClusterError(
        "the run does not fit into the memory of a worker",
        where=f"step {peak.step!r}",
        expected=f"at most {room.bytes / 2**20:,.0f} MiB",
        found=f"up to {peak.bytes / 2**20:,.0f} MiB are needed",
        todo=f"raise memory_limit in the cluster file, or fewer threads_per_worker; or {peak.remedy}",
    )
