"""Tables of the radial gradients and of the medians in cells, as Markdown."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from tests.statistics import cells
from tests.statistics.rules import calibrated, finite, p_value
from tests.statistics.study import SEEDS, Study
from tests.statistics.words import LEGEND

ROOT = Path(__file__).parents[2]
#: one piece of the page for each family
FOLDER = ROOT / "benchmarks" / "calibration"
#: what the numbers come from
SOURCES = ("galdask", "pipelines", "tests/statistics")
PARTS = ("measured", "places", "radii", "heights", "labels", "populations")
POPULATIONS = ("total", "low_alpha", "high_alpha")


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; numbers to the right."""
    head = list(head)
    lines = [
        "| " + " | ".join(head) + " |",
        "|" + "|".join("---" if not k else "---:" for k in range(len(head))) + "|",
    ]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows)]) + "\n"


def number(value: float, digits: int = 2) -> str:
    return "" if not np.isfinite(value) else f"{value:.{digits}f}"


def pooled(name: str, pulls: np.ndarray) -> tuple[object, ...]:
    pulls = finite(pulls)
    if pulls.size < 2:
        return name, pulls.size, "", "", ""
    return (
        name,
        pulls.size,
        number(pulls.mean(), 3),
        number(pulls.std(ddof=1), 3),
        "yes" if calibrated(pulls) else "no",
    )


def commit() -> str:
    """The commit of the checkout, and whether the sources were changed since."""
    try:
        told = [
            subprocess.run(
                ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
            ).stdout.strip()
            for words in (["rev-parse", "--short=10", "HEAD"], ["status", "--porcelain", "--", *SOURCES])
        ]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return told[0] + (" with uncommitted changes" if told[1] else "")


def of_slopes(study: Study) -> Iterator[str]:
    """Pools of slopes, and every bin."""
    truth = study.truth
    main, wide = truth.pulls(study.slopes), truth.pulls(study.slopes, truth.wide["slope"])
    rows = []
    for fit_to in ("profile", "stars"):
        for r_min in main["r_min"].values:
            name = f"{fit_to}, R >= {r_min:g} kpc"
            here = {"fit_to": fit_to, "r_min": r_min}
            bins = int(truth.judged.sel(here).sum())
            rows.append(pooled(f"**{name}** ({bins} bins)", main.sel(here)))
            rows += [pooled(f"{name}, {p}", main.sel({**here, "population": p})) for p in POPULATIONS]
            rows.append(pooled(f"{name}, against `wide`", wide.sel(here)))
            rows += [
                pooled(f"{name}, {p}, against `wide`", wide.sel({**here, "population": p}))
                for p in POPULATIONS
            ]
    rows.append(pooled("profile, textbook errors", study.naive()))
    yield "Pulls:\n"
    yield table(("family", "pulls", "mean", "sd", "holds"), rows)
    apart = main.sel(population=["low_alpha", "high_alpha"])
    rows = []
    for fit_to in ("profile", "stars"):
        for r_min in main["r_min"].values:
            p = [p_value(apart.sel(fit_to=fit_to, r_min=r_min, seed=k)) for k in range(len(SEEDS))]
            rows.append(
                (f"{fit_to}, R >= {r_min:g} kpc", number(p[0], 4), number(min(p), 4), number(np.median(p), 2))
            )
    yield "Sum of squared pulls of single mocks:\n"
    yield table(("family", "p of seed 1", "smallest p of all seeds", "median p"), rows)
    for fit_to in ("profile", "stars"):
        for r_min in main["r_min"].values:
            yield f"### Every bin: {fit_to}, R >= {r_min:g} kpc\n"
            yield every_bin(study, main, fit_to, float(r_min))


def every_bin(study: Study, pulls, fit_to: str, r_min: float) -> str:
    """One row a bin: truth, error, pulls and bias; slopes in 0.001 dex/kpc, the rest in stated errors."""
    here, truth = {"fit_to": fit_to, "r_min": r_min}, study.truth
    profile = fit_to == "profile"
    head = [
        "population, abs(Z) in kpc",
        "stars",
        *(["windows"] if profile else []),
        "truth",
        "error",
        "mean pull",
        "sd",
    ]
    head += [
        *(["`wide`", "200-star windows"] if profile else []),
        "bias",
        *(f"`{part}`" for part in PARTS[1:]),
    ]
    rows = []
    for population in POPULATIONS:
        for k, (low, high) in enumerate(study.heights):
            at = {**here, "population": population}
            one = finite(pulls.sel(at).isel(abs_z=k))
            if not one.size:
                continue
            error = float(study.error.sel(at)[k])
            row = [
                f"{population}, {low:g}-{high:g}",
                f"{float(truth.slopes['measured']['n'].mean('sample').sel(at)[k]):.0f}",
            ]
            if profile:
                row.append(number(float(study.slopes["n_windows"].mean("seed").sel(at)[k]), 0))
            row += [number(1e3 * float(truth.mean.sel(at)[k])), number(1e3 * error)]
            row += [number(one.mean()), number(one.std(ddof=1))]
            if profile:
                row += [
                    number(float((d["slope"] - truth.mean).sel(at)[k]) / error, 1)
                    for d in (truth.wide, truth.fine)
                ]
            rows.append([*row, *(number(float(study.bias[part].sel(at)[k])) for part in PARTS)])
    return table(head, rows)


def of_dilution(study: Study) -> Iterator[str]:
    rows = []
    for k, (low, high) in enumerate(study.heights):
        rows.append([f"{low:g}-{high:g}", *(number(float(v[k]), 3) for v in study.dilution)])
    yield "### Lines through low-alpha stars, R >= 7 kpc: slope with errors of R over true slope\n"
    yield table(("abs(Z) in kpc", "predicted", "found"), rows)


def within(pulls: np.ndarray) -> str:
    """Fraction of pulls below 1 in size."""
    return number(float(np.mean(abs(pulls) < 1))) if pulls.size else ""


def of_cells(study: Study) -> Iterator[str]:
    """Pulls and biases of medians."""
    rows, biased = [], []
    for product, quantity in study.families:
        name, pulls = f"{product}, {quantity}", study.cell_pulls((product, quantity))
        every = {f"**{name}**, {cells.FEWEST} stars or more": pulls.of()}
        every |= {f"{name}, {p}": pulls.of(p) for p in POPULATIONS}
        for who, some in every.items():
            found = pooled(who, some)
            rows.append((*found[:4], within(some), found[4]))
        for low, high in cells.CLASSES:
            label = f"{low} to {high - 1}" if high < 10**6 else f"{low} or more"
            few = POPULATIONS if high <= cells.FEWEST else ()
            for p in (None, *few):
                who = f"{name}, {p}" if p else name
                some = pulls.of(p, low, high)
                rows.append((*pooled(f"{who}, {label} stars", some)[:4], within(some), ""))
        for population, parts in study.cell_biases((product, quantity)).items():
            bias, rest = parts["measured"], parts["measured"] - parts["places"] - parts["labels"]
            row = [
                f"{name}, {population}",
                bias.size,
                number(bias.mean()),
                number(100 * np.mean(abs(bias) <= 0.3), 1),
            ]
            for part in (bias, parts["places"], parts["labels"], rest):
                row.append(number(np.sqrt(np.mean(part**2))))
            biased.append([*row, number(100 * np.mean(abs(rest) <= 0.3), 1)])
    yield "Cells of the maps and cubes by the number of stars expected in them; error: Maritz and Jarrett.\n"
    yield table(("family", "pulls", "mean", "sd", "within 1 error", "holds"), rows)
    yield "### Medians in cells: bias\n"
    yield f"Measured minus true medians in stated errors, cells of {cells.FEWEST} stars or more.\n"
    head = (
        "family",
        "cells",
        "mean bias",
        "% within 0.3",
        "rms",
        "rms `places`",
        "rms `labels`",
        "rms of the rest",
    )
    yield table((*head, "% of the rest within 0.3"), biased)


def slopes(study: Study) -> list[str]:
    """The piece of the page on radial gradients."""
    found = list(of_slopes(study))
    return [*found[:4], LEGEND, *found[4:], *of_dilution(study)]
