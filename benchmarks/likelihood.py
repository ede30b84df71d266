"""ln L of the orbit-migration model: the kernel beside JAX and numpy, over workers, and its growth."""

from __future__ import annotations

import json
import math
import os
import shutil
import statistics
from pathlib import Path

import numpy as np

from benchmarks import harness
from galdask.migration import TABLE_1
from galdask.migration.fit import kernel
from galdask.migration.fit.shards import Shard, Shards, load_shard, publish_shard, write_shards
from galdask.migration.model.choices import DEFAULT
from galdask.migration.model.parameters import FREE

RUNNER = "benchmarks.peers.likelihood"
#: stars, draws a star, points of the survey volume
STARS, DRAWS, POINTS = (int(n) for n in os.environ.get("GALDASK_LIKELIHOOD", "7000 80 200000").split())
#: multiples of these stars, for the growth
TIMES = tuple(int(n) for n in os.environ.get("GALDASK_LIKELIHOOD_TIMES", "1 12 143").split())
#: relative difference of ln L that is let pass
SAME = 1e-9
ONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
#: what was asked for: times the peer's time, and times half the kernel's time on two workers
ASKED = {"JAX": 4.0, "numpy": 6.0}
ASKED_WORKERS = 1.1


def material(folder: Path, times: int) -> Path:
    """Return shards of a mock's stars; with `times`, again and again, each copy a little more metal-rich."""
    if (folder / "index.json").exists():
        return folder
    from galdask.migration.fit.likelihood import Likelihood
    from galdask.migration.survey.marginal import star_rows
    from galdask.migration.survey.observed import observe_stars
    from galdask.migration.survey.selection import select
    from galdask.migration.survey.toy import toy_survey
    from galdask.migration.survey.volume import sample_volume

    shutil.rmtree(folder, ignore_errors=True)
    selection = select(toy_survey())
    stars = observe_stars(TABLE_1, selection, STARS, 1).stars
    rows = star_rows(stars, TABLE_1, selection, draws=DRAWS)
    shards = write_shards(Likelihood(rows, sample_volume(TABLE_1, selection, points=POINTS)), folder)
    names = [path.name for path in shards.paths]
    for k in range(1, times):
        for path in shards.paths:
            shard = load_shard(str(path))
            moved = shard.stars.copy()
            moved[12] += 1e-5 * k
            names.append(publish_shard(folder, Shard(moved, shard.volume, DRAWS)).name)
    told = {"names": names, "stars": STARS * times, "fe_h_err": shards.fe_h_err}
    (folder / "index.json").write_text(json.dumps(told))
    return folder


def opened(folder: Path) -> Shards:
    """Return the shards of a folder."""
    told = json.loads((folder / "index.json").read_text())
    paths = tuple(folder / name for name in told["names"])
    return Shards(paths, TABLE_1, DEFAULT, told["stars"], told["fe_h_err"])


def walkers(count: int) -> np.ndarray:
    """Return sets of free parameters about those of Table 1, as an ensemble has them."""
    spread = np.random.default_rng(1).normal(0.0, 0.03, (count, len(FREE)))
    return TABLE_1.vector() * (1.0 + spread)


def exponent(sizes: list[float], seconds: list[float]) -> float:
    """Return the slope of the straight line through log seconds against log size."""
    x, y = [math.log(n) for n in sizes], [math.log(t) for t in seconds]
    return statistics.linear_regression(x, y).slope


def speed(folder: Path) -> list[str]:
    """Compare the ways in turn; they must agree first."""
    own, workers, halves = "galdask, kernel", "galdask, 2 workers", "kernel, 2 processes, no messages"
    told = harness.compare(
        {
            own: (RUNNER, "galdask", str(folder)),
            workers: (RUNNER, "workers", str(folder), "2"),
            halves: (RUNNER, "halves", str(folder)),
            "JAX, vmap": (RUNNER, "jax", str(folder)),
            "numpy, in blocks": (RUNNER, "numpy", str(folder)),
        },
        environment=ONE,
    )
    expected = np.array(told[own][0]["values"])
    apart = {}
    for name, runs in told.items():
        apart[name] = max(float(np.max(np.abs(np.array(run["values"]) / expected - 1.0))) for run in runs)
        if not apart[name] <= SAME:
            raise RuntimeError(f"ln L of {name} differs by {apart[name]:.1e}, relative")
    lines = harness.rows(told, own)
    lines += [
        "",
        "Seconds are those of one ln L in a call with 26 sets. Largest relative difference of ln L:",
    ]
    lines.append(", ".join(f"{name} {worst:.0e}" for name, worst in apart.items() if name != own) + ".")
    slack, floor = (
        statistics.median(
            float(w["seconds"]) / (0.5 * float(k["seconds"]))
            for w, k in zip(told[way], told[own], strict=True)
        )
        for way in (workers, halves)
    )
    for name, asked in ASKED.items():
        found = harness.ratio(next(runs for title, runs in told.items() if title.startswith(name)), told[own])
        lines.append(f"Time of {name} / kernel's: {found:.2f}, asked for at least {asked:g}.")
    lines.append(
        f"Time on two workers / half of the kernel's: {slack:.3f}, asked for at most {ASKED_WORKERS:g};"
    )
    lines.append(f"of two processes that hold half of the shards each and send no messages: {floor:.3f}.")
    return lines


def growth(folder: Path) -> list[str]:
    """Time one ln L of ever more stars, volume points in proportion."""
    lines = ["| stars | ms a ln L | ns a point | MiB of shards |", "|---|---|---|---|"]
    sizes, seconds = [], []
    for times in TIMES:
        place = material(folder / f"{STARS * times}", times)
        size = sum(path.stat().st_size for path in opened(place).paths)
        calls = "7" if times == 1 else "2"
        told = harness.once(RUNNER, "galdask", str(place), "1", calls, environment=ONE)
        sizes.append(float(STARS * times))
        seconds.append(float(told["seconds"]))
        points = size / (8 * kernel.COLUMNS)
        lines.append(
            f"| {STARS * times:,} | {1e3 * seconds[-1]:.2f} | {1e9 * seconds[-1] / points:.2f} "
            f"| {size / 2**20:,.0f} |"
        )
        if times > 1:
            shutil.rmtree(place)
    if len(sizes) > 1:
        lines += ["", f"Time grows as stars to the power {exponent(sizes, seconds):.2f}."]
    return lines


def run() -> list[str]:
    """Return the lines of the results."""
    folder = harness.SCRATCH / f"likelihood-{STARS}-{DRAWS}-{POINTS}"
    place = material(folder / f"{STARS}", 1)
    return [
        f"## ln L of orbit migration: {STARS:,} stars x {DRAWS} draws, {POINTS:,} points of the volume, f64",
        "",
        *speed(place),
        "",
        "### Growth, volume points in proportion, 26 sets a call, one core",
        "",
        *growth(folder),
        "",
        "All ways but the workers have one core, and all start from the same numbers a point and a set; JAX",
        "is compiled, over the sets by vmap; numpy works in blocks that stay in the cache for all sets. The",
        "larger samples are the mock's stars again and again, each copy a little elsewhere.",
    ]
