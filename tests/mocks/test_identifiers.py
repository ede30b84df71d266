from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.mocks import identifiers


def test_names_of_known_stars():
    ra = np.array([291.570602, 286.301324, 292.354382, 0.003314])
    dec = np.array([37.764648, 38.108173, 43.994743, -0.000001])
    assert identifiers.apogee_id(ra, dec).tolist() == [
        b"2M19261694+3745527",
        b"2M19051231+3806294",
        b"2M19292505+4359410",
        b"2M00000079-0000000",
    ]


def test_a_star_without_a_place_is_vesta():
    names = identifiers.apogee_id(np.array([np.nan, 10.0]), np.array([np.nan, 1.0]))
    assert names[0].strip() == b"VESTA"
    assert names[1] == b"2M00400000+0100000"


@settings(max_examples=50, deadline=None)
@given(st.floats(0.0, 359.999999), st.floats(-89.99999, 89.99999))
def test_a_name_tells_the_place_it_truncates(ra: float, dec: float):
    name = identifiers.apogee_id(np.array([ra]), np.array([dec]))[0].decode()
    hours, sign = float(name[2:4]) + float(name[4:6]) / 60 + float(name[6:10]) / 360000, name[10]
    degrees = float(name[11:13]) + float(name[13:15]) / 60 + float(name[15:18]) / 36000
    assert 15 * hours == pytest.approx(ra, abs=15 / 360000 + 1e-6)
    assert (degrees if sign == "+" else -degrees) == pytest.approx(dec, abs=1 / 36000 + 1e-6)


def test_texts_are_composed_with_prefixes_of_any_length():
    names = np.array([b"2M19261694+3745527", b"2M00000079-0000000"])
    made = identifiers.compose(["a.", "longer."], np.array([1, 0]), names, ".fits", 40)
    assert made.tolist() == [
        b"longer.2M19261694+3745527.fits".ljust(40),
        b"a.2M00000079-0000000.fits".ljust(40),
    ]


def test_flags_are_spelled_in_the_order_of_their_bits():
    made = identifiers.flag_texts(np.array([0, 5, 1 << 41]), {"THREE": 2, "ONE": 0, "HIGH": 41}, 12)
    assert made.tolist() == [b" " * 12, b"ONE,THREE".ljust(12), b"HIGH".ljust(12)]
