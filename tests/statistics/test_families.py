"""Calibration of every family of products over seeds 1 to 20, and biases, a test for each.

Each writes its piece of `benchmarks/calibration.md`, whatever it then says.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.statistics import azimuth, fragments
from tests.statistics.families import FAMILIES, PARTS, Study, study
from tests.statistics.rules import calibrated, finite


def check(made: Study) -> list[str]:
    """What does not hold: pools must be calibrated, and biases small or explained."""
    wrong = []
    for name, pairs in made.family.pools.items():
        pulls = [made.pulls(pair) for pair in pairs]
        pool = np.concatenate([finite(one) for one in pulls])
        if not pairs[0].holds:
            continue
        if pool.size < fragments.POOLED:
            wrong.append(f"{name}: only {pool.size} pulls")
        pools = {name: pool}
        for dimension in pairs[0].splits:
            for label in pulls[0][dimension].values:
                part = np.concatenate([finite(one.sel({dimension: label})) for one in pulls])
                if part.size >= fragments.POOLED:
                    pools[f"{name}, {label}"] = part
        wrong += [
            f"{who}: mean {part.mean():.3f}, sd {part.std(ddof=1):.3f}"
            for who, part in pools.items()
            if not calibrated(part)
        ]
        wrong += [
            f"{name}: errors wrong by {factor} would pass"
            for factor in (0.6, 1.6)
            if calibrated(pool / factor)
        ]
        if "true" in (made.known.samples if made.family.windows else made.known.whole):
            wrong += [f"{name}: {text}" for pair in pairs for text in unexplained(made, pair)]
    return wrong


def unexplained(made: Study, pair) -> list[str]:
    """Biases above 0.3 errors that the three kinds of measurement error together do not give.

    Of several errors that are due to each the parts need not add up exactly: a tenth may be left. Two bins
    in a hundred may be worse, or two of fewer than a hundred.
    """
    if pair.follows:
        return []
    bias, rest = made.bias(pair, "measured"), made.rest(pair)
    parts = sum(abs(made.bias(pair, part)) for part in PARTS)
    good = (abs(bias) <= 0.3) | (abs(rest) <= 0.3 + 0.1 * parts)
    bad = finite(bias.where(~good & np.isfinite(bias)))
    few = bad.size <= max(2, 0.02 * finite(bias).size)
    return [] if few else [f"biases {np.round(bad, 2)} of {pair.value} are not explained"]


@pytest.mark.long
@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: one.name)
def test_errors_hold_and_biases_are_explained(family):
    began = time.monotonic()
    made = study(family)
    fragments.write(family.name, family.title, began, fragments.family(made))
    assert not check(made)
    if "mode_minus_median_max_noise" in family.more:
        assert not noise_of_the_largest_difference(made)


def noise_of_the_largest_difference(made: Study) -> list[str]:
    """The largest mode - median is too large on average, by at least what the product says."""
    pair = next(one for one in made.family.pairs if one.value == "mode_minus_median_max")
    found = made.found[pair.value].mean("seed") - made.truth(pair)
    told = made.found["mode_minus_median_max_noise"].mean("seed")
    good = bool((found > 0).all()) and bool((told > 0.2 * found).all()) and bool((told < 1.2 * found).all())
    return [] if good else [f"noise {told.values}, found {found.values}"]


@pytest.mark.long
def test_without_variation_with_azimuth_none_is_claimed():
    began = time.monotonic()
    made = study(azimuth.NONE, ("measured",))
    p = azimuth.chances(made.found)
    fragments.write(
        azimuth.NONE.name,
        azimuth.NONE.title,
        began,
        [*fragments.family(made), *fragments.chances(p, made.found)],
    )
    assert not check(made)
    assert p.size >= 400
    for level, share, scatter in azimuth.shares(p):
        assert share <= level + 4 * scatter + 0.02, level
    assert np.mean(p) < 0.75
    assert 0.75 < azimuth.excess(made.found) < 1.05
    text, printed = (azimuth.spreads(made.found, reading) for reading in ("text", "printed"))
    assert np.all((text > 1.0) & (text < 1.35)), text
    assert np.all(printed < 0.5), printed


@pytest.mark.long
def test_a_known_variation_with_azimuth_is_found():
    began = time.monotonic()
    made = study(azimuth.INJECTED, ("measured",))
    fragments.write(azimuth.INJECTED.name, azimuth.INJECTED.title, began, fragments.family(made))
    assert not check(made)
    plane = made.found.isel(abs_z=0)
    assert float((plane["slope_range_p"].sel(population="total") <= 0.05).mean()) >= 0.95
    reach = made.truth(azimuth.INJECTED.pairs[1]).sel(population="total").isel(abs_z=0)
    assert abs(float(reach) - azimuth.RANGE) < 0.1 * azimuth.RANGE
