import numpy as np
import pytest

from galdask.reductions.records import batches, joined_records, sorted_records


def records(n, seed):
    rng = np.random.default_rng(seed)
    return {
        "cells": rng.integers(0, 3, n).astype(np.uint32),
        "star": rng.integers(0, 9, n),
        "x": rng.normal(size=n),
    }


def test_records_are_sorted_by_their_columns_in_turn():
    found = sorted_records(records(200, 1))
    rows = list(zip(*found.values(), strict=True))
    assert rows == sorted(rows)


@pytest.mark.parametrize("limit", [1, 7, 50, 1000])
def test_batches_hold_every_record_once_and_in_order(limit):
    parts = [records(n, n) for n in (30, 0, 1, 64)]
    whole = joined_records(parts)
    walked = list(batches(parts, limit))
    assert all(0 < batch["x"].size <= limit for batch in walked)
    assert all(batch["x"].size == limit for batch in walked[:-1])
    for name, values in joined_records(walked).items():
        assert np.array_equal(values, whole[name])
        assert values.dtype == whole[name].dtype
