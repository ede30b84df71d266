"""The wiring of a new release: ingest what changed, renew orbits where stars moved, run what changed."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import config, events, identity, pipeline, publish
from galdask.errors import GaldaskError, OutputError

if TYPE_CHECKING:
    from galdask.catalog.groups import Group
    from galdask.catalog.ingest import IngestReport
    from galdask.catalog.schema import Release
    from galdask.catalog.store import Store
    from galdask.engine.executor import Executor
    from galdask.stars.orbit_run import OrbitReport
    from galdask.stars.orbit_settings import OrbitPlan

STEP = "regenerate"
#: pipelines among which the settings of an orbit group are looked for, after the one that is run
KNOWN = ("orbits", "orbits_frankel2020", "kinematics")


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a new release came to.

    Parameters
    ----------
    ingest : IngestReport or None
        None where the store held these files already.
    orbits : tuple of OrbitReport
        One for each group of which partitions had to be computed.
    stale : tuple of str
        Groups that are not up to date and could not be renewed, with the reason.
    run : Summary
        The run; `unchanged` where the results stand.
    seconds : float
        Time of everything.
    before : str
        Run that the results showed before, where it was another one; it is kept until `galdask gc`.
    """

    ingest: IngestReport | None
    orbits: tuple[OrbitReport, ...]
    stale: tuple[str, ...]
    run: pipeline.Summary
    seconds: float
    before: str = ""

    @property
    def unchanged(self) -> bool:
        """Whether nothing had to be done."""
        return self.ingest is None and not self.orbits and self.run.unchanged

    def text(self) -> str:
        """Return the lines that the command prints at its end."""
        lines = ["the store holds these files already" if self.ingest is None else self.ingest.text()]
        for one in self.orbits:
            lines.append(f"{one.group}: {one.computed} of {one.partitions} partitions computed")
        lines += [f"not renewed: {text}" for text in self.stale]
        lines.append(self.run.text())
        if self.before:
            out = self.run.out
            lines.append(f"before    run {self.before}; what moved: galdask diff {out}@before {out}")
        return "\n".join(lines)


class _Workers:
    """An executor that is started when it is first needed."""

    def __init__(
        self, cluster: Any, listen: events.Listener, stack: contextlib.ExitStack, report: Path | str | None
    ) -> None:
        self._cluster, self._listen, self._stack = cluster, listen, stack
        self._open: Executor | None = None
        self.report = report
        """Performance report that is still to be begun."""

    def executor(self) -> Executor:
        from galdask.engine import performance, warm
        from galdask.engine.cluster import open_executor

        if self._open is None:
            self._open = self._stack.enter_context(open_executor(self._cluster, self._listen))
            self._open.warm(warm.TASKS)  # for the run, while the ingest looks at the files
            self._stack.enter_context(performance.report(self._open, self.report, self._listen))
            self.report = None
        return self._open

    @contextlib.contextmanager
    def watched(self, store: Path, name: str) -> Iterator[Executor]:
        """Yield the executor, and keep the history of its tasks beside the store."""
        from galdask.engine import history, sight

        with history.kept(store, name, self._listen) as kept, kept.of(self.executor()):
            sight.require(self.executor(), None, store)
            yield self.executor()

    @property
    def cluster(self) -> Any:
        """What a run takes as its cluster: the running one, or the name."""
        return self._open or self._cluster


def regenerate(
    what: str | Path,
    release: str | Path,
    source: Path | str,
    store: Path | str,
    out: Path | str,
    *,
    cluster: Any = "laptop",
    figures: bool = True,
    orbits: Sequence[str | Path] = (),
    wait: bool = False,
    performance_report: Path | str | None = None,
    listen: events.Listener = events.silent,
) -> Renewal:
    """Bring a store and its results up to date with the files of a release.

    Parameters
    ----------
    what : str or path
        Name of a pipeline, or the path of a pipeline file.
    release : str or path
        Name of a release, or the path of a release file.
    source : path
        Folder of the files.
    store, out : path
        Folders of the store and of the results; made, or brought up to date.
    cluster : str, path, ClusterConfig, Executor, distributed.Client or a cluster of Dask's
        Where to work; nothing is started when nothing has changed.
    figures : bool
        Whether pictures and the report are made.
    orbits : sequence of str or path
        Pipelines in which the settings of the store's orbit groups are looked for, beside `what` and the
        shipped ones.
    wait : bool
        Whether to wait for another process that writes there, instead of being refused.
    performance_report : path, optional
        File of Dask's performance report.
    listen : callable
        Receives progress events.

    Raises
    ------
    GaldaskError
        If a file, the store or the pipeline is not right. What was finished is kept, and the same call
        goes on from there; readers of `out` see the results before until those after are complete.
    """
    from galdask.catalog import ingest
    from galdask.catalog.release import load_release
    from galdask.catalog.store import open_store

    began = time.monotonic()
    store, out = Path(store), Path(out)
    described = load_release(release)
    identity.pipeline_path(what)
    with contextlib.ExitStack() as stack:
        workers = _Workers(cluster, listen, stack, performance_report)
        stack.enter_context(_alone(out / ".runs", wait, listen))
        report = None
        before = _shown(out)
        if not ingest.unchanged(described, Path(source), store, replace_release=True):
            from galdask.engine import warm

            columns = _columns(store)
            _can_be_run(what, described, Path(source), store, columns, figures)
            warm.kernels(listen)
            with workers.watched(store, "ingest") as executor:
                report = ingest.ingest(
                    described,
                    Path(source),
                    store,
                    columns=columns,
                    executor=executor,
                    listen=listen,
                    replace_release=True,
                )
        opened = open_store(store)
        renewed, stale = _orbits(opened, (what, *orbits, *KNOWN), workers, listen)
        opened = open_store(store)
        _tidy(opened)
        done = pipeline.run(
            what,
            opened,
            out,
            cluster=workers.cluster,
            figures=figures,
            performance_report=workers.report,
            listen=listen,
        )
    return Renewal(
        ingest=report if report is not None and report.changed else None,
        orbits=tuple(renewed),
        stale=tuple(stale),
        run=done,
        seconds=time.monotonic() - began,
        before=before if before != done.run else "",
    )


def _can_be_run(
    what: str | Path, release: Release, source: Path, store: Path, columns: str, figures: bool
) -> None:
    """Refuse a pipeline that cannot be run on the new columns before the store is changed."""
    from galdask.catalog.preview import preview

    seen = preview(release, source, store, columns)
    if seen is not None:
        identity.resolve(what, seen, figures=figures)


def _shown(out: Path) -> str:
    """Return the run that the results show."""
    from galdask.lineage.integrity import COMPLETE

    run = (out / "current").resolve()
    return run.name if (run / COMPLETE).is_file() else ""


@contextlib.contextmanager
def _alone(folder: Path, wait: bool, listen: events.Listener) -> Iterator[None]:
    """Hold the lock of regenerations, waiting for another one if that is wished."""
    from galdask.engine import stop

    told = False
    with contextlib.ExitStack() as stack:
        while True:
            try:
                stack.enter_context(publish.locked(folder, "output"))
                break
            except OutputError as error:
                if not wait or not error.what.startswith("another process"):
                    raise
                if not told:
                    listen(events.Event(STEP, text=f"waiting for {error.found}"))
                told = True
                stop.check()
                time.sleep(0.2)
        yield


def _columns(store: Path) -> str:
    """Return which columns the store has so far."""
    from galdask.catalog import manifest

    try:
        return str(manifest.read(store)["settings"]["columns"])
    except GaldaskError:
        return "needed"


def _orbits(
    store: Store, pipelines: Sequence[str | Path], workers: _Workers, listen: events.Listener
) -> tuple[list[OrbitReport], list[str]]:
    """Compute the partitions that orbit groups of the store lack."""
    from galdask.stars import orbit_run

    done, stale = [], []
    for group in store.orbits:
        if group.complete:
            continue
        plan, why = _plan_of(group, store, pipelines)
        if plan is None:
            stale.append(f"{group.name}: {why}; name their pipeline with --orbits, or use 'galdask orbits'")
            listen(events.Event(STEP, text=stale[-1]))
            continue
        with workers.watched(store.path, "orbits") as executor:
            done.append(orbit_run.run(store, plan, executor, listen))
    others = [group for group in store.groups if group.kind != "orbits" and not group.complete]
    stale += [f"{group.name}: what it was computed from has changed; make it again" for group in others]
    return done, stale


def _plan_of(group: Group, store: Store, pipelines: Sequence[str | Path]) -> tuple[OrbitPlan | None, str]:
    """Return the plan that made a group, from the pipelines at hand, or None and why there is none."""
    from galdask.stars.orbit_settings import OrbitPlan

    settings = group.settings
    why = f"its settings are in none of {', '.join(map(str, dict.fromkeys(pipelines)))}"
    for name in pipelines:
        try:
            section = config.load(identity.pipeline_path(name))
            if "orbits" not in section:
                continue
            plan = OrbitPlan.from_section(
                section,
                store,
                draws=settings["draws"],
                backend=settings["backend"],
                keep=list(settings["keep_draws"]),
            )
        except GaldaskError as error:
            why += f" ({name}: {error.what})"
            continue
        if plan.name == group.name:
            return plan, ""
    return None, why


def _tidy(store: Store) -> None:
    """Remove what a killed call left in the store after its commit."""
    from galdask.catalog import groups, journal

    whole = {group.name for group in store.orbits if group.complete}
    left = [path for path in (store.path / groups.JOURNAL).glob("*") if path.name in whole]
    orphans = any((store.path / "data").rglob(".*.tmp")) or any(store.path.glob(".*.tmp"))
    if left or orphans or (store.path / journal.NAME).exists():
        with publish.locked(store.path, "store"):
            journal.sweep(store.path)
            journal.clear(store.path)
            for path in left:
                shutil.rmtree(path, ignore_errors=True)
