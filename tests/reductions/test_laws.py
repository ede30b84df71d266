"""The laws that hold with == for every registered reduction."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from galdask import digest
from galdask.errors import ReductionError
from galdask.reductions import REGISTRY, Reduction, protocol, states
from tests.reductions.examples import EXAMPLES, cases
from tests.reductions.stars import same, take

CASES = cases()
every = pytest.mark.parametrize("reduction", [r for _, r in CASES], ids=[name for name, _ in CASES])
moderate = settings(max_examples=15, deadline=None, derandomize=True)

odd = [0.0, -0.0, 0.5, -0.5, 0.25, 1e-30, -1e-30, 1.4e-45, np.nan, np.inf, -np.inf]
fe_h = st.one_of(st.sampled_from(odd), st.floats(-2.875, 2.875, width=32))
r = st.one_of(st.sampled_from([3.0, 6.0, 15.0, 7.0, np.nan]), st.floats(2.0, 16.0))
abs_z = st.one_of(st.sampled_from([0.0, 0.5, 2.0, np.nan]), st.floats(0.0, 2.5))


@st.composite
def blocks(draw, most=40):
    n = draw(st.integers(0, most))
    return {
        "star_key": draw(hnp.arrays(np.uint64, n, elements=st.integers(0, 2**64 - 1), unique=True)),
        "r": draw(hnp.arrays(np.float64, n, elements=r)),
        "abs_z": draw(hnp.arrays(np.float64, n, elements=abs_z)),
        "population": draw(hnp.arrays(np.int8, n, elements=st.integers(0, 3))),
        "fe_h": draw(hnp.arrays(np.float32, n, elements=fe_h)),
    }


def nobody():
    kinds = {"star_key": np.uint64, "r": np.float64, "abs_z": np.float64, "population": np.int8}
    return {name: np.empty(0, kinds.get(name, np.float32)) for name in (*kinds, "fe_h")}


def test_every_registered_kind_has_an_example():
    missing = set(REGISTRY) - set(EXAMPLES)
    assert not missing, f"write an example for {missing} in examples.py"
    assert set(EXAMPLES) <= set(REGISTRY)
    for kind, make in EXAMPLES.items():
        assert make(), kind
        assert all(type(reduction) is REGISTRY[kind] for reduction in make())


def test_registering_a_kind_twice_is_refused():
    class Impostor:
        kind = "counts"

    with pytest.raises(ReductionError, match="same kind"):
        protocol.register(Impostor)
    assert REGISTRY["counts"] is not Impostor


@every
def test_protocol_and_settings(reduction):
    assert isinstance(reduction, Reduction)
    assert reduction.layout in ("sum", "runs")
    assert reduction.version >= 1
    assert set(inspect.signature(type(reduction)).parameters) <= set(reduction.parameters()), (
        "a parameter is left out"
    )
    named = protocol.settings(reduction)
    assert set(named) == {"kind", "version", "parameters"}
    assert digest.of_settings(named) == digest.of_settings(protocol.settings(reduction))
    assert hash(reduction) == hash(type(reduction)(**reduction_fields(reduction)))


def reduction_fields(reduction):
    return {name: getattr(reduction, name) for name in inspect.signature(type(reduction)).parameters}


def test_settings_tell_all_examples_apart():
    named = [digest.of_settings(protocol.settings(r)) for _, r in CASES]
    assert len(set(named)) == len(named)


@every
@moderate
@given(columns=blocks())
def test_identity(reduction, columns):
    state, nothing = reduction.map(columns), reduction.identity()
    assert states.equal(reduction.combine(nothing, state), state)
    assert states.equal(reduction.combine(state, nothing), state)


@every
@moderate
@given(a=blocks(), b=blocks(), c=blocks())
def test_associative_and_commutative(reduction, a, b, c):
    a, b, c = (reduction.map(x) for x in (a, b, c))
    combine = reduction.combine
    assert states.equal(combine(a, b), combine(b, a))
    assert states.equal(combine(combine(a, b), c), combine(a, combine(b, c)))


@every
@moderate
@given(columns=blocks(80), number=st.integers(1, 7), seed=st.integers(0, 2**32 - 1))
def test_any_partitioning_and_order(reduction, columns, number, seed):
    rng = np.random.default_rng(seed)
    n = len(columns["r"])
    order, home = rng.permutation(n), rng.integers(0, number, n)
    parts = [reduction.map(take(columns, order[home[order] == k])) for k in range(number)]
    whole = reduction.finalize([reduction.map(columns)])
    assert same(reduction.finalize(parts), whole)
    assert same(reduction.finalize(parts[::-1], shard_bytes=100), whole)
    folded = reduction.identity()
    for part in parts:
        folded = reduction.combine(part, folded)
    assert same(reduction.finalize([folded]), whole)
    assert np.all(np.diff(whole.cells) >= 0)


@every
@moderate
@given(columns=blocks())
def test_round_trip_and_bound(reduction, columns):
    state = reduction.map(columns)
    there = states.dumps(state)
    assert states.equal(states.loads(there), state)
    assert len(there) == states.size(state) <= reduction.bound(len(columns["r"]))


@every
def test_memory_mapped_parts(reduction, tmp_path):
    columns = some_stars()
    half = np.arange(len(columns["r"])) < 100
    parts = [reduction.map(take(columns, half)), reduction.map(take(columns, ~half))]
    files = [states.load(states.write(tmp_path / f"{i}.state", part)) for i, part in enumerate(parts)]
    assert all(isinstance(next(iter(f.values())).base, np.ndarray) for f in files)
    assert same(reduction.finalize(files), reduction.finalize(parts))
    assert states.equal(reduction.combine(*files), reduction.combine(*parts))


def some_stars(n=150):
    rng = np.random.default_rng(11)
    return {
        "star_key": rng.integers(0, 2**64, n, dtype=np.uint64),
        "r": rng.uniform(3, 15, n),
        "abs_z": rng.uniform(0, 2, n),
        "population": rng.integers(0, 4, n).astype(np.int8),
        "fe_h": rng.normal(-0.2, 0.3, n).astype(np.float32),
    }


@every
def test_read_only_columns_are_taken_and_left_alone(reduction):
    columns, before = some_stars(), some_stars()
    for values in columns.values():
        values.flags.writeable = False
    assert states.equal(reduction.map(columns), reduction.map(before))
    assert all(np.array_equal(columns[name], before[name]) for name in columns)


@every
def test_no_star(reduction):
    empty = reduction.map(nobody())
    assert states.equal(empty, reduction.identity())
    tables = [reduction.finalize(parts) for parts in ([], [empty], [empty, reduction.identity()])]
    full = reduction.finalize([reduction.map(some_stars())])
    for table in tables:
        assert same(table, tables[0])
        assert table.cells.dtype == np.int64
        assert table.cells.size == 0
        assert table.values.keys() == full.values.keys()
        assert all(len(v) == 0 and v.dtype == full.values[k].dtype for k, v in table.values.items())


@every
def test_all_missing(reduction):
    columns = some_stars()
    columns = {k: np.full_like(v, np.nan) if v.dtype.kind == "f" else v for k, v in columns.items()}
    state = reduction.map(columns)
    table = reduction.finalize([state])
    everyone = getattr(reduction, "complete", None) is False or reduction.columns() == ("population",)
    assert (table.cells.size > 0) == everyone
    assert states.equal(reduction.combine(state, reduction.identity()), state)


@every
def test_a_column_that_is_not_there_is_named(reduction):
    columns = some_stars()
    for name in reduction.columns():
        with pytest.raises(ReductionError, match=name):
            reduction.map({k: v for k, v in columns.items() if k != name})
