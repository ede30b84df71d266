"""A narrowed recipe gives the same numbers from fewer columns."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galdask.config import parse
from galdask.errors import SampleError
from galdask.stars import Recipe
from tests.stars.catalogue import partition, recipe, store

MADE = recipe()
PART = partition(800)
WHOLE = MADE.derive(PART)


def narrowed(requests):
    """The block of a narrowed recipe, from no column that it does not ask for."""
    made = MADE.only(requests)
    return made, made.derive({name: PART[name] for name in made.columns_read})


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_same_numbers(data):
    samples = data.draw(st.sets(st.sampled_from(MADE.samples), min_size=1))
    requests = {s: data.draw(st.sets(st.sampled_from(MADE.columns_of(s)), max_size=4)) for s in samples}
    made, block = narrowed(requests)
    assert set(made.samples) == samples
    for sample, names in requests.items():
        np.testing.assert_array_equal(block.fates[sample], WHOLE.fates[sample])
        np.testing.assert_array_equal(block.missing[sample], WHOLE.missing[sample])
        view, all_of_it = block.view(sample), WHOLE.view(sample)
        for name in names:
            np.testing.assert_array_equal(view[name], all_of_it[name])
            assert made.lineage(sample, [name]) == MADE.lineage(sample, [name])
    read = set()
    for sample, names in requests.items():
        read |= set(MADE.lineage(sample, names)["columns"])
    shared = {c for names in requests.values() for c in names}
    most = set().union(*(MADE.lineage(s, shared & set(MADE.columns_of(s)))["columns"] for s in samples))
    assert read <= set(made.columns_read) | {"star_key"}
    assert set(made.columns_read) <= most | {"star_key"}


def test_fates_alone():
    made, block = narrowed({None: ()})
    assert made.samples == MADE.samples
    assert block.columns == {}
    assert "mg_fe" not in made.columns_read
    for sample, fates in WHOLE.fates.items():
        np.testing.assert_array_equal(block.fates[sample], fates)


def test_without_any_column_the_rows_are_still_known():
    made, block = narrowed({"catalogue": ()})
    assert made.columns_read == ("star_key",)
    assert block.rows == 800
    assert list(block.view("catalogue")) == []


def test_velocities_are_not_read_for_positions():
    made, block = narrowed({"main": ["r"]})
    assert "pmra" not in made.columns_read
    assert "star_key" not in made.columns_read
    assert list(block.columns) == ["r"]


def test_it_can_be_narrowed_again_and_sent():
    made = MADE.only({"main": ["r", "fe_h"], "age": ["age"]}).only({"age": ["age"]})
    assert made == pickle.loads(pickle.dumps(MADE.only({"age": ["age"]})))
    assert made.chains["age"].base is None
    assert made.settings() != MADE.settings()
    with pytest.raises(SampleError, match="no column 'r'"):
        made.lineage("age", ["r"])


def test_unknown_requests():
    with pytest.raises(SampleError, match="no sample 'mian'"):
        MADE.only({"mian": ()})
    with pytest.raises(SampleError, match="no column 'feh'"):
        MADE.only({"main": ["feh"]})


def test_positions_in_the_galaxy_need_no_frame():
    text = """
position: {cylindrical: {r: r_gc, z: z_gc}}
quantities: {fe_h: {column: fe_h, unit: dex}}
cuts: {thin: {quantity: abs_z, high: 1}}
samples: {main: {cuts: [thin]}}
"""
    made = Recipe.from_section(parse(text, "pipe.yaml"), store())
    assert made.frame is None
    view = made.derive(PART).view("main")
    assert (view["abs_z"] <= 1).all()
    assert "frame" not in made.lineage("main", ["r"])["settings"]
    made.settings()
