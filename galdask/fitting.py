"""The wiring of a fit: its file and a store in; maximum, chain, summary, products and report out.

No numerics here. The folder of a fit is known by the digest of everything that decides it; a fit that was
interrupted goes on where it was.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import digest, events, provenance, publish
from galdask.catalog.store import open_store
from galdask.engine import warm
from galdask.engine.watch import working
from galdask.errors import ConfigError, OutputError, StoppedError
from galdask.migration.fit import folder as place
from galdask.migration.model.parameters import Parameters
from galdask.pipeline import pipeline_path

if TYPE_CHECKING:
    from galdask.catalog.store import Store
    from galdask.engine.executor import Executor
    from galdask.migration.fit.folder import Fit
    from galdask.migration.fit.sharded import ShardedLikelihood
    from galdask.migration.fit.stages import Problem
    from galdask.migration.settings import FitSettings

#: version of what decides a fit: another one, another digest
VERSION = 1


@dataclass(slots=True)
class Outcome:
    """What a fit did."""

    out: Path
    fit: Fit
    rows: int
    ledger: dict[str, int]
    remarks: list[dict[str, Any]] = field(default_factory=list)
    variants: str = ""
    """Table of what moved in the variants."""
    seconds: float = 0.0

    def text(self) -> str:
        """Return the lines that the command prints at its end."""
        from galdask.migration.fit import summary

        lines = [f"{self.rows:,} rows: " + ", ".join(f"{n:,} {name}" for name, n in self.ledger.items() if n)]
        lines += [f"  {r['stars']:,} {r['remark']}: {r['treatment']}" for r in self.remarks if r["stars"]]
        lines.append(summary.text(self.fit, self.fit.summary))
        lines += [self.variants] if self.variants else []
        for name in ("report", "figures", "tables", "summary"):
            path = place.path_of(self.out, name)
            lines += [f"{name:<9} {path}"] if path.exists() else []
        return "\n".join(lines)


def run(
    pipeline: str | Path,
    store: Path | str,
    out: Path | str,
    *,
    cluster: Any = "laptop",
    steps: int | None = None,
    resume: bool = False,
    sampling: bool = True,
    cross_check: bool = False,
    variants: Sequence[str] | None = None,
    files: Path | str | None = None,
    products: bool = True,
    performance_report: Path | str | None = None,
    listen: events.Listener = events.silent,
) -> Outcome:
    """Fit the migration model to the stars of a store.

    Parameters
    ----------
    pipeline : str or path
        Name of a shipped file of a fit (orbit_migration), or the path of your own.
    store : path
        Folder of the store.
    out : path
        Folder of the fit; see `galdask.migration.fit.folder`.
    cluster : str, path, ClusterConfig or Executor
        Where to work.
    steps : int, optional
        Steps of the chain; those of the file by default.
    resume : bool
        Go on with the fit that is in `out`.
    sampling : bool
        Whether the posterior is sampled; otherwise the maximum and its curvature must do.
    cross_check : bool
        Whether a sampler of another kind finds the posterior once more; see
        `galdask.migration.fit.crosscheck`.
    variants : sequence of str, optional
        Variants of the file whose maximum is found, too; none of them named: all.
    files : path, optional
        Folder of the files that the fit's file names; the folder of that file by default.
    products : bool
        Whether datasets, tables, pictures and the report are made.
    performance_report : path, optional
        File of Dask's performance report.
    listen : callable
        Receives progress events.

    Returns
    -------
    Outcome

    Raises
    ------
    GaldaskError
        If the file, the store or the folder is not right, or the user asked to stop.
    """
    began = time.monotonic()
    out, path = Path(out), pipeline_path(pipeline)
    if steps is not None and steps < 1:
        raise ConfigError("the chain needs steps", expected="at least 1", found=steps)
    catalogue = open_store(store)
    with publish.locked(out, "fit"), _told_how_to_resume():
        from galdask.migration.settings import read_settings

        settings = read_settings(path, catalogue, files)
        names = _variants(settings, variants)
        _check_free(out, resume)
        warm.kernels(listen, warm.FIT)
        with working(cluster, out, "fit", listen, performance_report, catalogue.path) as executor:
            outcome = _fit(settings, catalogue, out, executor, steps, sampling, cross_check, listen)
            if names:
                others = {
                    name: _variant(path, catalogue, files, name, out, executor, listen) for name in names
                }
                outcome.variants = _moved(outcome.fit, others, settings.variants)
        if products:
            _products(out, settings, path, catalogue, listen)
    outcome.seconds = time.monotonic() - began
    return outcome


@contextmanager
def _told_how_to_resume() -> Iterator[None]:
    try:
        yield
    except StoppedError as error:
        raise StoppedError(
            error.what, todo="the same command with --resume goes on; the chain is on disk"
        ) from error


def _check_free(out: Path, resume: bool) -> None:
    configuration = place.path_of(out, "configuration")
    if configuration.exists() and not resume:
        raise OutputError(
            "this folder holds a fit already",
            where=configuration,
            todo="go on with it (--resume), or give another folder",
        )


def _variants(settings: FitSettings, wanted: Sequence[str] | None) -> tuple[str, ...]:
    if wanted is None:
        return ()
    unknown = [name for name in wanted if name not in settings.variants]
    if unknown or not settings.variants:
        raise ConfigError(
            f"there is no variant {unknown[0]!r}" if unknown else "this file has no variants",
            expected=", ".join(settings.variants) or "a section variants",
        )
    return tuple(wanted) or tuple(settings.variants)


def _fit(
    settings: FitSettings,
    store: Store,
    out: Path,
    executor: Executor,
    steps: int | None,
    sampling: bool,
    cross_check: bool,
    listen: events.Listener,
) -> Outcome:
    from galdask.migration.fit import sample, stages, summary
    from galdask.migration.fit import sampling as sampler

    selection = settings.survey.open(settings.tracer, settings.sun)
    found = sample.read_sample(settings.columns, store, selection.fields, settings.outside_fields, executor)
    kept, rows = found.stars.size, sum(found.ledger.values())
    listen(events.Event("stars", text=f"{kept:,} of {rows:,} rows are stars of the fit"))
    configuration = _configuration(settings, store, found.digest)
    if place.path_of(out, "configuration").exists():
        place.check_same(out, configuration)
    else:
        publish.write_json(place.path_of(out, "configuration"), {**configuration, "made": provenance.now()})
    stars = sample.table(found, settings.sun, settings.first_guess, settings.choices)
    publish.write(place.path_of(out, "stars"), lambda handle: stars.to_parquet(handle, index=False))
    _write_csv(out, "ledger", [{"step": name, "stars": n} for name, n in found.ledger.items()])
    place.write_selection(out, selection)
    problem = stages.Problem(settings, found.stars, selection, out.absolute(), executor)
    if not place.path_of(out, "optimum").exists():
        publish.write_json(place.path_of(out, "optimum"), stages.find_maximum(problem, listen))
    fit = place.open_fit(out)
    best = fit.optimum["best"]
    told = sample.remarks(stars, fit.parameters_best, settings.tracer, best["floored"])
    _write_csv(out, "remarks", told)
    made = summary.of_maximum(fit.optimum)
    if sampling:
        wanted = settings.sampler.steps if steps is None else steps
        chain = sampler.sample(problem, fit.optimum, configuration["digest"], wanted, listen)
        made = _summary(problem, fit, chain.state.about, cross_check, listen)
    made |= {"name": settings.name, "title": settings.title, "stars": kept, "rows": rows}
    publish.write_json(place.path_of(out, "summary"), made)
    return Outcome(out, place.open_fit(out), rows, found.ledger, told)


def _summary(
    problem: Problem, fit: Fit, about: dict[str, Any], cross_check: bool, listen: events.Listener
) -> dict[str, Any]:
    import numpy as np

    from galdask.migration.fit import summary

    stages = [stage for stage in about["stages"] if "renew" not in stage]
    with problem.likelihood(fit.reference, Parameters(**stages[-1]["volume"]), len(stages)) as (made, volume):
        middle = np.median(fit.posterior(), axis=0) if fit.source == "chain" else fit.parameters_best.vector()
        floored = int(made.at(middle[None, :])[1][0])
        other = _cross_check(made, fit, listen) if cross_check else {}
    return summary.of_chain(fit, volume, floored, about["seconds"]) | other


def _cross_check(likelihood: ShardedLikelihood, fit: Fit, listen: events.Listener) -> dict[str, Any]:
    from galdask.migration.fit import crosscheck
    from galdask.migration.fit.chain import open_chain

    listen(events.Event("cross-check", text="importance nested sampling of the same posterior"))
    chain = open_chain(fit.path)
    first = crosscheck.samples_of_chain(chain["parameters"].to_numpy(), chain.attrs["stages"][-1])
    found = crosscheck.compare(likelihood, fit.parameters_best, fit.hessian, first=first)
    text = found.table().to_csv(index=False)
    publish.write_text(place.path_of(fit.path, "tables") / "crosscheck.csv", text)
    listen(events.Event("cross-check", text=found.verdict()))
    return {"cross_check": {"agree": found.agree, "verdict": found.verdict()}}


def _variant(
    path: Path,
    store: Store,
    files: Path | str | None,
    name: str,
    out: Path,
    executor: Executor,
    listen: events.Listener,
) -> Fit:
    from galdask.migration.settings import read_settings

    listen(events.Event("variant", text=name))
    settings = read_settings(path, store, files, variant=name)
    folder = place.path_of(out, "variants") / name
    folder.mkdir(parents=True, exist_ok=True)
    return _fit(settings, store, folder, executor, None, False, False, listen).fit


def _moved(fit: Fit, others: dict[str, Fit], titles: dict[str, str]) -> str:
    from galdask.migration.fit import variants

    table = variants.shifts(fit, others, titles)
    path = place.path_of(fit.path, "tables") / "variants.csv"
    publish.write(path, lambda handle: table.to_csv(handle, index=False))
    told = variants.text(table)
    publish.write_text(path.with_suffix(".txt"), told + "\n")
    return told


def _configuration(settings: FitSettings, store: Store, stars: str) -> dict[str, Any]:
    identity = {"version": VERSION, "settings": digest.canonical(settings.settings()), "stars": stars}
    return {
        **identity,
        "digest": digest.of_settings(identity),
        "name": settings.name,
        "title": settings.title,
        "reference": settings.reference,
        "tracer": settings.tracer_name,
        "store": {"name": store.name, "title": store.title, "rows": store.rows, "digest": store.digest},
    }


def _write_csv(out: Path, what: str, rows: list[dict[str, Any]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    publish.write_text(place.path_of(out, what), text.getvalue())


def _products(out: Path, settings: FitSettings, path: Path, store: Store, listen: events.Listener) -> None:
    from galdask.figures import migration as figures
    from galdask.migration import products
    from galdask.migration.derived import posterior
    from galdask.report import fit_page

    record = provenance.record(
        fit=place.read_json(out, "configuration")["digest"],
        pipeline=path.read_text(encoding="utf-8"),
        settings=digest.canonical(settings.settings()),
        store={"name": store.name, "digest": store.digest},
    )
    publish.write_json(place.path_of(out, "provenance"), record)
    fit = place.open_fit(out)
    listen(events.Event("products", text="datasets and tables"))
    products.make_all(fit, out, record)
    curves = {name: table for name, table in posterior.tables(fit).items() if name != "numbers"}
    for name, table in curves.items():
        text = table.to_csv(index=False)
        publish.write_text(place.path_of(out, "tables") / f"derived_{name}.csv", text)
    listen(events.Event("products", text="pictures and the report"))
    figures.draw_all(out)
    fit_page.write_fit_report(out)
