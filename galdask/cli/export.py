"""`galdask export`: results or stars in the files of other programs."""

from __future__ import annotations

import argparse
from pathlib import Path

#: format -> ending of its files
ENDINGS = {"fits": ".fits", "votable": ".vot", "csv": ".csv", "parquet": ".parquet", "hats": ""}


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.add_argument("source", type=Path, metavar="OUT|STORE", help="folder of results, or of a store")
    command.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder of the files")
    command.add_argument(
        "--format",
        choices=tuple(ENDINGS),
        default="fits",
        help="what to write (default: fits); hats: stars alone",
    )
    command.add_argument(
        "--only", nargs="+", metavar="PRODUCT", help="of results: these products, cubes or tables"
    )
    command.add_argument("--columns", nargs="+", metavar="COLUMN", help="of stars: these columns")
    command.add_argument("--pipeline", metavar="NAME|FILE", help="of stars: derive columns by this pipeline")
    command.add_argument(
        "--sample", default=None, metavar="NAME", help="stars of this sample (default: main)"
    )


def run(chosen: argparse.Namespace) -> int:
    """Write the files and say where they are."""
    from galdask.errors import ConfigError

    if (chosen.source / "manifest.json").is_file():
        if chosen.only:
            raise ConfigError("--only chooses among results", found="a store", todo="use --columns")
        return _stars(chosen)
    if chosen.columns or chosen.pipeline or chosen.sample or chosen.format == "hats":
        raise ConfigError(
            "--columns, --pipeline, --sample and the format hats are for stars",
            expected="a store",
            found=chosen.source,
            todo="give the folder of a store",
        )
    return _results(chosen)


def _results(chosen: argparse.Namespace) -> int:
    from galdask.export import results

    for folder, name, sheets, facts in results.of_run(chosen.source, chosen.only):
        for path in write(chosen.to / folder / name, chosen.format, sheets, facts):
            print(path)
    return 0


def _stars(chosen: argparse.Namespace) -> int:
    from galdask import config
    from galdask.catalog.store import open_store
    from galdask.errors import ConfigError
    from galdask.export import hats, stars
    from galdask.pipeline import pipeline_path
    from galdask.stars.recipe import Recipe

    store = open_store(chosen.source)
    if chosen.pipeline is None:
        if chosen.sample is not None:
            raise ConfigError("a sample belongs to a pipeline", todo="add --pipeline two_disks")
        sheet, name = stars.of_store(store, chosen.columns), store.name
    else:
        recipe = Recipe.from_section(config.load(pipeline_path(chosen.pipeline)), store)
        sample = chosen.sample or "main"
        sheet, name = stars.of_sample(store, recipe, sample, chosen.columns), f"{store.name}_{sample}"
    facts = stars.facts_of(store)
    if chosen.format == "hats":
        counted = hats.write(chosen.to / name, sheet, facts)
        print(f"{chosen.to / name}  ({counted['rows']:,} rows in {counted['pixels']:,} pixels)")
        if counted["without_place"]:
            print(f"{counted['without_place']:,} rows have no place on the sky and were left out")
        return 0
    for path in write(chosen.to / name, chosen.format, [sheet], facts):
        print(f"{path}  ({path.stat().st_size:,} bytes)")
    return 0


def write(target: Path, kind: str, sheets: list, facts: dict[str, str]) -> list[Path]:
    """Write sheets under a name: one file of all, or one of each where the format has no more.

    Returns
    -------
    list of path
        The files.
    """
    from galdask.export import fits, parquet, text, votable

    if kind in ("fits", "votable"):
        path = target.with_name(target.name + ENDINGS[kind])
        (fits if kind == "fits" else votable).write(path, sheets, facts)
        return [path]
    paths = []
    for sheet in sheets:
        stem = target.name if len(sheets) == 1 else sheet.name
        paths.append(target.with_name(stem + ENDINGS[kind]))
        (text if kind == "csv" else parquet).write(paths[-1], sheet, facts)
    return paths
