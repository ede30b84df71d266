"""`galdask diff`: what moved between two runs, and because of which stars."""

from __future__ import annotations

import argparse
from pathlib import Path

EPILOG = """\
without stores: every variable of every dataset that both runs have: cells that differ, largest change, and
             the change over both errors combined. This counts shared stars twice, so that it is a lower
             bound of the true significance.
with stores: the stars of each run are read again. Stars lost, changed and added are counted by population
             and cell; the shift of each median is split into what each group did (the three parts add up
             to the change); slopes have errors of their difference from bootstrap weights that a star has
             in both runs.
--to DIR:    summary.txt, summary.json; variables, stars, slopes and cells_<cube> as CSV and Parquet;
             maps.zarr and a picture for each quantity.
runs:        OUT is the run that it shows; OUT@before the one before, OUT@dr16 the last of a release,
             OUT@1a2b the one whose name begins so. They are kept until galdask gc OUT --yes.
exit code:   0, also where nothing or everything moved; 2 if a run, a store or a pipeline is missing or is
             not that of the run.
"""


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = EPILOG
    command.add_argument(
        "a", type=Path, metavar="OUT_A", help="results of the earlier run: OUT, or OUT@before"
    )
    command.add_argument("b", type=Path, metavar="OUT_B", help="results of the later run")
    command.add_argument(
        "--store", type=Path, metavar="STORE", help="store of both runs: each reads it as it was then"
    )
    command.add_argument("--store-a", type=Path, metavar="STORE", help="store of the earlier run")
    command.add_argument("--store-b", type=Path, metavar="STORE", help="store of the later run")
    command.add_argument(
        "--pipeline",
        nargs="+",
        metavar="NAME|FILE",
        help="pipeline of both runs, or of each (default: the shipped one that the runs name)",
    )
    command.add_argument("--to", type=Path, metavar="DIR", help="write tables, maps and pictures there")
    command.add_argument("--cluster", default="inline", metavar="NAME|FILE", help="where to read stars")
    command.add_argument("--long", action="store_true", help="every variable that differs")
    command.add_argument("--json", action="store_true", help="print everything as JSON")


def run(chosen: argparse.Namespace) -> int:
    """Print what moved."""
    from galdask.errors import ConfigError
    from galdask.lineage.diff import Side, diff, forms

    stores = (chosen.store_a or chosen.store, chosen.store_b or chosen.store)
    if (stores[0] is None) != (stores[1] is None):
        raise ConfigError(
            "stars are compared between two stores",
            expected="both --store-a and --store-b, or --store, or neither",
            found="--store-a alone" if stores[0] else "--store-b alone",
        )
    pipelines = _pipelines(chosen) if stores[0] is not None else (None, None)
    sides = [Side(out, *rest) for out, *rest in zip((chosen.a, chosen.b), stores, pipelines, strict=True)]
    listen = chosen.listen
    found = diff(*sides, cluster=chosen.cluster, listen=listen)
    if chosen.to is not None:
        forms.write(found, chosen.to)
    print(forms.as_json(found) if chosen.json else forms.as_text(found, chosen.long))
    if chosen.to is not None and not chosen.json:
        print(f"\nwritten    {chosen.to}")
    return 0


def _pipelines(chosen: argparse.Namespace) -> tuple[Path, Path]:
    """Return the pipeline file of each run."""
    from galdask.errors import ConfigError
    from galdask.lineage.integrity import folder_of
    from galdask.lineage.results import Results
    from galdask.pipeline import pipeline_path

    if chosen.pipeline is not None and len(chosen.pipeline) > 2:
        raise ConfigError("two runs have two pipelines at most", found=" ".join(chosen.pipeline))
    if chosen.pipeline is not None:
        return pipeline_path(chosen.pipeline[0]), pipeline_path(chosen.pipeline[-1])
    names = [str(Results(folder_of(out)).record.get("pipeline")) for out in (chosen.a, chosen.b)]
    try:
        first, second = (pipeline_path(name.removesuffix(".yaml")) for name in names)
    except ConfigError as error:
        raise ConfigError(
            "the pipeline of a run is none of the shipped ones",
            found=", ".join(dict.fromkeys(names)),
            todo="name its file: --pipeline FILE",
        ) from error
    return first, second
