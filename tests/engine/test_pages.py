"""Pages of mapped states: how many stay, and that what is read again is the same."""

import sys
import time

import numpy as np
import pytest

from galdask.engine import cache, pages, tasks
from galdask.reductions import Axis, Key, OrderStatistics

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell of mapped pages")
MIB = 1 << 20
FEW = 14 * MIB


@pytest.fixture
def pack(tmp_path):
    values = np.arange(6 * MIB, dtype=np.uint64)
    return cache.write_pack(tmp_path, {"a": {"run": values}})


def read_through(pack, patience):
    """Read 48 MiB in pieces; return their sums, and the most pages mapped after one, `patience` later."""
    before = pages.mapped_bytes()
    run = cache.read_states(pack, ["a"])["a"]["run"]
    sums, most = [], 0
    for piece in np.split(run, 6):
        sums.append(int(piece.sum()))
        until = time.monotonic() + patience
        while pages.mapped_bytes() - before > FEW and time.monotonic() < until:
            time.sleep(0.01)
        most = max(most, pages.mapped_bytes() - before)
    return sums, most


def test_few_pages_stay_and_the_numbers_do_not_change(pack):
    sums, most = read_through(pack, 0)
    assert most > 40 * MIB
    with pages.bounded(48 * MIB, kept=6 * MIB):
        again, fewer = read_through(pack, 20)
    assert again == sums == [int(p.sum()) for p in np.split(np.arange(6 * MIB), 6)]
    assert fewer <= FEW


def test_a_small_state_is_left_alone(pack):
    with pages.bounded(MIB, kept=6 * MIB):
        assert read_through(pack, 0.1)[1] > 40 * MIB


def test_a_table_is_the_same_however_few_pages_stay(tmp_path, monkeypatch):
    random = np.random.default_rng(1)
    reduction = OrderStatistics(Key((Axis("r", "r", tuple(np.arange(0.0, 11.0))),)), "v")
    columns = [
        {"r": random.uniform(0, 10, 400_000), "v": random.normal(size=400_000).astype(np.float32)}
        for _ in range(3)
    ]
    parts = [
        (cache.write_pack(tmp_path / str(i), {"s": reduction.map(c)}), "s") for i, c in enumerate(columns)
    ]
    job = tasks.Job(None, {"request": ("main", reduction)})
    tables = []
    for kept in (1 << 40, 0):
        monkeypatch.setattr(pages, "KEPT", kept)
        place = tmp_path / f"{kept}.pack"
        tasks.finish(job, [tasks.FinishTask("request", parts, place, "t")])
        tables.append(place.read_bytes())
    assert tables[0] == tables[1]
    assert len(tables[0]) > 4096
