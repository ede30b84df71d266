"""The ledger: every row of the input is somewhere, and an empty sample has a culprit."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.errors import SampleError
from galdask.stars import ledger
from tests.stars.catalogue import partition, recipe

MADE = recipe()
PART = partition(1000)


def counts(rows):
    return ledger.counts(MADE.derive({name: values[rows] for name, values in PART.items()}))


def test_cut_flow_sums_to_the_input():
    lines = ledger.flow(MADE.fates, counts(slice(None)))
    for sample, steps in MADE.fates.items():
        mine = [line for line in lines if line.sample == sample]
        assert [line.step for line in mine] == [*steps, "kept"]
        assert sum(line.rows for line in mine) == 1000
        assert mine[-1].rows == mine[-1].left
        left = 1000
        for line in mine[:-1]:
            left -= line.rows
            assert line.left == left
            assert 0 <= line.missing <= line.rows
    kept = {line.sample: line.rows for line in lines if line.code == 0}
    assert kept["catalogue"] == 1000
    assert 0 < kept["age"] < kept["main"] < 1000


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 1000), max_size=5))
def test_counts_add_for_any_split(cuts):
    edges = [0, *sorted(cuts), 1000]
    total = reduce(ledger.add, [counts(slice(a, b)) for a, b in pairwise(edges)])
    whole = counts(slice(None))
    assert total.keys() == whole.keys()
    for name, numbers in whole.items():
        np.testing.assert_array_equal(total[name], numbers)


def test_an_empty_sample_names_the_cut_that_emptied_it():
    made = recipe(("low: 1.0, high: 2.5", "low: 7.0, high: 8.0"))
    total = ledger.counts(made.derive(PART))
    with pytest.raises(SampleError, match="cut 'surface_gravity'") as caught:
        ledger.require_stars("main", made.fates["main"], total)
    assert caught.value.exit_code == 2
    with pytest.raises(SampleError, match="cut 'surface_gravity'"):
        ledger.require_stars("age", made.fates["age"], total)
    ledger.require_stars("apo", made.fates["apo"], total)
    with pytest.raises(SampleError, match="without rows"):
        ledger.require_stars("main", made.fates["main"], counts(slice(0, 0)))


def test_a_ledger_that_does_not_sum_is_refused():
    total = counts(slice(None))
    total["rows"] = total["rows"] + 1
    with pytest.raises(SampleError, match="does not sum"):
        ledger.flow(MADE.fates, total)
