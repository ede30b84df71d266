"""What a user's own script calls: the same steps as the command line, with Python objects in and out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import config, events
from galdask.engine.watch import working
from galdask.errors import ConfigError
from galdask.exporting import export as export

if TYPE_CHECKING:
    import dask.dataframe as dd
    import xarray as xr

    from galdask.catalog.fetch.run import FetchReport
    from galdask.catalog.ingest import IngestReport
    from galdask.catalog.store import Store
    from galdask.lineage.diff.run import Diff
    from galdask.migration.birth.run import BirthReport
    from galdask.migration.fit.folder import Fit
    from galdask.stars.orbit_run import OrbitReport


def mock(
    release: str,
    to: Path | str,
    *,
    stars: int | None = None,
    seed: int = 1,
    layout: str = "full",
    listen: events.Listener = events.silent,
) -> list[Path]:
    """Write a mock release with known truth, in the survey's own layout.

    Parameters
    ----------
    release : {"dr14", "dr16", "dr17", "dr19", "migration"}
        Whose layout; "migration" are stars of the migration model, seen through a small survey.
    to : path
        Folder of the files.
    stars : int, optional
        Rows of the main table; 100,000 by default, 7,000 of the migration model. Of other releases than DR17:
        rows of the DR17 mock whose stars they share.
    seed : int
        Same seed, same bytes.
    layout : {"full", "lite"}
        All columns, or those of the short file; of dr17 alone.
    listen : callable
        Receives progress events.

    Returns
    -------
    list of path
        The files, `truth.json` last.
    """
    from galdask import mocks

    known = ("dr14", "dr16", "dr17", "dr19", "migration")
    if release not in known:
        raise ConfigError("there is no mock of this release", expected=", ".join(known), found=release)
    if release == "migration":
        made = mocks.write_migration(Path(to), 7000 if stars is None else stars, seed, listen=listen)
    else:
        rows = 100_000 if stars is None else stars
        if release == "dr17":
            made = mocks.write_dr17(Path(to), rows, seed, layout=layout, listen=listen)
        else:
            made = mocks.write_edition(Path(to), release, rows, seed, listen=listen)
    return [Path(path) for path in made["paths"].values()]


def fetch(
    release: str | Path,
    to: Path | str,
    *,
    only: Sequence[str] | None = None,
    url_base: str | Path | None = None,
    again: bool = False,
    listen: events.Listener = events.silent,
) -> FetchReport:
    """Bring the files of a release here, resumed and verified; see `galdask.catalog.fetch.run.fetch`."""
    from galdask.catalog.fetch import fetch as do
    from galdask.catalog.release import load_release

    return do(load_release(release), Path(to), only=only, base=url_base, again=again, listen=listen)


def ingest(
    release: str | Path,
    source: Path | str,
    store: Path | str,
    *,
    columns: str = "needed",
    cluster: Any = "laptop",
    partition_rows: int | None = None,
    scratch: Path | None = None,
    replace_release: bool = False,
    performance_report: Path | str | None = None,
    listen: events.Listener = events.silent,
) -> IngestReport:
    """Turn the files of a release into a store of Parquet partitions.

    Parameters
    ----------
    release : str or path
        Name of a release, or the path of a release file.
    source : path
        Folder of the files.
    store : path
        Folder of the store; made, or brought up to date.
    columns : {"needed", "all"}
        The named columns, or every column of the main table.
    cluster : str, path, ClusterConfig, Executor, distributed.Client or a cluster of Dask's
        Where to work.
    partition_rows : int, optional
        About how many rows a partition holds.
    scratch : path, optional
        Where compressed files are inflated.
    replace_release : bool
        Whether a store of another release may become one of this release.
    performance_report : path, optional
        File of Dask's performance report.
    listen : callable
        Receives progress events.

    Returns
    -------
    IngestReport
        What was read, written and reused.

    Raises
    ------
    InputError
        If a file is missing, broken or not the one that the release describes.
    """
    from galdask.catalog.ingest import ingest as do
    from galdask.catalog.release import load_release
    from galdask.engine import warm

    described = load_release(release)
    warm.kernels(listen)
    with working(cluster, store, "ingest", listen, performance_report) as executor:
        return do(
            described,
            Path(source),
            Path(store),
            columns=columns,
            executor=executor,
            listen=listen,
            partition_rows=partition_rows,
            scratch=scratch,
            replace_release=replace_release,
        )


def orbits(
    store: Store | Path | str,
    pipeline: str | Path = "orbits",
    *,
    draws: int | None = None,
    backend: str | None = None,
    keep_draws: bool | Sequence[str] | None = None,
    cluster: Any = "laptop",
    performance_report: Path | str | None = None,
    listen: events.Listener = events.silent,
) -> OrbitReport:
    """Add draws, actions and orbit quantities of every star to a store, as a column group.

    Parameters
    ----------
    store : Store or path
        The catalogue; open it anew afterwards to see the group.
    pipeline : str or path
        Name of a pipeline, or the path of a pipeline file, with the sections frame, position, velocity and
        orbits.
    draws : int, optional
        Monte Carlo draws of each star; by default what the file says.
    backend : {"fast", "galpy"}, optional
        By default what the file says.
    keep_draws : bool or sequence of str, optional
        Whether, or of which columns, the draws themselves are kept.
    cluster : str, path, ClusterConfig, Executor, distributed.Client or a cluster of Dask's
        Where to work.
    performance_report : path, optional
        File of Dask's performance report.
    listen : callable
        Receives progress events.

    Returns
    -------
    OrbitReport
        Name of the group, and what became of every star.

    Raises
    ------
    ConfigError
        If the file or the store lacks something that orbits need.
    """
    from galdask.catalog.store import Store as Opened
    from galdask.catalog.store import open_store
    from galdask.engine import warm
    from galdask.pipeline import pipeline_path
    from galdask.stars import orbit_run
    from galdask.stars.orbit_settings import OrbitPlan

    opened = store if isinstance(store, Opened) else open_store(store)
    section = config.load(pipeline_path(pipeline))
    section.whole("galdask_pipeline", low=1, high=1)
    plan = OrbitPlan.from_section(section, opened, draws=draws, backend=backend, keep=keep_draws)
    warm.kernels(listen)
    with working(cluster, opened.path, "orbits", listen, performance_report, opened.path) as executor:
        return orbit_run.run(opened, plan, executor, listen)


def birth_radii(
    parameters: Path | str,
    store: Store | Path | str,
    pipeline: str | Path,
    *,
    cluster: Any = "laptop",
    listen: events.Listener = events.silent,
) -> BirthReport:
    """Add the birth radius of every star to a store, as a column group.

    Parameters
    ----------
    parameters : path or str
        Folder of a fit of the migration model, a file of parameters, or table1 or text.
    store : Store or path
        The catalogue; open it anew afterwards to see the group.
    pipeline : str or path
        Name of a pipeline, or the path of a pipeline file, with the section birth.
    cluster : str, path, ClusterConfig, Executor, distributed.Client or a cluster of Dask's
        Where to work.
    listen : callable
        Receives progress events.

    Returns
    -------
    BirthReport
        Name of the group, and what became of every star.

    Raises
    ------
    ConfigError
        If the file or the store lacks something that birth radii need.
    InputError
        If the fit cannot be read, or knows nothing of its errors.
    """
    from galdask.catalog.store import Store as Opened
    from galdask.catalog.store import open_store
    from galdask.migration.birth import run as birth_run
    from galdask.migration.birth.plan import BirthPlan, source_of
    from galdask.pipeline import pipeline_path

    opened = store if isinstance(store, Opened) else open_store(store)
    section = config.load(pipeline_path(pipeline))
    section.whole("galdask_pipeline", low=1, high=1)
    plan = BirthPlan.from_section(section, opened, source_of(parameters))
    with working(cluster, opened.path, "birth", listen, store=opened.path) as executor:
        return birth_run.run(opened, plan, executor, listen)


def run(
    pipeline: str | Path,
    store: Path | str,
    out: Path | str,
    *,
    cluster: Any = "laptop",
    only: Sequence[str] | None = None,
    cache: bool | Path = True,
    figures: bool = True,
    performance_report: Path | str | None = None,
    listen: events.Listener = events.silent,
) -> xr.DataTree:
    """Make the products of a pipeline; see `galdask.pipeline.run` for the parameters.

    Returns
    -------
    xarray.DataTree
        ``/products/<name>`` and ``/cubes/<name>``, opened lazily from `out`.
    """
    from galdask import pipeline as wiring

    summary = wiring.run(
        pipeline, store, out, cluster=cluster, only=only, cache=cache, figures=figures,
        performance_report=performance_report, listen=listen,
    )  # fmt: skip
    return wiring.open_results(summary.out)


def fit(
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
) -> Fit:
    """Fit the migration model to the stars of a store; see `galdask.fitting.run` for the parameters.

    Returns
    -------
    Fit
        What `galdask.migration.open_fit` makes of the folder `out`.
    """
    from galdask import fitting

    return fitting.run(
        pipeline, store, out, cluster=cluster, steps=steps, resume=resume, sampling=sampling,
        cross_check=cross_check, variants=variants, files=files, products=products,
        performance_report=performance_report, listen=listen,
    ).fit  # fmt: skip


def diff(
    out_a: Path | str,
    out_b: Path | str,
    *,
    stores: tuple[Path | str, Path | str] | None = None,
    pipelines: tuple[str | Path, str | Path] = ("two_disks", "two_disks"),
    cluster: Any = "inline",
    listen: events.Listener = events.silent,
) -> Diff:
    """Say what moved between two runs, the earlier first; see `galdask.lineage.diff.run.diff`.

    `stores` and `pipelines` are those of both runs; without stores nothing is said of stars.
    """
    from galdask.lineage.diff import Side
    from galdask.lineage.diff import diff as do
    from galdask.pipeline import pipeline_path

    if stores is None:
        return do(Side(Path(out_a)), Side(Path(out_b)), cluster=cluster, listen=listen)
    files = [pipeline_path(name) for name in pipelines]
    sides = [Side(Path(o), Path(s), f) for o, s, f in zip((out_a, out_b), stores, files, strict=True)]
    return do(sides[0], sides[1], cluster=cluster, listen=listen)


def to_dask(store: Store | Path | str, columns: Sequence[str] | None = None) -> dd.DataFrame:
    """Return columns of a store as a lazy dask.dataframe; see `galdask.engine.lazy.to_dask`."""
    from galdask.engine import lazy

    return lazy.to_dask(store, columns)


def sample(
    store: Store | Path | str,
    pipeline: str | Path = "two_disks",
    name: str = "main",
    columns: Sequence[str] | None = None,
) -> dd.DataFrame:
    """Return a named sample of a pipeline, cuts applied and columns derived, as a lazy dask.dataframe.

    Parameters
    ----------
    store : Store or path
        The catalogue.
    pipeline : str or path
        Name of a pipeline, or the path of a pipeline file.
    name : str
        Sample of the pipeline.
    columns : sequence of str, optional
        Which derived columns; all by default.

    Returns
    -------
    dask.dataframe.DataFrame
        Indexed by the row in the main table, as `to_dask` is; `population` is categorical.
    """
    from galdask.catalog.store import Store as Opened
    from galdask.catalog.store import open_store
    from galdask.engine import lazy
    from galdask.pipeline import pipeline_path
    from galdask.stars.recipe import Recipe

    opened = store if isinstance(store, Opened) else open_store(store)
    recipe = Recipe.from_section(config.load(pipeline_path(pipeline)), opened)
    return lazy.sample(opened, recipe, name, columns)
