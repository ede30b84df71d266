"""A store knows when its stars are made up, and says so wherever its numbers go."""

import gzip
import json

import pytest
from astropy.io import fits

from galdask import pipeline
from galdask.catalog import manifest, sources
from galdask.catalog.store import open_store
from tests.catalog import small


def test_a_mock_says_so_everywhere(mock_release, mock_store, tmp_path):
    for path in mock_release.glob("*.fits"):
        assert fits.getheader(path, 0)["MOCK"] is True
    store = open_store(mock_store)
    assert store.mock is True
    assert "made up" in store.describe()
    pipeline.run("two_disks", mock_store, tmp_path, cluster="inline", only=["coverage"])
    assert "The stars of this run are made up" in (tmp_path / "report" / "index.html").read_text()
    assert json.loads((tmp_path / "provenance.json").read_text())["store"]["mock"] is True


def test_other_stars_are_taken_for_real(tmp_path):
    small.make(tmp_path)
    store = open_store(tmp_path / "store")
    assert store.mock is False
    assert "made up" not in store.describe()


def test_a_store_without_a_word_of_it_is_taken_for_real(tmp_path):
    small.make(tmp_path)
    content = manifest.read(tmp_path / "store")
    del content["mock"]
    manifest.commit(tmp_path / "store", content)
    assert open_store(tmp_path / "store").mock is False


@pytest.mark.parametrize(
    ("value", "mock"), [(True, True), (False, False), ("T", False), ("True stars", False), (1, False)]
)
def test_the_card_is_a_flag(value, mock, tmp_path):
    header = fits.Header([("VERSION", "dr17"), ("MOCK", value, "of stars")])
    fits.PrimaryHDU(header=header).writeto(tmp_path / "a.fits")
    assert sources.is_mock({"main": tmp_path / "a.fits"}) is mock
    (tmp_path / "b.fits.gz").write_bytes(gzip.compress((tmp_path / "a.fits").read_bytes()))
    assert sources.is_mock({"main": tmp_path / "b.fits.gz"}) is mock


def test_one_made_file_is_enough_and_text_is_never_one(tmp_path, mock_release):
    (tmp_path / "stars.csv").write_text("MOCK    =                    T / id, ra\n")
    real = {"main": tmp_path / "stars.csv"}
    assert sources.is_mock(real) is False
    made = mock_release / "APOGEE_DistMass-DR17_v1.6.1.fits"
    assert sources.is_mock(real | {"distmass": made}) is True
