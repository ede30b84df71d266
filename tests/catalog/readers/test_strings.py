from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.catalog.readers.names import distinct
from galdask.catalog.readers.strings import strip
from galdask.errors import InputError


def oracle(text: bytes) -> bytes:
    return text.split(b"\0", 1)[0].rstrip(b" ")


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 70), st.lists(st.text("ab \0é", max_size=70), max_size=20))
def test_padding_goes_and_nothing_else(width: int, texts: list[str]) -> None:
    packed = [text.encode()[:width].decode(errors="ignore").encode() for text in texts]
    padded = np.array([text.ljust(width) for text in packed], dtype=f"S{width}")
    assert strip(padded, "f").tolist() == [oracle(text.ljust(width)) for text in packed]


def test_the_wide_and_empty_half_is_left_off() -> None:
    padded = np.array([b"ab".ljust(256), b"".ljust(256)], dtype="S256")
    stripped = strip(padded, "f")
    assert stripped.tolist() == [b"ab", b""]
    assert stripped.dtype.itemsize <= 16


def test_the_first_row_counts() -> None:
    with pytest.raises(InputError, match="not text") as error:
        strip(np.array([b"a", b"\xe9"]), "f, column S", 1000)
    assert error.value.where == "f, column S, row 1001"


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(["a", "a_2", "a_3", "", " ", "b", "col1"]), max_size=12))
def test_names_become_distinct_and_first_ones_stay(names: list[str]) -> None:
    made = distinct(names)
    assert len(set(made)) == len(made) == len(names)
    for place, name in enumerate(names):
        if name.strip() and name not in names[:place] and name not in made[:place]:
            assert made[place] == name
