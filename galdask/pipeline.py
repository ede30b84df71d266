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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import accounting, config, digest, events, lineage, production, provenance, publish
from galdask.engine.cluster import open_executor, shipped
from galdask.errors import ConfigError, ProductError, SampleError

if TYPE_CHECKING:
    import xarray as xr

    from galdask.accounting import Account
    from galdask.cartography.plan import Plan
    from galdask.catalog.store import Store
    from galdask.engine.executor import Executor
    from galdask.engine.reduce import Outcome
    from galdask.stars.recipe import Recipe

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


def pipeline_path(name_or_path: str | Path) -> Path:
    """Return the file of a pipeline, by the name of a shipped one or by path.

    Raises
    ------
    ConfigError
        If there is no such pipeline.
    """
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml"):
        return path
    folder = shipped("pipelines")
    found = folder / f"{name_or_path}.yaml"
    if folder not in found.parents or ".." in path.parts or not found.is_file():
        known = ", ".join(sorted(str(p.relative_to(folder).with_suffix("")) for p in folder.glob("*.yaml")))
        raise ConfigError(
            f"no pipeline is called {str(name_or_path)!r}", expected=f"{known}, or the path of a YAML file"
        )
    return found


def run(
    pipeline: str | Path,
    store: Path | str,
    out: Path | str,
    *,
    cluster: Any = "laptop",
    only: Sequence[str] | None = None,
    cache: bool | Path = True,
    figures: bool = True,
    listen: events.Listener = events.silent,
) -> Summary:
    """Make the products of a pipeline from a store.

    Parameters
    ----------
    pipeline : str or path
        Name of a pipeline, or the path of a pipeline file.
    store : path
        Folder of the store.
    out : path
        Folder of the results.
    cluster : str, path, ClusterConfig or Executor
        Where to work.
    only : sequence of str, optional
        Products to make; all of the pipeline's by default.
    cache : bool or path
        Whether, or where, states are kept for the next run.
    figures : bool
        Whether pictures and the report are made.
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
    from galdask.cartography import overlays
    from galdask.cartography.plan import Plan
    from galdask.catalog.store import Store, open_store
    from galdask.stars.recipe import Recipe

    section = config.load(pipeline_path(pipeline))
    section.whole("galdask_pipeline", low=1, high=1)
    opened = store if isinstance(store, Store) else open_store(store)
    recipe = Recipe.from_section(section, opened)
    plan = Plan.from_section(section, recipe.derived_columns, recipe.samples)
    points, without = overlays.from_section(section.section("overlays", None), opened.path)
    plan = replace(plan, overlays=points)
    section.done()
    names, skipped = plan.choose(only)
    skipped |= {f"overlay {name}": why for name, why in without.items()}
    out = Path(out)
    identity = digest.of_settings(
        {
            "pipeline": {key: section.value(key) for key in section},
            "store": _what_is_read(opened, recipe),
            "products": names,
            "overlays": overlays.identity(points),
            "figures": figures,
            "versions": provenance.versions(),
            "cpu": list(provenance.cpu_features()),
        }
    )[:16]
    summary = Summary(out, identity, products=names, skipped=skipped, rows=opened.rows)
    with publish.locked(out, "output"):
        final = out / ".runs" / identity
        if cache is not False and (final / "complete.json").exists():
            _show(out, identity)
            summary.unchanged = True
            return summary
        build = out / ".runs" / f".{identity}.{secrets.token_hex(4)}.tmp"
        _sweep(out / ".runs")
        with publish.explained(build):
            build.mkdir(parents=True)
        try:
            with open_executor(cluster, listen) as executor:
                outcome = _reduce(opened, recipe, plan, names, executor, build, out, cache, listen)
                _account(outcome, recipe, opened, plan, summary).write(build)
                note = _provenance(build, opened, recipe, summary, section)
                job = production.Job(plan, outcome.tables, build, note, figures)
                summary.peak_bytes = max(outcome.peak_bytes, production.make_all(job, names, executor))
            summary.seconds = time.monotonic() - began
            if figures:
                _report(build, plan, opened, summary, listen)
            shutil.rmtree(build / "scratch", ignore_errors=True)
            with publish.explained(build):
                whole = {"run": identity, "files": lineage.seal(build)}
                publish.write_json(build / "complete.json", whole, durable=True)
                shutil.rmtree(final, ignore_errors=True)
                build.rename(final)
            _show(out, identity)
        finally:
            shutil.rmtree(build, ignore_errors=True)
    return summary


def _what_is_read(store: Store, recipe: Recipe) -> str:
    """Return the digest of all that a run takes from a store: other columns may come and go."""
    columns = sorted({"star_key", *recipe.columns_read})
    parts = [[part.digests[name] for name in columns] for part in store.partitions]
    return digest.of_settings(
        store.name, store.title, store.mock, store.rows, recipe.settings(), columns, parts
    )


def _reduce(
    store: Store,
    recipe: Recipe,
    plan: Plan,
    names: Sequence[str],
    executor: Executor,
    build: Path,
    out: Path,
    cache: bool | Path,
    listen: events.Listener,
) -> Outcome:
    from galdask import cartography
    from galdask.engine import warm
    from galdask.engine.reduce import reduce

    warm.kernels(listen)
    asked = cartography.requests(plan, names)
    requests = {key: (request.sample, request.reduction) for key, request in asked.items()}
    requests |= accounting.requests(recipe, requests.values())
    saved = None if cache is False else out / ".cache" if cache is True else Path(cache)
    return reduce(store, recipe, requests, executor, scratch=build / "scratch", saved=saved)


def _account(outcome: Outcome, recipe: Recipe, store: Store, plan: Plan, summary: Summary) -> Account:
    """Check that the ledger sums to the input and that stars are left; tell the summary."""
    made = accounting.account(outcome.tables, recipe, plan.main)
    if made.rows != store.rows:
        raise SampleError("rows of the store were not read", expected=store.rows, found=made.rows)
    summary.kept = made.kept
    for name in ("partitions_read", "states_computed", "states_reused", "tables_reused"):
        setattr(summary, name, getattr(outcome, name))
    return made


def _provenance(build: Path, store: Store, recipe: Recipe, summary: Summary, section: config.Section) -> str:
    """Write the record of the run and return it as text."""
    record = provenance.record(
        run=summary.run,
        pipeline=section.file and Path(section.file).name,
        settings=recipe.settings(),
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


def _report(build: Path, plan: Plan, store: Store, summary: Summary, listen: events.Listener) -> None:
    from galdask import report

    report.write_report(build, _context(build, plan, store, summary))
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


def _sweep(runs: Path) -> None:
    """Remove what a killed run left behind."""
    for rest in runs.glob(".*.tmp") if runs.is_dir() else ():
        shutil.rmtree(rest, ignore_errors=True)


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
