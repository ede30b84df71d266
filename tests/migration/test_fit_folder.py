"""What a fit's folder holds, and what is made of it."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from galdask.errors import InputError
from galdask.migration.fit.chain import open_chain
from galdask.migration.fit.coordinates import coordinates
from galdask.migration.fit.folder import OBSERVED, open_fit, path_of
from galdask.migration.model.parameters import FREE, KNOWN
from galdask.migration.survey.selection import select
from galdask.migration.survey.toy import toy_survey


def test_it_holds_the_fit(fit_folder):
    fit = open_fit(fit_folder)
    assert fit.source == "chain"
    assert len(fit.stars) == fit.observed.size == fit.summary["stars"] == 300
    truth = json.loads((fit_folder.parent / "mock" / "truth.json").read_text())
    for name in FREE:
        assert abs(fit.parameters_best[name] - truth["parameters"][name]) < 5 * fit.errors[name]
    assert fit.sun.r == truth["sun"]["r"]
    assert fit.tracer.youngest == truth["tracer"]["youngest"]
    assert fit.noise.log_age == truth["noise"]["log_age"]
    assert fit.choices.drift == "exponential"
    assert fit.reference["tau_m"] == 6.0
    again = select(toy_survey())
    np.testing.assert_array_equal(fit.selection().curves, again.curves)
    assert fit.selection().fields.name == again.fields.name


def test_its_stars_are_those_of_the_mock(fit_folder):
    from astropy.io import fits

    stars = open_fit(fit_folder).stars.sort_values("star_id")
    mock = pd.DataFrame(
        {n: np.asarray(c).astype(c.dtype.newbyteorder("=")) for n, c in _columns(fits.getdata, fit_folder)}
    ).sort_values("star_id")
    assert list(stars["star_id"]) == list(mock["star_id"])
    np.testing.assert_allclose(np.degrees(stars["l"]), mock["glon"], rtol=1e-12)
    for ours, theirs in (("age", "age"), ("fe_h", "fe_h"), ("vlos", "rv"), ("pmb_err", "pmb_err")):
        np.testing.assert_array_equal(stars[ours].to_numpy(), mock[theirs].to_numpy())
    assert set(OBSERVED) < set(stars)
    np.testing.assert_allclose(stars["lz"], stars["r"] * stars["vphi"])
    assert np.median(stars["jr"]) > 5
    assert np.all(np.hypot(stars["r"] - 8.2, stars["z"]) < 8)


def _columns(read, folder):
    table = read(folder.parent / "mock" / "migration_stars.fits", 1)
    return [(name, table[name]) for name in table.names]


def test_the_ledger_sums_to_the_store(fit_folder):
    ledger = pd.read_csv(path_of(fit_folder, "ledger"))
    assert ledger["stars"].sum() == 300
    remarks = pd.read_csv(path_of(fit_folder, "remarks")).set_index("remark")
    stars = open_fit(fit_folder).stars
    assert remarks.loc["older than tau_m", "stars"] == np.count_nonzero(stars["age"] > 6.0) > 0
    assert remarks.loc["younger than the tracer", "stars"] == np.count_nonzero(stars["age"] < 0.8) > 0


def test_the_posterior(fit_folder, tmp_path):
    fit = open_fit(fit_folder)
    every, some = fit.posterior(), fit.posterior(40, seed=3)
    assert every.shape[1] == 11
    assert some.shape == (40, 11)
    assert {tuple(row) for row in some} <= {tuple(row) for row in every}
    assert len({tuple(row) for row in some}) > 20  # a walker that stays is there more than once
    low, high = (np.array([getattr(KNOWN[n], side) for n in FREE]) for side in ("low", "high"))
    assert np.all((every > low) & (every < high))
    shutil.copytree(fit_folder, tmp_path / "other")
    for what in ("chain_state", "summary"):
        path_of(tmp_path / "other", what).unlink()
    normal = open_fit(tmp_path / "other")
    assert normal.source == "hessian"
    assert normal.summary == {}
    draws = normal.posterior(4000)
    x = np.array([coordinates(normal.parameters_best.with_vector(row)) for row in draws])
    expected = np.sqrt(np.diag(np.linalg.inv(normal.hessian)))
    np.testing.assert_allclose(x.std(axis=0), expected, rtol=0.1)
    np.testing.assert_array_equal(draws, normal.posterior(4000))


def test_the_chain(fit_folder):
    chain = open_chain(fit_folder)
    assert chain.sizes == {"step": 60, "walker": 52, "parameter": 11}
    assert list(chain["parameter"].values) == list(FREE)
    assert 0.1 < chain.attrs["accepted"] < 0.9
    assert np.all(np.isfinite(chain["parameters"]))
    import xarray as xr

    with xr.open_zarr(path_of(fit_folder, "chain"), consolidated=False) as plain:
        np.testing.assert_array_equal(plain["parameters"], chain["parameters"])


def test_a_folder_without_a_fit(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        open_fit(tmp_path / "nothing")
    with pytest.raises(InputError, match=r"configuration\.json"):
        open_fit(tmp_path)


def test_from_python(fit_folder):
    """A finished fit is not done again: the call opens it."""
    import galdask

    found = galdask.fit(
        fit_folder.parent / "fit.yaml",
        fit_folder.parent / "store",
        fit_folder,
        cluster="inline",
        steps=60,
        resume=True,
        products=False,
    )
    again = galdask.migration.open_fit(fit_folder)
    assert found.parameters_best == again.parameters_best
    assert galdask.migration.open_chain(fit_folder).sizes["step"] == 60
