"""kill -9 of a regeneration at random moments: the next call ends in the same bytes; readers see one run."""

import pytest

from benchmarks.__main__ import RESULTS, rewrite
from tests.pipeline.kills import INLINE, LOCAL, STAGES, Killed

#: name -> cluster, release before DR17, kills
CASES = {
    "corrected rows, in process": (INLINE, "dr17", 60),
    "corrected rows, two workers": (LOCAL, "dr17", 30),
    "DR16 to DR17, in process": (INLINE, "dr16", 30),
}


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    return Killed(tmp_path_factory.mktemp("killed"), more=("--no-figures",))


@pytest.fixture(scope="module")
def tally():
    """Cases that have passed; they take their lines among the results, those of others stay."""
    passed = {}
    yield passed
    if passed:
        rewrite("kills", table(passed))


def line(name, stages):
    counts = map(str, (sum(stages.values()), *stages.values()))
    return f"| {name} | {' | '.join(counts)} | 0 | 0 |"


def table(passed):
    known = RESULTS.read_text().splitlines()
    old = {name: found for name in CASES for found in known if found.startswith(f"| {name} |")}
    told = old | {name: line(name, stages) for name, stages in passed.items()}
    lines = [
        "## kill -9 of `galdask regenerate` at random moments",
        "",
        "| what | kills | " + " | ".join(STAGES) + " | other bytes at the end | mixtures seen |",
        "|---" * (len(STAGES) + 4) + "|",
    ]
    return [
        *lines,
        *(told[name] for name in CASES if name in told),
        "",
        "A mock of 2,000 rows; two products with pictures, a cube, the report. Every call is killed with",
        "its workers, at a moment drawn evenly over the time of an undisturbed one; after three kills",
        "the next call may end. Then store and results are compared byte by byte with those of an",
        "undisturbed call. The columns count at what stage the kills fell. While a call runs, what OUT",
        "shows is read a hundred times a second, and after each kill every file that it shows is checked",
        "against its digest.",
    ]


def test_five_kills(killed):
    killed.round("five", 5, seed=1)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", CASES)
def test_many_kills(name, tally, tmp_path):
    """At least sixty kills in process and thirty on workers, three before a call may end."""
    cluster, earlier, kills = CASES[name]
    many = Killed(tmp_path, earlier=earlier)
    if cluster == LOCAL:
        many.seconds += 4.0  # workers take a while to start
    for seed in range(kills // 3):
        many.round(f"round{seed}", 3, seed, cluster)
    assert sum(many.stages.values()) == kills
    tally[name] = many.stages
