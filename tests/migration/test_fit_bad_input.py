"""Stars that no model holds, and what becomes of them: counted, said, never dropped in silence."""

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

import galdask
from galdask import fitting
from galdask.errors import ConfigError, InputError
from galdask.migration.fit.folder import open_fit, path_of
from tests.migration.small_fit import small_file

TABLE = "{kind: fields, file: %s, columns: {name: name, l: l, b: b, radius: radius, fraction: fraction, "
TABLE += "h_min: h_min, h_max: h_max}} #"
STARS = 120
#: row -> what is wrong with it
MISSING = {"age": 0, "distance": 1, "pml": 2, "rv_err": 3, "fe_h": 4}
NOT_POSITIVE, NEGATIVE_ERROR, TWICE, NO_FIELD = 5, 6, 7, 9
COUNTER, OLD, RICH, EXACT, YOUNG, DEAD = 10, 11, 12, 13, 14, 15


@pytest.fixture(scope="module")
def mock(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    galdask.mock("migration", folder / "mock", stars=STARS, seed=3)
    return folder


def store(mock, name, change):
    """A store of the mock with its table of stars changed."""
    folder = mock / name
    folder.mkdir()
    with fits.open(mock / "mock" / "migration_stars.fits") as table:
        data = table[1].data.copy()
        change(data)
        fits.BinTableHDU(data).writeto(folder / "migration_stars.fits")
    galdask.ingest(mock / "mock" / "migration_mock.yaml", folder, folder / "store", cluster="inline")
    return folder


def fit(folder, **options):
    small_file(folder, **options.pop("change", {}))
    options = {"products": False, "sampling": False, "cluster": "inline", **options}
    return fitting.run(folder / "fit.yaml", folder / "store", folder / "out", **options)


def spoil(data):
    for name, row in MISSING.items():
        data[name][row] = np.nan
    data["age"][NOT_POSITIVE] = -1.0
    data["pmb_err"][NEGATIVE_ERROR] = -0.1
    data["star_id"][TWICE + 1] = data["star_id"][TWICE]
    data["glat"][NO_FIELD] = 70.0
    data["pml"][COUNTER] = -60.0 * np.sign(np.cos(np.radians(data["glon"][COUNTER])) or 1.0)
    data["rv"][COUNTER] = -500.0 * np.sin(np.radians(data["glon"][COUNTER]))
    data["age"][OLD], data["age"][YOUNG] = 15.0, 0.3
    data["fe_h"][RICH] = 0.9
    for name in ("rv_err", "pml_err", "pmb_err"):
        data[name][EXACT] = 0.0
    data["distance"][DEAD] = 60.0


def test_every_row_has_its_fate(mock):
    folder = store(mock, "spoiled", spoil)
    with pytest.raises(InputError, match="stars lie in no field") as error:
        fit(folder)
    assert "1 of 112 stars: mock-" in error.value.found
    assert not path_of(folder / "out", "configuration").exists()
    outcome = fit(folder, change={"outside_fields: refuse": "outside_fields: leave_out"})
    ledger = outcome.ledger
    assert sum(ledger.values()) == outcome.rows == STARS
    for name in ("distance", "pml", "fe_h"):
        assert ledger[f"no {name}"] == 1
    assert ledger["no age"] == 2
    assert ledger["no vlos_err"] == ledger["no pmb_err"] == 1
    assert ledger["a second row of a star"] == ledger["in no field of the survey"] == 1
    assert ledger["in the fit"] == STARS - 9 == len(outcome.fit.stars)
    assert pd.read_csv(path_of(folder / "out", "ledger"))["stars"].sum() == STARS
    told = {row["remark"]: row["stars"] for row in outcome.remarks}
    stars = outcome.fit.stars
    assert told["counter-rotating"] == np.count_nonzero(stars["lz"] < 0) >= 1
    assert told["older than tau_m"] >= 1
    assert told["younger than the tracer"] >= 1
    assert told["[Fe/H] above the centre's at the star's age"] >= 1
    assert told["an error of velocity of 0"] == 1
    assert told["all draws dead"] == outcome.fit.optimum["best"]["floored"] >= 1
    assert "ln p = -300, counted" in outcome.text()
    assert f"{STARS:,} rows: " in outcome.text()
    assert np.isfinite(outcome.fit.optimum["best"]["value"])


def test_strange_stars_and_an_empty_field_are_fitted(mock):
    """Too old, too young, exact: the fit does not break; a field without stars is part of the survey."""

    def change(data):
        data["age"][OLD], data["age"][YOUNG] = 15.0, 0.3
        data["rv_err"][:] = 0.0

    folder = store(mock, "strange", change)
    text = (mock / "mock" / "fields.csv").read_text()
    (folder / "more.csv").write_text(text + "empty,200,-30,3,0.5,7,12\n")
    outcome = fit(folder, change={"survey: {kind: toy, count: 30}": f"survey: {TABLE % 'more.csv'}"})
    assert outcome.fit.optimum["best"]["converged"]
    assert outcome.fit.optimum["best"]["floored"] == 0
    assert len(outcome.fit.stars) == outcome.ledger["in the fit"] == STARS
    assert outcome.fit.selection().fields.name[-1] == "empty"


def test_no_star_at_all(mock):
    folder = store(mock, "empty", lambda data: data["age"].__setitem__(slice(None), np.nan))
    with pytest.raises(InputError, match="no star of the store can be fitted") as error:
        fit(folder)
    assert f"{STARS} no age" in error.value.found


def test_a_survey_that_sees_nothing(mock):
    folder = store(mock, "blind", lambda data: None)
    with pytest.raises(InputError, match="the survey sees no star of this tracer"):
        fit(folder, change={"absolute_h: -1.49": "absolute_h: 19.0"})
    far = {"survey: {kind: toy, count: 30}": f"survey: {TABLE % 'far.csv'}"}
    (folder / "far.csv").write_text(
        "name,l,b,radius,fraction,h_min,h_max\nlow,10,0,5,0.0,7,12\nhigh,40,0,5,0,7,12\n"
    )
    with pytest.raises(InputError, match="the survey sees no star"):
        fit(folder, change=far)


def test_steps_and_variants_that_cannot_be(mock):
    folder = store(mock, "words", lambda data: None)
    with pytest.raises(ConfigError, match="needs steps"):
        fit(folder, steps=0)
    with pytest.raises(ConfigError, match="no variant 'v_c_200'") as error:
        fit(folder, variants=["v_c_200"])
    assert "v_c_220" in error.value.expected


def test_what_moved(mock):
    folder = store(mock, "moved", lambda data: None)
    outcome = fit(folder, variants=["no_drift"])
    table = pd.read_csv(path_of(folder / "out", "tables") / "variants.csv")
    assert list(table["variant"].unique()) == ["no_drift"]
    base, other = open_fit(folder / "out"), open_fit(path_of(folder / "out", "variants") / "no_drift")
    row = table[(table["variant"] == "no_drift") & (table["parameter"] == "sigma_Lz")].iloc[0]
    shift = other.parameters_best.sigma_Lz - base.parameters_best.sigma_Lz
    assert row["shift"] == pytest.approx(shift)
    error = np.hypot(base.errors["sigma_Lz"], other.errors["sigma_Lz"])
    assert row["combined"] == pytest.approx(shift / error)
    assert other.choices.drift == "none"
    assert "diffusion without drift" in outcome.text()
