"""Real tables of the field, each with its own traps; skipped by name where they are not at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import ascii as astropy_ascii
from astropy.io import fits
from astropy.table import Table as AstropyTable

from galdask.catalog.readers import open_table
from galdask.catalog.release import load_release
from galdask.catalog.schema import TableSpec
from tests.catalog.readers.files import REAL, table


def real(name: str) -> Path:
    if not (REAL / name).exists():
        pytest.skip(f"{name} is not here")
    return REAL / name


@pytest.mark.filterwarnings("ignore")  # astropy on units that it does not know
def equal_to_astropy(path: Path, found: dict[str, np.ndarray]) -> None:
    with fits.open(path) as units:
        known = units[1].data
        for name, values in found.items():
            plain = np.ma.getdata(values)
            np.testing.assert_array_equal(plain, np.asarray(known[name]).astype(plain.dtype), err_msg=name)


def test_dr17_rows_behind_other_columns() -> None:
    path = real("Montalban2021_X_APOGEE_DR17.fits")
    opened = table(path)
    assert (opened.rows, len(opened.types), opened.refused) == (95, 214, {})
    found = opened.read(0, 95, list(opened.types))
    equal_to_astropy(path, found)
    assert found["APOGEE_ID"][0].startswith(b"2M")
    assert found["ASPCAPFLAG"].dtype == np.int64
    np.testing.assert_array_equal(opened.read(0, 95, ["X_H[5]"])["X_H[5]"], found["X_H"][:, 5])


def test_every_column_of_dr17_is_in_the_short_layout() -> None:
    path = real("Montalban2021_X_APOGEE_DR17.fits")
    opened, release = open_table(load_release("dr17").main, path), load_release("dr17")
    specs = [spec for spec in release.columns.values() if spec.table == "allstar"]
    absent = [spec.name for spec in specs if spec.source not in opened.types]
    assert absent == ["location_id"]
    found = opened.read(0, 95, [spec.read_name for spec in specs if spec.name not in absent])
    good = np.isfinite(found["FE_H"])
    np.testing.assert_allclose(found["M_H"][good], found["FE_H"][good], atol=0.2)
    star_bad = release.masks["aspcapflag"]["STAR_BAD"]
    assert not (np.isfinite(found["LOGG"]) & ((found["ASPCAPFLAG"] >> star_bad) & 1 == 1)).any()


def test_dr12_compressed(tmp_path: Path) -> None:
    path = real("APOGEE-allStar-v603-Hipparcos.fits.gz")
    opened = open_table(TableSpec("main", (path.name,)), path, tmp_path)
    assert (opened.rows, len(opened.types)) == (3244, 182)
    found = opened.read(0, 3244, ["APOGEE_ID", "FE_H", "Plx", "VISITS", "HIP"])
    assert int((found["FE_H"] > -9).sum()) == 771
    assert len(found["APOGEE_ID"]) - len(np.unique(found["APOGEE_ID"])) == 229
    equal_to_astropy(path, {name: found[name] for name in ("APOGEE_ID", "FE_H", "Plx", "HIP")})
    nulls = opened.read(0, 3244, ["GroupID", "GroupSize"])
    assert all(isinstance(values, np.ma.MaskedArray) for values in nulls.values())


def test_open_clusters() -> None:
    path = real("occam_cluster-DR16.fits")
    opened = table(path)
    assert (opened.rows, len(opened.types)) == (126, 57)
    equal_to_astropy(path, opened.read(0, 126, list(opened.types)))


def test_csv_with_lists_in_quotes() -> None:
    opened = table(real("apo_k2_public_catalog.csv"), "csv")
    assert (opened.rows, len(opened.types)) == (7672, 58)
    found = opened.read(0, opened.rows, ["apogee", "camp", "glat", "glon", "para", "feh", "alpha_flags"])
    assert found["camp"][0] == b"[5, 16, 18]"
    assert int((found["para"] <= 0).sum()) == 7
    assert set(np.unique(found["alpha_flags"])) == {-1.0, 0.0, 1.0}
    assert np.abs(found["glat"]).max() <= 90
    assert found["glon"].max() > 180


@pytest.mark.filterwarnings("ignore")
def test_machine_readable_table() -> None:
    path = real("t1_apok2_rgb_ages.txt")
    opened = table(path, "mrt", types={"Rkpc": "float64", "Zkpc": "float64", "[O/Fe]": "float64"})
    assert (opened.rows, len(opened.types)) == (4661, 37)
    found = opened.read(0, 4661, list(opened.types))
    known: AstropyTable = astropy_ascii.read(path, format="mrt")
    for name in ("RAdeg", "Teff", "[Fe/H]", "e_Age", "E_Age", "Age"):
        ours = np.ma.filled(np.ma.asarray(found[name], np.float64), np.nan)
        theirs = np.ma.filled(np.ma.asarray(known[name], np.float64), np.nan)
        np.testing.assert_array_equal(ours, theirs, err_msg=name)
    assert not np.array_equal(found["e_Age"], found["E_Age"])
    assert found["Age"].max() > 14
    assert found["APOGEE"].tolist() == [str(name).encode() for name in known["APOGEE"]]
    assert 3 < np.nanmedian(found["Rkpc"]) < 12


def test_blank_separated_with_units_in_names() -> None:
    opened = table(real("APOGEE_all_feh8_SNRc_tagged.txt"), "text")
    assert (opened.rows, len(opened.types)) == (18271, 18)
    found = opened.read(0, 18271, ["l[deg]", "dist[kpc]", "feh[dex]", "age[]", "apogeeID"])
    assert found["l[deg]"].min() < 0
    assert (found["age[]"] == -99).any()
    assert all(name.startswith((b"2M", b"AP")) for name in found["apogeeID"])


def test_targeting_fractions() -> None:
    opened = table(real("apogee_sampling_fractions.csv"), "csv")
    assert (opened.rows, len(opened.types)) == (1932, 15)
    assert len(np.unique(opened.read(0, 1932, ["FIELD"])["FIELD"])) == 495
