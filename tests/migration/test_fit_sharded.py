"""The likelihood over shards: the same ln L, however it is cut and whoever holds it."""

import os
import shutil
import signal
import threading
import time

import numpy as np
import pytest

from galdask.engine.cluster import open_executor
from galdask.engine.executor import Inline
from galdask.errors import ConfigError, InputError
from galdask.migration import TABLE_1
from galdask.migration.fit import shards as shard_files
from galdask.migration.fit.compiled import CompiledLikelihood
from galdask.migration.fit.likelihood import Likelihood
from galdask.migration.fit.sharded import ShardedLikelihood
from galdask.migration.fit.shards import load_shard, write_shards
from galdask.migration.model.parameters import FREE
from galdask.migration.survey.marginal import star_rows
from galdask.migration.survey.noise import Stars
from galdask.migration.survey.observed import observe_stars
from galdask.migration.survey.selection import select
from galdask.migration.survey.toy import toy_survey
from galdask.migration.survey.volume import sample_volume
from tests.engine.test_executor import own_cluster

P = TABLE_1


@pytest.fixture(scope="module")
def likelihood():
    """150 stars, one of which cannot be."""
    selection = select(toy_survey())
    found = observe_stars(P, selection, 150, 2).stars
    values = {name: getattr(found, name).copy() for name in Stars.__slots__}
    values["pml"][3], values["pmb"][3], values["vlos"][3] = -60.0, 0.0, -400.0
    rows = star_rows(Stars(**values), P, selection, draws=30)
    return Likelihood(rows, sample_volume(P, selection, points=2000, seed=3))


@pytest.fixture(scope="module")
def sets():
    r = np.random.default_rng(4)
    return [P, *(P.with_vector(P.vector() * r.uniform(0.8, 1.2, len(FREE))) for _ in range(8))]


def over(likelihood, folder, executor, sets, count=None):
    with ShardedLikelihood(write_shards(likelihood, folder, count), executor) as sharded:
        return sharded.evaluate(sets)


def test_1_2_and_7_shards_agree_with_the_kernel_and_with_numpy(likelihood, sets, tmp_path):
    plain = [likelihood.evaluate(p) for p in sets]
    whole = CompiledLikelihood(likelihood).evaluate(sets)
    for count in (1, 2, 7):
        value, floored = over(likelihood, tmp_path / str(count), Inline(), sets, count)
        np.testing.assert_allclose(value, whole[0], rtol=1e-10)
        np.testing.assert_allclose(value, [one.value for one in plain], rtol=1e-10)
        np.testing.assert_array_equal(floored, [one.floored for one in plain])
        assert floored.min() >= 1
        assert len(list((tmp_path / str(count)).iterdir())) == count


def test_whoever_holds_the_shards_the_bits_are_the_same(likelihood, sets, tmp_path, dask_executor):
    found = [over(likelihood, tmp_path, one, sets, 7)[0] for one in (Inline(), Inline(3), dask_executor)]
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    assert len(list(tmp_path.iterdir())) == 7


def mapped(folder):
    """Return how many files of a folder this process has mapped into memory."""
    with open("/proc/self/maps") as lines:
        return sum(folder in line for line in lines)


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="memory maps are not told here")
def test_each_shard_is_in_the_memory_of_one_worker(likelihood, sets, tmp_path, dask_executor):
    with ShardedLikelihood(write_shards(likelihood, tmp_path, 7), dask_executor) as sharded:
        sharded(sets)
        held = dask_executor.client.run(mapped, str(tmp_path))
        assert sorted(held.values()) == [3, 4]
    end = time.monotonic() + 20
    while sum(dask_executor.client.run(mapped, str(tmp_path)).values()):
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.long
def test_workers_that_die_do_not_change_a_bit(likelihood, sets, tmp_path):
    made = write_shards(likelihood, tmp_path, 7)
    with ShardedLikelihood(made, Inline()) as sharded:
        expected = sharded(sets)
    with open_executor(own_cluster()) as executor, ShardedLikelihood(made, executor) as sharded:
        for _ in range(6):
            victim = sorted(executor.client.run(os.getpid).values())[0]
            timer = threading.Timer(0.05, os.kill, (victim, signal.SIGKILL))
            timer.start()
            for _ in range(40):
                np.testing.assert_array_equal(sharded(sets), expected)
            timer.join()
            executor.client.wait_for_workers(2, timeout=60)


def test_the_number_of_shards_follows_from_the_data(likelihood, tmp_path, monkeypatch):
    assert len(write_shards(likelihood, tmp_path).paths) == 1
    monkeypatch.setattr(shard_files, "POINTS", 3000)
    made = [load_shard(str(path)) for path in write_shards(likelihood, tmp_path).paths]
    sizes = [shard.stars.shape[1] + shard.volume.shape[1] for shard in made]
    assert sum(sizes) == 150 * 30 + likelihood.volume.rows.size
    assert len(sizes).bit_count() == 1
    assert 1500 < max(sizes) <= 3000 + 30
    assert max(sizes) - min(sizes) <= 31
    monkeypatch.setattr(shard_files, "POINTS", 1)
    assert len(write_shards(likelihood, tmp_path).paths) == 150


def test_files_know_their_content(likelihood, tmp_path):
    made = write_shards(likelihood, tmp_path, 3)
    before = [path.stat().st_mtime_ns for path in made.paths]
    again = write_shards(likelihood, tmp_path, 3)
    assert again.paths == made.paths
    assert again.digest == made.digest
    assert [path.stat().st_mtime_ns for path in again.paths] == before
    other = write_shards(likelihood, tmp_path, 2)
    assert other.digest != made.digest
    assert len(list(tmp_path.iterdir())) == 5
    other.prune()
    assert sorted(tmp_path.iterdir()) == sorted(other.paths)


def test_a_missing_or_damaged_file_is_named(likelihood, tmp_path, dask_executor):
    made = write_shards(likelihood, tmp_path, 3)
    victim, content = made.paths[1], bytearray(made.paths[1].read_bytes())
    content[len(content) // 2] ^= 1
    for damage in (content, content[: len(content) // 2], b"", content[:5000]):
        victim.write_bytes(damage)
        with pytest.raises(InputError, match="shard of the fit is damaged") as caught:
            ShardedLikelihood(made, Inline())
        assert caught.value.where == str(victim)
    shutil.copy(made.paths[0], victim)
    with pytest.raises(InputError, match="damaged"):
        load_shard(str(victim))
    assert write_shards(likelihood, tmp_path, 3).digest == made.digest
    load_shard(str(victim))
    victim.unlink()
    for executor in (Inline(), dask_executor):
        with pytest.raises(InputError, match="shard of the fit is missing") as caught:
            ShardedLikelihood(made, executor)
        assert caught.value.where == str(victim)


def test_what_cannot_be_is_refused(likelihood, sets, tmp_path):
    with pytest.raises(ConfigError, match="1 to 150 shards"):
        write_shards(likelihood, tmp_path, 151)
    with (
        ShardedLikelihood(write_shards(likelihood, tmp_path), Inline()) as sharded,
        pytest.raises(ConfigError, match="parameter VC"),
    ):
        sharded([P.change(VC=220.0)])


def test_values_alone_give_the_same(likelihood, sets, tmp_path):
    values = np.array([p.vector() for p in sets])
    fast = CompiledLikelihood(likelihood)
    np.testing.assert_array_equal(fast.at(values)[0], fast(sets))
    with ShardedLikelihood(write_shards(likelihood, tmp_path, 2), Inline()) as sharded:
        np.testing.assert_array_equal(sharded.at(values)[0], sharded(sets))
        assert sharded(sets[:0]).shape == (0,)
        assert (sharded.stars, sharded.reference, sharded.choices) == (150, P, likelihood.choices)
