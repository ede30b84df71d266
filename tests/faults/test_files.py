"""Files that are damaged or deleted in the middle of a run, on workers."""

import shutil

import pytest

from tests.faults.left import litter
from tests.pipeline.test_faults import flip

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


def last_partition(home):
    """Give a run a store of its own; return its last data file."""
    store = (home / "store").resolve()
    (home / "store").unlink()
    shutil.copytree(store, home / "store")
    from galdask.catalog.store import open_store

    return home / "store" / open_store(home / "store").partitions[-1].files["needed"]


@pytest.mark.parametrize(
    ("kind", "harm"),
    [
        ("bytes flipped", flip),
        ("truncated", lambda path: path.write_bytes(path.read_bytes()[:1000])),
        ("deleted", lambda path: path.unlink()),
    ],
)
def test_a_partition_is_harmed_while_a_run_reads(place, env, table, kind, harm):
    home = place.home(f"harm-{kind.split()[0]}")
    path = last_partition(home)
    whole = path.read_bytes()
    run = place.start(home, env)
    run.until(run.workers, what="workers")
    harm(path)
    since = run.seconds
    assert run.end() == 2, run.said
    assert path.name in run.said
    assert "partition" in run.said
    assert "Traceback" not in run.said
    assert not (home / "out" / "current").exists()
    assert litter(home / "out") == []
    other = place.home(f"beside-{kind.split()[0]}")
    place.whole_run(other, env)
    path.write_bytes(whole)
    place.whole_run(home, env)
    outcome = "exit 2 names the file; with the file mended the next run resumes"
    table(f"a partition of the store {kind} during a run", 1, outcome, None, run.seconds - since)


@pytest.mark.parametrize("kind", ["deleted", "flipped"])
def test_states_and_samples_are_harmed_while_a_run_works(place, env, table, kind):
    home = place.home(f"states-{kind}")
    run = place.start(home, env)
    run.states(home, 3)
    cache = home / "out" / ".cache"
    found = sorted(cache.glob("states/*/*.pack"))[:2] + sorted(cache.glob("samples/*/*.arrow"))[:2]
    for path in found:
        if kind == "deleted":
            path.unlink()
        else:
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 0xFF
            path.write_bytes(bytes(data))
    assert run.end() == 0, run.said
    place.check(home)
    table(f"packs of states and samples {kind} during a run", len(found), "made again", None, run.seconds)
