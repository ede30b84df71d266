"""What ingest makes of the real files: joins, fillers, texts, layouts; against other readers of them."""

import gzip
import io

import numpy as np
import pandas as pd
import pytest

import galdask
from galdask.catalog.store import open_store
from tests.examples.listing import EXAMPLES


@pytest.fixture(scope="module")
def apo_k2(made):
    return made("apo_k2").store


def columns(store, *names):
    return galdask.to_dask(store, list(names)).compute()


def fits_rows(content):
    from astropy.io import fits

    with fits.open(io.BytesIO(content)) as hdus:
        return np.array(hdus[1].data)


def native(values):
    return values.astype(values.dtype.newbyteorder("="))


def test_ages_are_joined_by_key(apo_k2):
    ages = open_store(apo_k2).ledger["ages"]
    assert ages["rows_in"] == 4661
    assert ages["duplicates"] == 1
    assert ages["without_star"] == 1
    assert ages["rows_out"] == ages["stars_matched"] == 4659
    stars = columns(apo_k2, "star_id", "epic", "age_rgb", "r_rgb").set_index("star_id")
    assert stars["age_rgb"].notna().sum() == 4659
    assert stars["r_rgb"].notna().sum() == 4654
    twice = stars.loc["2M22362622-0611096"]
    assert (twice["epic"], twice["age_rgb"]) == (206426866, 11.5)


def test_a_repeated_key_is_refused_without_a_choice(real, tmp_path):
    text = (EXAMPLES / "apo_k2_release.yaml").read_text()
    own = tmp_path / "own.yaml"
    own.write_text(text.replace("duplicates: {highest: EPIC}", "duplicates: refuse"))
    with pytest.raises(galdask.errors.InputError, match="stands more than once") as caught:
        galdask.ingest(own, real, tmp_path / "store", cluster="inline")
    assert "2M22362622-0611096" in str(caught.value)
    assert not (tmp_path / "store" / "manifest.json").exists()


def test_the_csv_against_pandas(real, apo_k2):
    table = pd.read_csv(real / "apo_k2_public_catalog.csv")
    stars = columns(
        apo_k2, "star_id", "campaign", "glat", "glon", "fe_h", "alpha_flag", "ecc", "z_max", "u", "gaia_id"
    )
    assert stars["star_id"].tolist() == table["apogee"].tolist()
    assert stars["campaign"].tolist() == table["camp"].astype(str).tolist()
    assert stars["campaign"].iloc[0] == "[5, 16, 18]"
    for ours, theirs in {"glat": "glat", "glon": "glon", "fe_h": "feh", "alpha_flag": "alpha_flags"}.items():
        np.testing.assert_array_equal(stars[ours].to_numpy(), table[theirs].to_numpy())
    assert stars["gaia_id"].tolist() == table["gaia_source"].tolist()
    assert stars["ecc"].isna().sum() == 79 + 8
    assert stars["z_max"].min() >= 0
    assert stars["u"].abs().max() < 2000


def test_fillers_of_the_text_file(made):
    store = open_store(made("inner_galaxy").store)
    assert {name: store.columns[name].missing for name in ("component", "age", "fe_h", "rv")} == {
        "component": 18271,
        "age": 18271,
        "fe_h": 0,
        "rv": 0,
    }


def test_the_dr17_layout_against_astropy(real, made):
    raw = fits_rows((real / "Montalban2021_X_APOGEE_DR17.fits").read_bytes())
    stars = columns(
        made("dr17_layout").store,
        "star_id",
        "fe_h",
        "mg_h",
        "logg_flag",
        "aspcapflag",
        "gaia_id",
        "distance",
        "kic",
        "age",
    )
    assert stars["star_id"].tolist() == [text.decode().rstrip() for text in raw["APOGEE_ID"]]
    for ours, theirs in {"fe_h": "FE_H", "aspcapflag": "ASPCAPFLAG", "kic": "KIC", "age": "age"}.items():
        np.testing.assert_array_equal(stars[ours].to_numpy(), native(raw[theirs]))
    np.testing.assert_array_equal(stars["mg_h"].to_numpy(), native(raw["X_H"][:, 5]))
    np.testing.assert_array_equal(stars["logg_flag"].to_numpy(), native(raw["PARAMFLAG"][:, 1]))
    np.testing.assert_array_equal(stars["gaia_id"].to_numpy(dtype="int64"), native(raw["GAIAEDR3_SOURCE_ID"]))
    np.testing.assert_array_equal(stars["distance"].to_numpy(), native(raw["GAIAEDR3_R_MED_PHOTOGEO"]))


@pytest.mark.parametrize("which", ["needed", "all"])
def test_the_shipped_release_reads_the_same_rows(real, made, tmp_path, which):
    """Under the survey's own name the file is a DR17 release without companions."""
    (tmp_path / "allStarLite-dr17-synspec_rev1.fits").symlink_to(real / "Montalban2021_X_APOGEE_DR17.fits")
    galdask.ingest("dr17", tmp_path, tmp_path / "store", columns=which, cluster="inline")
    names = ["star_id", "ra", "fe_h", "mg_fe", "aspcapflag", "extratarg", "logg_flag", "rv", "teff"]
    pd.testing.assert_frame_equal(
        columns(tmp_path / "store", *names), columns(made("dr17_layout").store, *names)
    )
    assert "distance" not in open_store(tmp_path / "store").columns


def test_the_compressed_release_against_astropy(real, made):
    raw = fits_rows(gzip.decompress((real / "APOGEE-allStar-v603-Hipparcos.fits.gz").read_bytes()))
    store = made("dr12_hipparcos").store
    stars = columns(
        store, "star_id", "fe_h", "mg_h", "mg_fe", "parallax", "visits", "teff_err", "group_id", "hip"
    )
    opened = open_store(store)
    assert (opened.rows, opened.stars) == (3244, 3015)
    assert stars["star_id"].tolist() == [text.decode().rstrip() for text in raw["APOGEE_ID"]]
    assert stars["visits"].tolist() == [text.decode().rstrip() for text in raw["VISITS"]]
    assert stars["visits"].str.len().max() == 665
    there = raw["FE_H"] > -9
    assert there.sum() == stars["fe_h"].notna().sum() == 771
    np.testing.assert_array_equal(stars["fe_h"].to_numpy()[there], native(raw["FE_H"][there]))
    both = there & (raw["MG_H"] > -9)
    np.testing.assert_array_equal(stars["mg_fe"].notna(), both)
    np.testing.assert_array_equal(stars["mg_fe"].to_numpy()[both], native(raw["MG_H"] - raw["FE_H"])[both])
    assert stars["teff_err"].min() > 0
    assert stars["group_id"].notna().sum() == (raw["GroupID"] > 0).sum()
    np.testing.assert_array_equal(stars["parallax"].to_numpy(), native(raw["Plx"]))


def test_one_row_a_star_of_the_old_release(made):
    run = made("dr12_hipparcos")
    stars = galdask.sample(
        run.store, EXAMPLES / "dr12_hipparcos.yaml", "main", ["star_key", "r", "vphi"]
    ).compute()
    assert stars["star_key"].is_unique
    assert len(stars) == 656
    assert stars["r"].between(8.0, 8.6).all()
    assert 215 < stars["vphi"].median() < 245
