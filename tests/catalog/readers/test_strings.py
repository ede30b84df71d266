"""Padding of fixed-width texts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galdask.catalog.readers.strings import strip, strip_oracle
from galdask.errors import InputError

letters = st.lists(st.sampled_from([b"\0", b" ", b"a", b"Z", b"9"]), min_size=5, max_size=5).map(b"".join)


@given(texts=st.lists(letters, min_size=1, max_size=20), step=st.integers(1, 3))
def test_the_kernel_is_its_oracle(texts, step):
    padded = np.frombuffer(b"".join(texts), dtype="S5")[::step]
    assert strip(padded, "f").tolist() == strip_oracle(padded).tolist()


def test_strided_fields_of_rows():
    rows = np.zeros(3, dtype=[("x", ">f8"), ("name", "S6"), ("y", ">i2")])
    rows["name"] = [b"M31   ", b"", b" a b"]
    assert strip(rows["name"], "f").tolist() == [b"M31", b"", b" a b"]


def test_texts_of_several_axes_keep_their_shape():
    padded = np.array([[b"a  ", b"b"], [b"", b"c d"]], dtype="S3")
    assert strip(padded, "f").tolist() == [[b"a", b"b"], [b"", b"c d"]]


def test_utf8_passes_and_other_bytes_are_named():
    assert strip(np.array(["é ".encode()]), "f").tolist() == ["é".encode()]
    with pytest.raises(InputError, match="row 11"):
        strip(np.array([b"ok", b"\xff\xfe"]), "f.fits, column NAME", row=10)
