import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.catalog.partition import Rule, boundaries, candidates, rule_for
from galdask.errors import StoreError

RULE = Rule(16, 32)
SEEDS = st.integers(0, 2**32 - 1)


def keys_of(seed, rows):
    return np.random.default_rng(seed).integers(0, 2**64, rows, dtype=np.uint64)


def cut(keys, rule=RULE):
    return boundaries(*candidates(keys, 0, rule), len(keys), rule)


def pieces(keys, rule=RULE):
    """Contents of the partitions."""
    edges = cut(keys, rule)
    return [tuple(keys[a:b].tolist()) for a, b in itertools.pairwise(edges)]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(SEEDS, st.integers(0, 600), st.integers(1, 40))
def test_partitions_cover_all_rows_within_the_limits(seed, rows, low):
    rule = rule_for(rows, low)
    edges = cut(keys_of(seed, rows), rule)
    sizes = np.diff(edges)
    assert edges[0] == 0
    assert edges[-1] == rows
    assert (sizes <= rule.high).all()
    assert (sizes[:-1] >= rule.low).all()


@settings(derandomize=True, deadline=None, max_examples=40)
@given(SEEDS, st.integers(1, 300))
def test_cuts_do_not_depend_on_the_ranges_of_the_scan(seed, step):
    keys = keys_of(seed, 500)
    found = [candidates(keys[a : a + step], a, RULE) for a in range(0, 500, step)]
    rows, hashes = (np.concatenate(part) for part in zip(*found, strict=True))
    assert boundaries(rows, hashes, 500, RULE) == cut(keys)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(SEEDS, st.integers(0, 1999), st.sampled_from(["insert", "delete", "correct"]))
def test_a_changed_row_touches_only_neighbours(seed, row, how):
    keys = keys_of(seed, 2000)
    if how == "insert":
        changed = np.insert(keys, row, np.uint64(seed))
    elif how == "delete":
        changed = np.delete(keys, row)
    else:
        changed = keys.copy()
        changed[row] += np.uint64(1)
    before, after = pieces(keys), pieces(changed)
    fresh = set(after) - set(before)
    # its own partition, and now and then a few neighbours until the cuts meet again
    assert len(fresh) <= 8
    untouched = [p for p in after if p in set(before)]
    assert len(untouched) >= len(after) - 8


def test_a_changed_row_touches_little_on_average():
    keys = keys_of(3, 20_000)
    before = set(pieces(keys))
    rows = np.random.default_rng(5).integers(0, len(keys), 100)
    fresh = [len(set(pieces(np.insert(keys, row, np.uint64(row)))) - before) for row in rows]
    assert np.mean(fresh) < 2
    assert min(fresh) == 1


def test_rows_of_one_star_are_cut_at_the_most():
    assert np.diff(cut(np.zeros(100, np.uint64)))[:-1].max() <= RULE.high


def test_where_no_row_is_a_candidate_the_maximum_cuts():
    none = np.empty(0, np.int64), np.empty(0, np.uint64)
    assert boundaries(*none, 70, RULE) == [0, 32, 64, 70]


def test_the_smallest_hash_cuts_where_none_is_under_the_threshold():
    rows = np.array([3, 20, 25, 30])
    hashes = np.array([0, 9, 8, 9], np.uint64) + np.uint64(RULE.threshold)
    assert boundaries(rows, hashes, 40, RULE) == [0, 26, 40]
    hashes[3] = 0  # under the threshold, though later
    assert boundaries(rows, hashes, 40, RULE) == [0, 31, 40]


def test_no_rows_make_one_empty_partition():
    assert cut(np.empty(0, np.uint64)) == [0, 0]


@pytest.mark.parametrize(
    ("rows", "low"),
    [
        (0, 8192),
        (733_901, 8192),
        (1 << 21, 8192),
        ((1 << 21) + 1, 16384),
        (10**7, 65536),
        (10**8, 131072),
        (10**10, 131072),
    ],
)
def test_sizes_follow_the_catalogue(rows, low):
    assert rule_for(rows) == Rule(low, 2 * low)
    assert rows / low < 512 or low == 131072


def test_a_survey_release_is_cut_into_partitions_of_the_planned_size():
    keys = keys_of(1, 200_000)
    sizes = np.diff(cut(keys, rule_for(200_000)))
    assert 10_000 < sizes.mean() < 13_000


def test_a_partition_without_rows_is_refused():
    with pytest.raises(StoreError, match="at least one row"):
        rule_for(10, 0)
