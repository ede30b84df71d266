from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.catalog.missing import Missing


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_fillers_are_found_through_single_precision(kind: type) -> None:
    column: np.ndarray = np.array(
        [np.nan, -9999.99, np.float32(-9999.99), -9999.0, 0.0, -9999.5, np.inf], dtype=kind
    )
    found = Missing(values=(-9999.99, -9999.0)).mask(column)
    assert found.tolist() == [True, True, True, True, False, False, False]


def test_limits() -> None:
    column = np.array([99.0, 90.0, 90.1, -1.0, 0.0, 3.0], dtype=np.float32)
    assert Missing(above=90).mask(column).tolist() == [True, False, True, False, False, False]
    assert Missing(below=0).mask(column).tolist() == [False, False, False, True, False, False]
    assert Missing(not_positive=True).mask(column).tolist() == [False, False, False, True, True, False]


def test_integers_are_compared_exactly() -> None:
    column = np.array([0, -1, 2**53 + 1, -9999], dtype=np.int64)
    assert Missing(values=(0, -1)).mask(column).tolist() == [True, True, False, False]
    assert Missing(values=(2.0**53,)).mask(column).tolist() == [False, False, False, False]
    assert Missing(values=(-9999.99,)).mask(column).tolist() == [False, False, False, False]
    assert Missing(values=(-9999,)).mask(np.array([1], dtype=np.uint8)).tolist() == [False]


def test_texts_and_masks() -> None:
    column = np.array([b"", b"null", b"x"])
    assert Missing().mask(column).tolist() == [True, False, False]
    assert Missing(texts=("null",)).mask(column).tolist() == [True, True, False]
    hidden = np.ma.MaskedArray(np.array([1, 0, 3]), [True, False, False])
    assert Missing(values=(0,)).mask(hidden).tolist() == [True, True, False]
    assert Missing(not_positive=True).mask(np.array([True, False])).tolist() == [False, False]


def test_arrays_keep_their_shape() -> None:
    column = np.array([[1.0, np.nan], [-9999.0, 2.0]])
    assert Missing(values=(-9999.0,)).mask(column).tolist() == [[False, True], [True, False]]


policies = st.builds(
    Missing,
    values=st.lists(st.sampled_from([0.0, -9999.0, -9999.99, 3.0]), max_size=3).map(tuple),
    above=st.none() | st.floats(-5, 5),
    below=st.none() | st.floats(-5, 5),
    not_positive=st.booleans(),
)


@settings(deadline=None, max_examples=100)
@given(policies, policies)
def test_two_policies_together_hide_what_either_hides(a: Missing, b: Missing) -> None:
    column = np.array([np.nan, -9999, -9999.99, -5, -1, 0, 1, 3, 4, 5, 90], dtype=np.float64)
    np.testing.assert_array_equal((a | b).mask(column), a.mask(column) | b.mask(column))
    whole = np.array([-9999, -5, -1, 0, 1, 3, 4, 5, 90])
    np.testing.assert_array_equal((a | b).mask(whole), a.mask(whole) | b.mask(whole))
