"""kill -9 of a regeneration at random moments: the next call ends in the same bytes; readers see one run."""

import pytest

from tests.pipeline.kills import INLINE, LOCAL, Killed


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    return Killed(tmp_path_factory.mktemp("killed"), more=("--no-figures",))


def test_five_kills(killed):
    killed.round("five", 5, seed=1)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("cluster", "kills"), [(INLINE, 60), (LOCAL, 30)], ids=["inline", "laptop"])
def test_many_kills(cluster, kills, tmp_path):
    """At least fifty kills in this process and twenty on workers, three before a call may end."""
    many = Killed(tmp_path)
    if cluster == LOCAL:
        many.seconds += 4.0  # workers take a while to start
    for seed in range(kills // 3):
        many.round(f"round{seed}", 3, seed, cluster)
