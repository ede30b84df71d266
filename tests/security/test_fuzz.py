"""Wounded files for every reader: read, or refused in words; none ends, fills or holds up the process."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.__main__ import rewrite
from tests.security.fuzz import child, drive, seeds
from tests.security.fuzz.targets import TARGETS

#: of the long test; another seed gives other inputs
SEED = 20261122


@pytest.fixture(scope="module")
def seed_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzz") / "seeds"
    seeds.build(folder)
    return folder


#: formats of catalogues and settings in the default tests; all of TARGETS in the long one
FEW = ("FITS binary tables", "CSV", "fixed width (MRT)", "Parquet", "clusters (YAML)")


@pytest.mark.parametrize("name", FEW)
@settings(
    deadline=None,
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(rng=st.randoms(use_true_random=False))
def test_a_few_by_hypothesis(name: str, rng: random.Random, seed_files: Path, tmp_path: Path) -> None:
    target = TARGETS[name]
    content = target.mutate(rng, rng.choice(sorted(seed_files.glob(target.seeds[0]))).read_bytes())
    number = sum(1 for _ in tmp_path.iterdir())
    kind, what = child.outcome(target, content, tmp_path / f"t{number}", seed_files, 30.0)
    assert kind in ("accepted", "refused"), what


def test_a_few_in_a_child_with_little_memory(seed_files: Path) -> None:
    found = drive.tally("FITS compressed", seed_files, 3, 60)
    assert found.inputs == 60
    assert found.faults == {}
    assert min(found.counts["accepted"], found.counts["refused"]) > 5


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("dies", "the process ended: -11"),
        ("eats", "MemoryError"),
        ("unpickles", "pickle.find_class"),
        pytest.param("hangs", "longer than", marks=pytest.mark.long),
        pytest.param("writes", "wrote", marks=pytest.mark.long),
        pytest.param("runs", "subprocess.Popen", marks=pytest.mark.long),
        pytest.param("raises", "ZeroDivisionError", marks=pytest.mark.long),
    ],
)
def test_faults_are_seen(name: str, match: str, tmp_path: Path) -> None:
    """The watch itself: readers that do what none may do."""
    (tmp_path / "seed").write_bytes(b"x" * 50)
    found = drive.tally(f"bad: {name}", tmp_path, 1, 2, seconds=2.0)
    assert found.counts["fault"] == 2
    assert all(match in what for what in found.faults.values()), found.faults


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_twenty_thousand(seed_files: Path) -> None:
    rows, wrong, total = [], [], 0
    for target in TARGETS.values():
        if target.inputs == 0:
            continue
        found = drive.tally(target.name, seed_files, SEED, target.inputs)
        total += found.inputs
        wrong += [f"{target.name} {one}" for one in found.kinds()]
        accepted, refused = found.counts["accepted"], found.counts["refused"]
        rows.append(
            f"| {target.name} | {found.inputs:,} | {accepted:,} | {refused:,} | "
            f"{len(found.reasons)} | {found.counts['fault']} | {found.slowest:.2f} | {found.peak >> 20} | "
            f"{found.seconds:.0f} |"
        )
    lines = [
        "## Fuzz",
        "",
        f"{total:,} wounded files, seed {SEED}: cards, types, places, nulls, dimensions, ends,",
        "quotes, encodings, footers, tags, depth, paths. Each is read from the first to the last value,",
        f"in a child process with 1 GiB beyond its start, {drive.SECONDS:g} s an input,",
        "warnings as errors, and an audit hook that sees files written elsewhere, other processes,",
        "connections and pickles. A fault is anything but a result or an error in words; a",
        "reason is one sentence of it.",
        "",
        "| reader | inputs | accepted | refused | reasons | faults | slowest, s | peak, MiB | seconds |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
        *rows,
    ]
    rewrite("fuzz", lines)
    assert wrong == [], "\n".join(wrong)
    assert total >= 20_000
