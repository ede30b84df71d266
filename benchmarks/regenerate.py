"""A new release at DR17's size: nothing changed, ten corrected rows in one field or scattered, other ages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import harness, material

RUNNER = "benchmarks.peers.regenerate"
MAIN, AGES = "allStar-dr17-synspec_rev1.fits", "APOGEE_DistMass-DR17_v1.6.1.fits"
#: corrected rows
TEN = 10


def files(rows: int, folder: Path) -> Path:
    """Return a copy of the files of a release in which rows may be corrected."""
    source = material.release(rows)
    folder.mkdir(parents=True)
    for path in source.iterdir():
        if path.name in (MAIN, AGES):
            shutil.copy(path, folder / path.name)
        else:
            os.link(path, folder / path.name)
    return folder


def correct(path: Path, column: str, change: Callable[[Any], None]) -> None:
    """Change values of a column of a FITS table in place, and no other byte."""
    import numpy as np
    from astropy.io import fits

    with fits.open(path, memmap=True) as opened:
        table = opened[1]
        rows, begins = table.columns.dtype.newbyteorder(">"), table.fileinfo()["datLoc"]
        count = table.header["NAXIS2"]
    values = np.memmap(path, dtype=rows, mode="r+", offset=begins, shape=(count,))
    change(values[column])
    values.flush()


def run(rows: int = material.DR17_ROWS) -> list[str]:
    """Time each kind of a new release after a first run."""
    import numpy as np

    place = harness.SCRATCH / "regenerate"
    shutil.rmtree(place, ignore_errors=True)
    source = files(rows, place / "files")
    own = (str(source), str(place / "store"), str(place / "out"))
    somewhere = np.random.default_rng(1).choice(rows, TEN, replace=False)

    def one_field(values: Any) -> None:
        values[rows // 2 : rows // 2 + TEN] += 0.05

    def scattered(values: Any) -> None:
        values[somewhere] += 0.05

    def older(values: Any) -> None:
        values[:] *= 1.01

    told: dict[str, dict[str, Any]] = {}

    def step(name: str, path: Path | None = None, column: str = "", change: Any = None) -> None:
        if path is not None:
            correct(path, column, change)
        told[name] = harness.once(RUNNER, "regenerate", *own)

    step("first: ingest and run")
    step("nothing changed")
    told["nothing changed, plan"] = harness.once(RUNNER, "plan", *own)
    step("ten corrected rows in one field", source / MAIN, "FE_H", one_field)
    step("ten corrected rows, scattered", source / MAIN, "FE_H", scattered)
    step("another age of every star", source / AGES, "AGE_UNCOR_SS", older)
    shutil.rmtree(place / "out")
    told["nothing saved, plan"] = harness.once(RUNNER, "plan", *own)
    shutil.rmtree(place)
    return table(told, rows)


def table(told: dict[str, dict[str, Any]], rows: int) -> list[str]:
    """Return the part of the results."""
    first = told["first: ingest and run"]
    lines = [
        f"## A new release: {rows:,} rows, `galdask regenerate two_disks`, two workers",
        "",
        "| what | s in all | of it ingest | of it run | states made | partitions read "
        "| s in workers making states | of the first run's |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, one in told.items():
        share = f"{one['map'] / first['map']:.1%}" if "map" in one else ""
        cells = [
            f"{one['seconds']:.3g}",
            f"{one['ingest']:.3g}" if one.get("ingest") else "",
            f"{one['run']:.3g}" if one.get("run") else "",
            f"{one['states']:,}",
            f"{one['read']} of {first['partitions']}",
            f"{one['map']:.3g}" if "map" in one else "",
            share,
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return [
        *lines,
        "",
        "Seconds leave out the start of Python and the end of the process. The run finishes, writes and "
        "draws every product; states are made only where stars changed.",
    ]
