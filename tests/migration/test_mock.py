"""The mock of the model: what it writes can be ingested, and leads back to the likelihood."""

import json

import numpy as np
import pytest
from astropy.io import fits

import galdask
from galdask.errors import ConfigError
from galdask.migration import TABLE_1, log_density
from galdask.migration.fit.likelihood import Likelihood
from galdask.migration.survey.marginal import star_rows
from galdask.migration.survey.noise import Stars
from galdask.migration.survey.selection import select
from galdask.migration.survey.tables import read_fields
from galdask.migration.survey.volume import sample_volume


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("mock")
    made = galdask.mock("migration", place, stars=120, seed=5)
    assert [path.name for path in made][-1] == "truth.json"
    return place


def test_the_stars_lead_back_to_the_likelihood(folder):
    columns = ("name", "l", "b", "radius", "fraction", "h_min", "h_max")
    selection = select(read_fields(folder / "fields.csv", dict(zip(columns, columns, strict=True))))
    table = fits.getdata(folder / "migration_stars.fits", 1)
    names = ("distance", "age", "fe_h", "rv", "pml", "pmb", "rv_err", "pml_err", "pmb_err")
    stars = Stars(
        np.arange(len(table), dtype=np.uint64), np.radians(table["glon"]), np.radians(table["glat"]),
        *(np.asarray(table[n], dtype=float) for n in names),
    )  # fmt: skip
    volume = sample_volume(TABLE_1, selection, points=2000)
    found = Likelihood(star_rows(stars, TABLE_1, selection, draws=40), volume)
    assert found.evaluate(TABLE_1).floored == 0
    worse = TABLE_1.change(feh_max=0.5)
    assert found(TABLE_1) > found(worse) + 20


def test_the_truth(folder):
    truth = json.loads((folder / "truth.json").read_text())
    assert truth["parameters"] == dict(TABLE_1)
    assert truth["stars"] == 120
    true = fits.getdata(folder / "migration_true.fits", 1)
    values = (np.asarray(true[n], dtype=float) for n in ("tau", "fe_h", "jr", "lz", "z"))
    assert np.all(np.isfinite(log_density(truth["parameters"], *values)))
    seen = fits.getdata(folder / "migration_stars.fits", 1)
    assert list(seen["star_id"]) == list(true["star_id"])
    assert len(set(seen["star_id"])) == 120


def test_more_stars_only_add_some(folder, tmp_path):
    galdask.mock("migration", tmp_path, stars=40, seed=5)
    few, many = (fits.getdata(p / "migration_stars.fits", 1) for p in (tmp_path, folder))
    for name in few.names:
        np.testing.assert_array_equal(few[name], many[name][:40])


def test_it_can_be_ingested(folder, tmp_path):
    galdask.ingest(folder / "migration_mock.yaml", folder, tmp_path / "store", cluster="inline")
    store = galdask.open_store(tmp_path / "store")
    assert store.rows == 120
    assert "MOCK" in store.describe().upper()
    ages = galdask.to_dask(store, ["age"]).compute(scheduler="sync")["age"]
    np.testing.assert_array_equal(
        np.sort(ages), np.sort(fits.getdata(folder / "migration_stars.fits", 1)["age"])
    )


def test_what_cannot_be_made(tmp_path):
    with pytest.raises(ConfigError, match="1 to 10000000 stars"):
        galdask.mock("migration", tmp_path, stars=0)
    with pytest.raises(ConfigError, match="dr17, dr19, migration"):
        galdask.mock("dr18", tmp_path)


def test_the_command(tmp_path, capsys):
    from galdask.cli.main import main

    assert main(["mock", "migration", "--stars", "5", "--to", str(tmp_path), "--progress", "none"]) == 0
    assert "migration_stars.fits" in capsys.readouterr().out
