from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from galdask.mocks.layout import Column, blank, layout, row_type

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "allstar_dr17_cols.txt"


def test_the_full_and_the_short_row_have_the_published_widths():
    assert len(layout("dr17")) == 234
    assert row_type(layout("dr17")).itemsize == 5410
    assert len(layout("dr17", lite=True)) == 191
    assert row_type(layout("dr17", lite=True)).itemsize == 2500
    assert (len(layout("astronn")), row_type(layout("astronn")).itemsize) == (132, 882)


@pytest.mark.skipif(not REFERENCE.exists(), reason="the column list of DR17 is not at hand")
def test_names_types_and_offsets_are_those_of_the_survey():
    columns = layout("dr17")
    dtype = row_type(columns)
    lines = REFERENCE.read_text().splitlines()
    assert len(lines) == 234
    for column, line in zip(columns, lines, strict=True):
        name, kind = line.split()[1:3]
        base, repeat = re.fullmatch(r"(\w+?)(?:\[(\d+)\])?", kind).groups()
        assert (column.name, column.type, column.repeat) == (name, base, int(repeat or 1))
        assert dtype.fields[name][1] == int(line.split("off=")[1])
        assert column.lite == (" lite " in line)


def test_formats_are_spelled_as_fits_does():
    assert Column("A", "char", 1, "", False).tform == "1A"
    assert Column("A", "char", 30, "", False).tform == "30A"
    assert Column("A", "float32", 1, "", False).tform == "E"
    assert Column("A", "int64", 27, "", False).tform == "27K"


def test_blank_rows_are_missing_everywhere():
    rows = blank(layout("dr17"), 3)
    assert np.isnan(rows["TEFF"]).all()
    assert np.isnan(rows["FPARAM_COV"]).all()
    assert (rows["ASPCAPFLAG"] == 0).all()
    assert bytes(rows[1])[:64] == b" " * 64
    assert rows.dtype["TEFF"].byteorder == ">"
