"""The releases that come with galdask, against the survey's own lists of columns where these are at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from galdask import units
from galdask.catalog.release import KeyJoin, RowMatch, known_releases, load_release

LISTS = Path(__file__).parents[3] / "shared" / "reference"
FILES = {
    "dr14": "allstar_dr14_cols.txt",
    "dr16": "allstar_dr16_cols.txt",
    "dr17": "allstar_dr17_cols.txt",
    "dr19": "astra_aspcap_dr19_cols.txt",
}


def survey_columns(release: str) -> dict[str, tuple[str, bool]]:
    """Column -> its type in the file, and whether it is in the short file too."""
    if not (LISTS / FILES[release]).exists():
        pytest.skip(f"{FILES[release]} is not here")
    found = {}
    for line in (LISTS / FILES[release]).read_text().splitlines():
        words = line.split()
        if len(words) > 2 and words[0].isdigit():
            found[words[1]] = (words[2], " lite " in line)
    return found


def test_all_four_are_there() -> None:
    assert known_releases() == ("dr14", "dr16", "dr17", "dr19")


@pytest.mark.parametrize("name", FILES)
def test_columns_are_the_surveys(name: str) -> None:
    known, release = survey_columns(name), load_release(name)
    for spec in release.columns.values():
        if spec.table != release.main.name:
            continue
        assert spec.source in known, spec.name
        kind, lite = known[spec.source]
        plain = kind.split("[")[0]
        if spec.index is not None:
            assert isinstance(spec.index, int)
            assert spec.index < int(kind.split("[")[1].rstrip("]"))
        else:
            assert plain == "char" or "[" not in kind
        if plain == "char":
            assert spec.dtype == "string", spec.name
        elif spec.dtype is not None:
            assert np.can_cast(np.dtype(plain), np.dtype(spec.dtype), "safe"), spec.name
        if np.dtype(plain if plain != "char" else "S1").kind == "i":
            assert spec.dtype, f"{spec.name}: integers are declared, so that the release's fillers stay away"
        if name == "dr17":
            assert lite or spec.optional, spec.name


@pytest.mark.parametrize("name", FILES)
def test_what_the_first_pipeline_needs_is_there(name: str) -> None:
    release = load_release(name)
    needed = {"star_id", "ra", "dec", "glon", "glat", "h_mag", "snr", "starflag", "extratarg", "rv", "teff"}
    needed |= {"logg", "logg_err", "m_h", "alpha_m", "fe_h", "fe_h_err", "fe_h_flag", "mg_fe", "mg_fe_err"}
    assert needed <= set(release.columns)
    assert release.columns["ra"].unit == "deg"
    assert units.kind(release.columns["logg"].unit) == "log gravity"
    assert release.star_id == "star_id"


def test_bits_that_matter() -> None:
    dr17 = load_release("dr17").masks
    assert dr17["aspcapflag"]["STAR_BAD"] == 23
    assert dr17["aspcapflag"]["SN_BAD"] == 27
    assert dr17["aspcapflag"]["M_H_BAD"] == 19
    assert dr17["aspcapflag"]["MULTIPLE_SUSPECT"] == 41
    assert dr17["distmass_flag"] == {
        "DISTANCE_TRAINING": 0,
        "OUTSIDE_PARAMETER_SPACE": 1,
        "MASS_TRAINING_APOKASC": 2,
        "MASS_TRAINING_BERGER": 3,
        "MASS_TRAINING_SERENELLI": 4,
    }
    assert dr17["extratarg"] == {"NOT_MAIN": 0, "COMMISSIONING": 1, "TELLURIC": 2, "APO1M": 3, "DUPLICATE": 4}
    assert dr17["starflag"]["RV_FAIL"] == 22
    assert dr17["andflag"] == dr17["starflag"]
    assert (dr17["apogee_target1"]["SHORT"], dr17["apogee_target1"]["MEDIUM"]) == (11, 1)
    assert dr17["apogee_target2"]["TELLURIC"] == 9
    assert dr17["apogee2_target1"]["LONG"] == 13
    assert dr17["apogee2_target2"]["CVZ_AS4_GIANT"] == 30
    assert dr17["apogee2_target3"]["ANCILLARY"] == 8
    assert dr17["logg_flag"]["SPEC_RC"] == 24
    assert dr17["mg_fe_flag"]["TEFF_CUT"] == 6
    assert dr17["rv_flag"]["RV_SUSPECT"] == 11
    assert load_release("dr14").masks["aspcapflag"]["METALS_BAD"] == 19
    assert load_release("dr16").masks["aspcapflag"]["STAR_BAD"] == 23
    assert load_release("dr19").masks["result_flag"]["LOW_SNR"] == 26


def test_companions() -> None:
    dr17 = load_release("dr17")
    assert dr17.tables["distmass"].join == RowMatch({"APOGEE_ID": "star_id"})
    assert dr17.tables["astronn"].join == RowMatch({"APOGEE_ID": "star_id", "TELESCOPE": "telescope"})
    assert all(table.optional for table in dr17.tables.values() if table.join)
    assert dr17.columns["distance"].read_name == "WEIGHTED_DIST"
    assert (dr17.columns["age_err_up"].index, dr17.columns["age_err_low"].index) == (0, 1)
    assert dr17.columns["age_uncor_ss"].unit == "yr"
    dr19 = load_release("dr19")
    assert dr19.main.hdu == 2
    assert isinstance(dr19.tables["starflow"].join, KeyJoin)
    assert dr19.columns["mg_fe"].expression == "mg_h - fe_h"


@pytest.mark.parametrize("name", FILES)
def test_sources_name_files_of_their_table(name: str) -> None:
    release = load_release(name)
    for table, sources in release.sources.items():
        for source in sources:
            assert source.file in release.tables[table].files
            assert source.url.endswith("/" + source.file)
    assert release.sources[release.main.name][0].file in release.main.files


def test_the_checksum_of_the_main_file() -> None:
    (full, lite) = load_release("dr17").sources["allstar"]
    assert full.sha1 == "7aa2f381de0e8e246f9833cc7da540ef45096702"
    assert lite.sha1 is None


def test_missing_values_of_old_releases_are_found() -> None:
    spec = load_release("dr16").columns["fe_h"]
    column = np.array([-9999.99, -9999.0, -0.5], dtype=np.float32)
    assert spec.missing.mask(column).tolist() == [True, True, False]
    magnitudes = load_release("dr17").columns["h_mag"].missing
    assert magnitudes.mask(np.array([99.0, 12.0, np.nan], dtype=np.float32)).tolist() == [True, False, True]
    assert load_release("dr17").columns["gaia_id"].missing.mask(np.array([0, 5])).tolist() == [True, False]
