import numpy as np
import pytest

from galdask.reductions import star_runs


def records(n, seed, orders, stars):
    rng = np.random.default_rng(seed)
    return {
        "order": rng.integers(0, orders, n, dtype=np.uint64),
        "star": rng.integers(0, stars, n, dtype=np.uint64),
        "value": rng.integers(0, 3, n).astype(np.uint32),
        "population": rng.integers(0, 4, n).astype(np.uint8),
    }


def rows(run):
    names = ("order", "star", "value", "population")
    return list(zip(*(run[k].tolist() for k in names), strict=True))


@pytest.mark.parametrize("orders", [1, 5, 2**63])
def test_sorted_by_order_star_value_population(orders):
    run = records(500, 1, orders, 4)
    assert rows(star_runs.sorted_run(run)) == sorted(rows(run))


@pytest.mark.parametrize("orders", [1, 3, 1000])
@pytest.mark.parametrize("limit", [1, 7, 100, 10**6])
def test_shards_walk_the_whole_in_order_and_stay_small(orders, limit):
    runs = [star_runs.sorted_run(records(n, n, orders, 300)) for n in (0, 1, 40, 333, 800)]
    walked = list(star_runs.shards(runs, limit))
    together = [row for shard in walked for row in rows(shard)]
    assert together == rows(star_runs.merged(runs))
    most = max(np.unique([r[:2] for r in together], axis=0, return_counts=True)[1])
    assert max(s["order"].size for s in walked) <= max(limit, most)


def test_shards_of_no_star():
    assert list(star_runs.shards([star_runs.empty_run(True)] * 3, 10)) == []


def test_merging_leaves_its_parts_alone():
    a, b = (star_runs.sorted_run(records(50, s, 5, 5)) for s in (1, 2))
    for run in (a, b):
        for array in run.values():
            array.flags.writeable = False
    out = star_runs.merged([a, b])
    assert rows(out) == sorted(rows(a) + rows(b))
    assert not any(np.shares_memory(out[k], run[k]) for k in out for run in (a, b))
