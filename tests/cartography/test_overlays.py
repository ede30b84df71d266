"""Points over the stars: read from a store or the pipeline, kept in datasets, wrong ones refused."""

import json
from dataclasses import replace

import numpy as np
import pytest

import galdask
from galdask import config
from galdask.cartography import overlays
from galdask.cartography.atlas import finish, write
from galdask.cartography.zarr_store import open_product
from galdask.errors import ConfigError, StoreError
from tests.cartography.stars import plan, random_stars, results

RELEASE = """
galdask_release: 1
name: clusters
title: Clusters
reference: nobody
star_id: name
missing: [-99]
tables: {clusters: {file: clusters.csv}}
columns:
  name: {column: name, type: string}
  quality: {column: q, type: int64}
  r: {column: r, unit: pc}
  fe_h: {column: feh, unit: dex}
  fe_h_err: {column: e, unit: dex}
"""
ROWS = "name,q,r,feh,e\na,1,4000,0.1,0.02\nb,0,5000,0.2,0.02\nc,2,-99,0.0,0.02\nd,2,9000,-0.1,-99\n"
OVERLAY = """
clusters:
  title: clusters of a test
  reference: nobody 2030
  store: points
  populations: [total, low_alpha]
  where: {quality: {low: 1}}
  columns:
    r: {column: r, unit: kpc}
    fe_h: {column: fe_h, unit: dex, error: fe_h_err}
"""
WRITTEN = """
slopes:
  title: slopes
  columns:
    age: {unit: Gyr, values: [1, 3, 5]}
    radial_slope: {unit: dex/kpc, values: [-0.07, -0.06, -0.05], error: [0.01, null, 0.02]}
"""


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """The place of a run's store, with a store of points beside it."""
    folder = tmp_path_factory.mktemp("stores")
    (folder / "release.yaml").write_text(RELEASE)
    (folder / "clusters.csv").write_text(ROWS)
    galdask.ingest(folder / "release.yaml", folder, folder / "points", cluster="inline")
    return folder / "stars"


def read(text, beside):
    return overlays.from_section(config.parse(text, "own.yaml"), beside)


def test_columns_units_and_choice(beside):
    found, skipped = read(OVERLAY, beside)
    one = found["clusters"]
    np.testing.assert_array_equal(one.columns["r"].values, [4, np.nan, 9])
    np.testing.assert_array_equal(one.columns["fe_h"].values, [0.1, 0.0, -0.1])
    np.testing.assert_array_equal(one.columns["fe_h"].errors, [0.02, 0.02, np.nan])
    assert np.isnan(one.columns["r"].errors).all()
    assert (one.populations, skipped) == (("total", "low_alpha"), {})


def test_without_its_store(tmp_path):
    with pytest.raises(StoreError):
        read(OVERLAY, tmp_path / "stars")
    found, skipped = read(OVERLAY.replace("  store:", "  optional: true\n  store:"), tmp_path / "stars")
    assert (found, list(skipped)) == ({}, ["clusters"])


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("{column: r, unit: kpc}", "{column: r, unit: Gyr}", "has the wrong unit"),
        ("{column: r, unit: kpc}", "{column: name, unit: kpc}", "no column of numbers 'name'"),
        ("{quality:", "{qualty:", "no column of numbers 'qualty'"),
        ("[total, low_alpha]", "[all]", "these are not populations"),
        ("title:", "titel:", "the key 'clusters.title' is missing"),
        ("error: fe_h_err", "err: fe_h_err", "unknown key"),
    ],
)
def test_mistakes_are_named(right, wrong, words, beside):
    with pytest.raises(ConfigError, match=words) as caught:
        read(OVERLAY.replace(right, wrong), beside)
    assert caught.value.where.startswith("own.yaml, line ")


@pytest.mark.parametrize("wrong", ["[1, 3]", "[1, 3, .nan]", "[1, 3, a]"])
def test_written_columns_must_fit(wrong, beside):
    with pytest.raises(ConfigError):
        read(WRITTEN.replace("[1, 3, 5]", wrong), beside)


def test_points_are_in_the_dataset_alone_and_change_no_number(beside, tmp_path):
    small, stars = plan(), random_stars(2500)
    found, _ = read(OVERLAY + WRITTEN, beside)
    more = replace(small, overlays=found)
    for name, points in (("radial_profiles", "clusters"), ("profiles_by_age", "slopes")):
        tables = results(small, stars, names=(name,))
        bare, full = finish(small, name, tables), finish(more, name, tables)
        own = [v for v in full.data_vars if v.startswith("overlay_")]
        assert own
        assert all(f"overlay_{points}_" in v for v in own)
        assert bare.equals(full.drop_vars(own))
        assert full.attrs["caption"].startswith(bare.attrs["caption"])
        assert found[points].title in full.attrs["caption"]
        saved = open_product(write(more, name, tables, tmp_path)[0])
        assert list(json.loads(saved.attrs["overlays"])) == [points]
        for variable in own:
            np.testing.assert_array_equal(saved[variable], full[variable])
    assert not any(
        v.startswith("overlay_")
        for v in finish(
            more, "vertical_profiles", results(small, stars, names=("vertical_profiles",))
        ).data_vars
    )


def test_a_unit_that_the_panel_does_not_have(beside):
    found, _ = read(OVERLAY.replace("{column: r, unit: kpc}", "{column: r, unit: pc}"), beside)
    small, stars = plan(), random_stars(500)
    with pytest.raises(ConfigError, match="has the wrong unit"):
        finish(
            replace(small, overlays=found),
            "radial_profiles",
            results(small, stars, names=("radial_profiles",)),
        )


def test_other_points_are_another_run(beside):
    one, _ = read(OVERLAY, beside)
    other, _ = read(OVERLAY.replace("low: 1", "low: 2"), beside)
    again, _ = read(OVERLAY, beside)
    assert overlays.identity(one) == overlays.identity(again) != overlays.identity(other)
