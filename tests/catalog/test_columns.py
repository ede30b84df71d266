import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.catalog.columns import ColumnDigest, Numbers, from_arrow, settle, to_arrow
from galdask.catalog.manifest import StoredColumn
from galdask.catalog.missing import Missing
from galdask.catalog.texts import pack

NUMBERS = ["float32", "float64", "uint8", "int16", "int32", "int64", "uint64", "bool"]


def stored(kind, shape=()):
    return StoredColumn("x", "needed", kind, shape=shape, nullable=not kind.startswith("float"))


def digest(column, *contents):
    state = ColumnDigest(column)
    for content in contents:
        state.update(content)
    return state.hexdigest()


def numbers(kind, shape, seed, missing):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 256, (*shape, np.dtype(kind).itemsize), dtype=np.uint8)
    values = (values % 2).astype(bool)[..., 0] if kind == "bool" else values.view(kind)[..., 0].copy()
    mask = rng.random(shape) < missing
    return settle(values, mask, Missing(), not kind.startswith("float"))


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("shape", [(), (3,), (2, 2)])
@pytest.mark.parametrize("missing", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("rows", [0, 1, 37])
def test_numbers_survive_arrow(kind, shape, missing, rows):
    column, content = stored(kind, shape), numbers(kind, (rows, *shape), rows, missing)
    array = to_arrow(column, content)
    array.validate(full=True)
    back = from_arrow(column, array)
    assert back.values.tobytes() == content.values.tobytes()
    assert back.values.shape == (rows, *shape)
    assert back.missing == (0 if kind.startswith("float") else content.missing)
    if content.mask is not None:
        np.testing.assert_array_equal(back.mask, content.mask)
    else:
        assert array.null_count == 0
    assert digest(column, back) == digest(column, content)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=12), max_size=20))
def test_strings_survive_arrow(texts):
    ids = np.array([t.encode() for t in texts]) if texts else np.empty(0, "S3")
    content = pack(ids)
    column = stored("string")
    array = to_arrow(column, content)
    array.validate(full=True)
    expected = [t.encode().rstrip(b" \0").decode() or None for t in texts]
    assert array.to_pylist() == expected
    back = from_arrow(column, array)
    assert digest(column, back) == digest(column, content)
    assert content.missing == expected.count(None)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from([*NUMBERS, "string"]))
def test_digest_does_not_depend_on_the_pieces(a, b, kind):
    column = stored(kind)
    if kind == "string":
        ids = np.array([b"x" * (i % 5) for i in range(60)], "S5")
        whole, parts = pack(ids), [pack(ids[:a]), pack(ids[a : a + b]), pack(ids[a + b :])]
    else:
        whole = numbers(kind, (60,), 1, 0.3)
        cuts = [slice(0, a), slice(a, a + b), slice(a + b, 60)]
        parts = [Numbers(whole.values[c], None if whole.mask is None else whole.mask[c]) for c in cuts]
    assert digest(column, whole) == digest(column, *parts)


def test_digest_sees_values_masks_types_and_boundaries_of_strings():
    ints = stored("int32")
    zero = Numbers(np.zeros(2, np.int32), np.zeros(2, bool))
    hidden = Numbers(np.zeros(2, np.int32), np.array([True, False]), 1)
    assert digest(ints, zero) != digest(ints, hidden)
    assert digest(stored("int32"), zero) != digest(stored("float32"), zero)
    ab = pack(np.array([b"ab", b"c"]))
    a_b = pack(np.array([b"a", b"bc"]))
    assert digest(stored("string"), ab) != digest(stored("string"), a_b)


def test_missing_values_get_one_spelling():
    floats = settle(np.array([1.0, -9999.99, np.nan]), None, Missing(values=(-9999.99,)), False)
    assert floats.missing == 2
    assert np.isnan(floats.values[1:]).all()
    ints = settle(np.array([5, 0, 7]), np.array([False, False, True]), Missing(values=(0,)), True)
    assert ints.missing == 2
    assert ints.values.tolist() == [5, 0, 0]
    assert ints.mask.tolist() == [False, True, True]


def test_sliced_arrays_are_read_from_their_offset():
    column = stored("int32")
    content = numbers("int32", (50,), 4, 0.3)
    back = from_arrow(column, to_arrow(column, content).slice(11, 20))
    np.testing.assert_array_equal(back.values, content.values[11:31])
    np.testing.assert_array_equal(back.mask, content.mask[11:31])
    names = stored("string")
    text = from_arrow(names, pa.array(["ab", None, "c", "", "de"]).slice(1, 3))
    assert text.lengths.tolist() == [0, 1, 0]
    assert text.data.tobytes() == b"c"


def test_packing_hides():
    packed = pack(np.array([b"a ", b"nothing", b"b"]), np.array([False, True, False]))
    assert packed.lengths.tolist() == [1, 0, 1]
    assert packed.data.tobytes() == b"ab"
