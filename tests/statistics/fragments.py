"""Pieces of the page of a calibration: one file a family, written by the family's own test."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator

import numpy as np
import xarray as xr

from galdask import provenance, publish
from tests.statistics.families import PARTS, Pair, Study
from tests.statistics.join import page
from tests.statistics.report import FOLDER, commit, number, pooled, table
from tests.statistics.rules import calibrated, finite

#: pools are judged from so many pulls on: twenty bins of twenty seeds
POOLED = 400


def write(name: str, title: str, began: float, parts: Iterator[str] | list[str]) -> None:
    """Publish the piece of one family, with what it was made by, and join the page anew."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    versions = ", ".join(
        f"{one} {provenance.versions()[one]}" for one in ("python", "numpy", "scipy", "numba")
    )
    made = (
        f"Made {provenance.now()} at commit {commit()}, in {time.monotonic() - began:.0f} s and"
        f" {memory:.2f} GB of memory, with {versions}.\n"
    )
    FOLDER.mkdir(exist_ok=True)
    publish.write_text(FOLDER / f"{name}.md", "\n".join([f"## {title}\n", made, *parts]))
    page()


def family(study: Study) -> Iterator[str]:
    """Tables of one family."""
    rows, biased = [], []
    for name, pairs in study.family.pools.items():
        pulls = [study.pulls(pair) for pair in pairs]
        every = np.concatenate([finite(one) for one in pulls])
        bins = sum(int(study.judged(pair).sum()) for pair in pairs)
        rows.append(line(f"**{name}** ({bins} bins)", every, pairs[0].holds))
        for dimension in pairs[0].splits:
            for label in pulls[0][dimension].values:
                part = [finite(one.sel({dimension: label})) for one in pulls]
                if sum(one.size for one in part):
                    rows.append(line(f"{name}, {label}", np.concatenate(part), pairs[0].holds))
        biased.append(bias(study, name, pairs))
    yield "Pulls:\n"
    yield table(("number", "pulls", "mean", "sd", "within 1 error", "holds"), rows)
    if "true" in (study.known.samples if study.family.windows else study.known.whole):
        yield "Bias, in stated errors:\n"
        head = ("number", "bins", "mean", "rms", "largest", "% within 0.3")
        more = (*(f"rms `{part}`" for part in PARTS), "largest rest", "few stars")
        yield table((*head, *more), biased)
        if study.family.windows:
            yield from flattening(study)
    if study.family.note:
        yield study.family.note + "\n"


def line(name: str, pulls: np.ndarray, holds: bool = True) -> tuple[object, ...]:
    """One row of a table of pulls; pools of too few are not judged."""
    found = pooled(name, pulls)
    if pulls.size < 2:
        return (*found[:4], "", "")
    judged = ("yes" if calibrated(pulls) else "no") if pulls.size >= POOLED else ""
    return (*found[:4], number(np.mean(abs(pulls) < 1)), judged if holds else "not an error")


def bias(study: Study, name: str, pairs: list[Pair]) -> tuple[object, ...]:
    """One row of a table of biases."""
    size = len(pairs)

    def of(what: xr.DataArray | None) -> np.ndarray:
        return finite(what) if what is not None else np.empty(0)

    def rms(values: np.ndarray) -> float:
        return float(np.sqrt(np.mean(values**2))) if values.size else np.nan

    whole = study.known.samples if study.family.windows else study.known.whole
    if "true" not in whole:
        return (name, size)
    all_of = np.concatenate([of(study.bias(pair, "measured")) for pair in pairs])
    rest = np.concatenate([of(study.rest(pair)) for pair in pairs])
    parts = [np.concatenate([of(study.bias(pair, part)) for pair in pairs]) for part in PARTS]
    small = np.empty(0)
    if not study.family.windows:
        small = np.concatenate([of(study.small(pair)) for pair in pairs])
    within = 100 * np.mean(abs(all_of) <= 0.3)
    found = (number(all_of.mean()), number(rms(all_of)), number(float(abs(all_of).max())), number(within, 0))
    more = (*(number(rms(part)) for part in parts), number(float(abs(rest).max())))
    return (name, all_of.size, *found, *more, number(float(small.mean())) if small.size else "")


def chances(p: np.ndarray, found: xr.Dataset) -> Iterator[str]:
    """How often noise alone gives the range that is found, where there is noise alone; and spreads."""
    from tests.statistics import azimuth

    rows = [(f"{level:g}", number(share, 3), number(one, 3)) for level, share, one in azimuth.shares(p)]
    yield f"Chances `slope_range_p` of {p.size} panels, mean {p.mean():.2f}:\n"
    yield table(("level", "share at or below", "scatter of it"), rows)
    yield (
        f"The mean range is {azimuth.excess(found):.2f} of the mean `slope_range_noise`. Observed over"
        " expected spread of medians over azimuth:\n"
    )
    rows = [
        (reading, *(number(float(one)) for one in azimuth.spreads(found, reading)))
        for reading in ("text", "printed")
    ]
    yield table(("reading", *map(str, found["population"].values)), rows)


def flattening(study: Study) -> Iterator[str]:
    """What measurement errors do to the slopes of lines through low-alpha stars, bin by bin."""
    rows = []
    for pair in study.family.pairs:
        if not pair.value.endswith("slope") or "fit_to" not in pair.splits:
            continue
        wanted = {"population": "low_alpha", "fit_to": "stars", "side": "both", "r_min": 7.0}
        found = study.known.samples
        here = {key: value for key, value in wanted.items() if key in found["true"][pair.value].dims}
        true, measured = (found[name][pair.value].mean("sample").sel(here) for name in ("true", "measured"))
        error = study.error(pair).sel(here)
        (bins,) = true.dims
        for k, middle in enumerate(true[bins].values):
            if not np.isfinite(measured[k]):
                continue
            each = [number(1e3 * float(v[k]), 1) for v in (true, measured, error)]
            rows.append((f"{pair.value}, {bins} {middle:g}", *each, number(float(measured[k] / true[k]))))
    if rows:
        yield "Lines through low-alpha stars, in 0.001 of the unit of the slope:\n"
        yield table(("number and middle of the bin", "true", "measured", "stated error", "ratio"), rows)
