"""The wiring of an export: results or stars in the files of other programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask.errors import ConfigError

if TYPE_CHECKING:
    from galdask.catalog.store import Store

#: format -> ending of its files
ENDINGS = {"fits": ".fits", "votable": ".vot", "csv": ".csv", "parquet": ".parquet", "hats": ""}


def export(
    source: Store | Path | str,
    to: Path | str,
    *,
    format: str = "fits",
    only: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    pipeline: str | Path | None = None,
    sample: str | None = None,
) -> dict[Path, str]:
    """Write results or stars as FITS, VOTable, CSV, Parquet or HATS.

    Parameters
    ----------
    source : Store or path
        A store, or the folder of results (also ``OUT@before``).
    to : path
        Folder of the files; made if needed.
    format : {"fits", "votable", "csv", "parquet", "hats"}
        What to write; hats for stars alone.
    only : sequence of str, optional
        Of results: products, ``cubes/NAME`` and ``tables/NAME``; all by default.
    columns : sequence of str, optional
        Of stars: these columns; all by default.
    pipeline : str or path, optional
        Of stars: derive columns by this pipeline, of the stars of a sample.
    sample : str, optional
        That sample; "main" by default.

    Returns
    -------
    dict of path to str
        What was written, and a word on each.

    Raises
    ------
    ConfigError
        If the arguments do not go together, or the store lacks a column.
    ProductError
        If there are no results, or one that was asked for is not among them.
    """
    from galdask.catalog.store import Store, open_store

    if format not in ENDINGS:
        raise ConfigError("there is no such format", expected=", ".join(ENDINGS), found=format)
    to = Path(to)
    if isinstance(source, Store) or (Path(source) / "manifest.json").is_file():
        if only:
            raise ConfigError("--only chooses among results", found="a store", todo="use --columns")
        store = source if isinstance(source, Store) else open_store(source)
        return _stars(store, to, format, columns, pipeline, sample)
    if columns or pipeline or sample or format == "hats":
        raise ConfigError(
            "--columns, --pipeline, --sample and the format hats are for stars",
            expected="a store",
            found=source,
            todo="give the folder of a store",
        )
    return _results(Path(source), to, format, only)


def _results(out: Path, to: Path, kind: str, only: Sequence[str] | None) -> dict[Path, str]:
    from galdask.exports import results

    written: dict[Path, str] = {}
    for folder, name, sheets, facts in results.of_run(out, only):
        written |= dict.fromkeys(_write(to / folder / name, kind, sheets, facts), "")
    return written


def _stars(
    store: Store,
    to: Path,
    kind: str,
    columns: Sequence[str] | None,
    pipeline: str | Path | None,
    sample: str | None,
) -> dict[Path, str]:
    from galdask import config
    from galdask.exports import hats, stars
    from galdask.identity import pipeline_path
    from galdask.stars.recipe import Recipe

    if pipeline is None:
        if sample is not None:
            raise ConfigError("a sample belongs to a pipeline", todo="add --pipeline two_disks")
        sheet, name = stars.of_store(store, columns), store.name
    else:
        recipe = Recipe.from_section(config.load(pipeline_path(pipeline)), store)
        sample = sample or "main"
        sheet, name = stars.of_sample(store, recipe, sample, columns), f"{store.name}_{sample}"
    facts = stars.facts_of(store)
    if kind == "hats":
        counted = hats.write(to / name, sheet, facts)
        word = f"{counted['rows']:,} rows in {counted['pixels']:,} pixels"
        if counted["without_place"]:
            word += f"; {counted['without_place']:,} rows have no place on the sky and were left out"
        return {to / name: word}
    return {path: f"{path.stat().st_size:,} bytes" for path in _write(to / name, kind, [sheet], facts)}


def _write(target: Path, kind: str, sheets: Sequence[Any], facts: dict[str, str]) -> list[Path]:
    """Write sheets under a name: one file of all, or one of each where the format has no more."""
    from galdask.exports import fits, parquet, text, votable

    if kind in ("fits", "votable"):
        path = target.with_name(target.name + ENDINGS[kind])
        (fits if kind == "fits" else votable).write(path, list(sheets), facts)
        return [path]
    paths = []
    for sheet in sheets:
        stem = target.name if len(sheets) == 1 else sheet.name
        paths.append(target.with_name(stem + ENDINGS[kind]))
        (text if kind == "csv" else parquet).write(paths[-1], sheet, facts)
    return paths
