"""The wiring of a run: pipeline file and store in; products, figures, tables, ledger and report out.

No numerics here. A run is built under a temporary name and published by one rename; its name is the
digest of everything that entered it, so that an unchanged rerun has nothing to do.
"""

from __future__ import annotations

import csv
import json
import secrets
import shutil
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import accounting, events, foresight, lineage, production, provenance, publish
from galdask.engine import performance, sight, warm
from galdask.engine.cluster import open_executor
from galdask.engine.history import kept
from galdask.errors import ProductError, SampleError
from galdask.identity import Intent, pipeline_path, resolve

if TYPE_CHECKING:
    import xarray as xr

    from galdask.accounting import Account
    from galdask.cartography.plan import Plan
    from galdask.catalog.store import Store
    from galdask.engine.executor import Executor
    from galdask.engine.plan import Work
    from galdask.engine.reduce import Outcome

__all__ = ["SHOWN", "Summary", "open_results", "pipeline_path", "run"]

#: what OUT shows of the current run
SHOWN = (
    "cubes",
    "products",
    "tables",
    "figures",
    "report",
    "ledger.csv",
    "ledger_quantities.csv",
    "provenance.json",
)


@dataclass(slots=True)
class Summary:
    """What a run did."""

    out: Path
    run: str
    """Name of the run: digest of all that entered it."""
    unchanged: bool = False
    """Whether the results were there already."""
    products: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    """Product -> why it was not made."""
    rows: int = 0
    kept: dict[str, int] = field(default_factory=dict)
    """Sample -> stars."""
    partitions_read: int = 0
    states_computed: int = 0
    states_reused: int = 0
    tables_reused: int = 0
    map_seconds: float = 0.0
    """Time of all workers in reading partitions and making their states."""
    peak_bytes: int = 0
    seconds: float = 0.0

    def text(self) -> str:
        """Return the lines that the command prints at its end."""
        if self.unchanged:
            lines = [f"nothing has changed since run {self.run}: the results stand"]
        else:
            stars = ", ".join(f"{name} {n:,}" for name, n in self.kept.items())
            lines = [
                f"{self.rows:,} rows; samples: {stars}",
                f"{self.states_computed:,} states computed, {self.states_reused:,} states and "
                f"{self.tables_reused:,} tables reused; {self.seconds:.1f} s, "
                f"peak {self.peak_bytes / 2**20:,.0f} MiB in a worker",
            ]
            lines += [f"skipped {name}: {why}" for name, why in self.skipped.items()]
        report, figures = self.out / "report" / "index.html", self.out / "figures"
        if report.exists():
            lines.append(f"report    {report}")
        if figures.exists():
            lines.append(f"pictures  {figures}")
        lines.append(f"data      {self.out / 'products'}  {self.out / 'cubes'}  {self.out / 'tables'}")
        return "\n".join(lines)


def run(
    pipeline: str | Path,
    store: Store | Path | str,
    out: Path | str,
    *,
    cluster: Any = "laptop",
    only: Sequence[str] | None = None,
    cache: bool | Path = True,
    figures: bool = True,
    performance_report: Path | str | None = None,
    listen: events.Listener = events.silent,
) -> Summary:
    """Make the products of a pipeline from a store.

    Parameters
    ----------
    pipeline : str or path
        Name of a pipeline, or the path of a pipeline file.
    store : Store or path
        The catalogue.
    out : path
        Folder of the results.
    cluster : str, path, ClusterConfig, Executor, distributed.Client or a cluster of Dask's
        Where to work; what is open already stays open.
    only : sequence of str, optional
        Products to make; all of the pipeline's by default.
    cache : bool or path
        Whether, or where, states are kept for the next run.
    figures : bool
        Whether pictures and the report are made.
    performance_report : path, optional
        File of Dask's performance report; it is written if the run fails, too.
    listen : callable
        Receives progress events.

    Returns
    -------
    Summary

    Raises
    ------
    GaldaskError
        If the pipeline, the store or the place of the results is not right; nothing is half-written.
    """
    began = time.monotonic()
    intent = resolve(pipeline, store, only=only, figures=figures)
    out = Path(out)
    identity, opened = intent.run, intent.store
    summary = Summary(
        out, identity, products=list(intent.names), skipped=dict(intent.skipped), rows=opened.rows
    )
    with publish.locked(out, "output"), kept(out, identity, listen) as history:
        _sweep(out)
        final = out / ".runs" / identity
        if cache is not False and (final / "complete.json").exists():
            _show(out, identity)
            summary.unchanged = True
            if performance_report is not None:
                listen(events.Event("performance report", text="nothing was computed: there is none"))
            return summary
        build = (out / ".runs" / f".{identity}.{secrets.token_hex(4)}.tmp").absolute()
        with publish.explained(build):
            build.mkdir(parents=True)
        try:
            work = intent.work(out, cache, build / "scratch")
            peak = foresight.refuse_too_large(work, intent, cluster)
            history.mark("plan")
            with (
                ThreadPoolExecutor(1) as aside,
                foresight.beside(peak),
                open_executor(cluster, listen) as executor,
                performance.report(executor, performance_report, listen),
                history.of(executor),
            ):
                history.mark("start workers")
                executor.warm(warm.TASKS)
                sight.require(executor, opened.path, build)
                notes = aside.submit(lineage.noted, work, intent)
                outcome = _reduce(work, executor, build, listen)
                history.mark("reduce")
                _account(outcome, intent, summary).write(build)
                note = _provenance(build, intent)
                publish.write_json(build / lineage.NOTES, notes.result())
                job = production.Job(intent.plan, outcome.tables, build, note, figures)
                summary.peak_bytes = max(
                    outcome.peak_bytes, production.make_all(job, summary.products, executor)
                )
                history.mark("products")
            history.mark("stop workers")
            summary.seconds = time.monotonic() - began
            if figures:
                _report(build, intent, summary, listen)
                history.mark("report")
            shutil.rmtree(build / "scratch", ignore_errors=True)
            _remove([*build.rglob(".*.tmp"), *build.rglob(".*.old")])  # of workers that were killed
            with publish.explained(build):
                whole = {"run": identity, "files": lineage.seal(build)}
                publish.write_json(build / "complete.json", whole, durable=True)
                shutil.rmtree(final, ignore_errors=True)
                build.rename(final)
            _show(out, identity)
            history.mark("publish")
        finally:
            shutil.rmtree(build, ignore_errors=True)
    return summary


def _reduce(work: Work, executor: Executor, build: Path, listen: events.Listener) -> Outcome:
    from galdask.engine.reduce import perform

    if not warm.compiled():  # else workers load them when they begin
        warm.kernels(listen)
    return perform(work, executor, scratch=build / "scratch")


def _account(outcome: Outcome, intent: Intent, summary: Summary) -> Account:
    """Check that the ledger sums to the input and that stars are left; tell the summary."""
    made = accounting.account(outcome.tables, intent.recipe, intent.plan.main)
    if made.rows != intent.store.rows:
        raise SampleError("rows of the store were not read", expected=intent.store.rows, found=made.rows)
    summary.kept = made.kept
    for name in ("partitions_read", "states_computed", "states_reused", "tables_reused", "map_seconds"):
        setattr(summary, name, getattr(outcome, name))
    return made


def _provenance(build: Path, intent: Intent) -> str:
    """Write the record of the run and return it as text."""
    store, section = intent.store, intent.section
    record = provenance.record(
        run=intent.run,
        pipeline=section.file and Path(section.file).name,
        settings=intent.recipe.settings(),
        store={
            "release": store.name,
            "title": store.title,
            "digest": store.digest,
            "rows": store.rows,
            "stars": store.stars,
            "mock": store.mock,
        },
    )
    publish.write_json(build / "provenance.json", record)
    return provenance.text(record)


def _report(build: Path, intent: Intent, summary: Summary, listen: events.Listener) -> None:
    from galdask import report

    report.write_report(build, _context(build, intent.plan, intent.store, summary))
    listen(events.Event("report", text="written"))


def _context(build: Path, plan: Plan, store: Store, summary: Summary) -> dict[str, Any]:
    with open(build / "ledger.csv", newline="") as handle:
        flow = list(csv.DictReader(handle))
    return {
        "title": plan.title,
        "reference": plan.reference,
        "catalogue": {
            "release": store.name,
            "title": store.title,
            "rows": store.rows,
            "digest": store.digest,
            "mock": store.mock,
        },
        "ledger": flow,
        "skipped": summary.skipped,
        "samples": summary.kept,
        "seconds": summary.seconds,
        "provenance": json.loads((build / "provenance.json").read_text()),
        **lineage.for_page(build),
    }


def _show(out: Path, identity: str) -> None:
    """Let OUT show a run: one link is moved, everything else goes through it."""
    publish.point(out / "current", Path(".runs") / identity)
    for name in SHOWN:
        link = out / name
        if not link.is_symlink() and not link.exists():
            publish.point(link, Path("current") / name)


def _sweep(out: Path) -> None:
    """Remove what killed runs left behind: half-made runs, states and links; the output must be locked."""
    _remove([*out.glob(".runs/.*.tmp"), *out.glob(".*.tmp"), *(out / ".cache").rglob(".*.tmp")])


def _remove(paths: Sequence[Path]) -> None:
    for rest in paths:
        if rest.is_dir() and not rest.is_symlink():
            shutil.rmtree(rest, ignore_errors=True)
        else:
            rest.unlink(missing_ok=True)


def open_results(out: Path | str) -> xr.DataTree:
    """Open the results of a run lazily.

    Parameters
    ----------
    out : path
        Folder of the results.

    Returns
    -------
    xarray.DataTree
        ``/products/<name>`` and ``/cubes/<name>``.
    """
    import xarray as xr

    from galdask import cartography

    current = (Path(out) / "current").resolve()
    if not (current / "complete.json").exists():
        raise ProductError(
            "there are no results here", where=out, todo="galdask run PIPELINE --store STORE --out OUT"
        )
    found: Mapping[str, Any] = {
        f"/{kind}/{path.stem}": cartography.open_product(path)
        for kind in ("products", "cubes")
        for path in sorted((current / kind).glob("*.zarr"))
    }
    return xr.DataTree.from_dict(dict(found))
