"""Mocks of other releases: the survey's own layouts, the same stars, known differences."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from astropy.io import fits

from galdask import digest, mocks
from galdask.errors import ConfigError
from galdask.mocks.layout import layout, row_type
from galdask.mocks.versions import VERSIONS

from .conftest import native

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
LISTS = {
    "dr14": "allstar_dr14_cols.txt",
    "dr16": "allstar_dr16_cols.txt",
    "dr19": "astra_aspcap_dr19_cols.txt",
}
WIDTHS = {"dr14": (208, 6136), "dr16": (226, 6823), "dr19": (396, 2068)}
STARS = 6000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SimpleNamespace]:
    """One mock of every release over the same seed; columns as arrays by table and name."""
    folder = tmp_path_factory.mktemp("editions")
    found = {}
    for release in ("dr14", "dr16", "dr17", "dr19"):
        if release == "dr17":
            written = mocks.write_dr17(folder / release, STARS, seed=3, layout="lite")
        else:
            written = mocks.write_edition(folder / release, release, STARS, seed=3)
        tables = {}
        for name, path in written["paths"].items():
            if name != "truth":
                with fits.open(path) as handle:
                    handle.verify("exception")
                    tables[name] = handle[len(handle) - 1].data.copy()
        found[release] = SimpleNamespace(
            paths=written["paths"],
            truth=written["truth"],
            column=lambda name, column, tables=tables: native(tables[name], column),
            tables=tables,
        )
    return found


@pytest.mark.parametrize("release", WIDTHS)
def test_rows_have_the_published_width(release: str):
    assert (len(layout(release)), row_type(layout(release)).itemsize) == WIDTHS[release]


@pytest.mark.parametrize("release", LISTS)
def test_names_types_and_offsets_are_those_of_the_survey(release: str):
    if not (REFERENCE / LISTS[release]).exists():
        pytest.skip("the survey's list of columns is not at hand")
    columns, dtype = layout(release), row_type(layout(release))
    lines = [line for line in (REFERENCE / LISTS[release]).read_text().splitlines() if line.split()]
    lines = [line for line in lines if line.split()[0].isdigit()]
    for column, line in zip(columns, lines, strict=True):
        name, kind = line.split()[1:3]
        base, repeat = re.fullmatch(r"(\w+?)(?:\[(\d+)\])?", kind).groups()
        assert (column.name, column.type, column.repeat) == (name, base, int(repeat or 1))
        assert dtype.fields[name][1] == int(re.search(r"off=(\d+)", line)[1])


@pytest.mark.parametrize("release", LISTS)
def test_same_seed_same_bytes(release: str, tmp_path: Path):
    files = []
    for k, seed in enumerate((4, 4, 5)):
        written = mocks.write_edition(tmp_path / str(k), release, 900, seed)["paths"]
        files.append([digest.of_file(written[name]) for name in list(written)])
    assert files[0] == files[1]
    assert all(a != b for a, b in zip(files[0], files[2], strict=True))


def test_every_release_is_part_of_the_later_ones(made):
    def spectra(release: str) -> list[tuple[str, str]]:
        read = made[release].column
        return list(zip(read("allstar", "APOGEE_ID"), read("allstar", "FIELD"), strict=True))

    dr14, dr16, dr17 = (spectra(release) for release in ("dr14", "dr16", "dr17"))
    assert len(set(dr17)) == STARS
    assert set(dr14) < set(dr16) < set(dr17)
    # the shares of the real releases, 277,371 and 473,307 of 733,901
    assert len(dr14) / STARS == pytest.approx(0.378, abs=0.03)
    assert len(dr16) / STARS == pytest.approx(0.645, abs=0.03)
    assert made["dr14"].truth["written"]["rows"] == len(dr14)


@pytest.mark.parametrize("release", ["dr14", "dr16"])
def test_labels_are_shifted_and_stretched_as_the_truth_says(made, release: str):
    old, new, version = made[release].column, made["dr17"].column, VERSIONS[release]
    where = {
        key: k for k, key in enumerate(zip(new("allstar", "APOGEE_ID"), new("allstar", "FIELD"), strict=True))
    }
    rows = np.array(
        [where[key] for key in zip(old("allstar", "APOGEE_ID"), old("allstar", "FIELD"), strict=True)]
    )
    for column, shift in (("TEFF", version.teff), ("LOGG", version.logg), ("MG_FE", version.mg_fe)):
        then, now = old("allstar", column), new("allstar", column)[rows]
        known = (then > -9000) & np.isfinite(now)
        # a value is missing then exactly where it is missing now
        assert np.array_equal(then > -9000, np.isfinite(now))
        assert np.median((then - now)[known]) == pytest.approx(shift, abs=0.1 * abs(shift))
    then, now = old("allstar", "FE_H").astype(float), new("allstar", "FE_H")[rows].astype(float)
    known = (then > -9000) & np.isfinite(now)
    slope, offset = np.polyfit(now[known], then[known], 1)
    assert slope == pytest.approx(version.stretch, abs=0.006)
    assert offset == pytest.approx(version.fe_h, abs=0.004)
    error = old("allstar", "FE_H_ERR")[known] / new("allstar", "FE_H_ERR")[rows][known]
    assert np.median(error) >= version.noise - 1e-3
    assert made[release].truth["relation_to_dr17"]["stretch"] == version.stretch


def test_fillers_and_narrow_masks_of_old_releases(made):
    for release in ("dr14", "dr16"):
        table = made[release].tables["allstar"]
        assert table["ASPCAPFLAG"].dtype.newbyteorder("=") == np.int32
        for name in table.names:
            values = np.asarray(table[name])
            if values.dtype.kind == "f":
                assert not np.isnan(values).any(), name
        bad = made[release].column("allstar", "ASPCAPFLAG").astype(np.int64) & (1 << 23) != 0
        assert (made[release].column("allstar", "FE_H")[bad] == np.float32(-9999.99)).all()
        assert bad.any()
        low = made[release].column("allstar", "ASPCAPFLAG").astype(np.int64) & (1 << 27) != 0
        assert np.array_equal(low, made[release].column("allstar", "SNR") < 50.0)
    gaia = made["dr16"].column("allstar", "GAIA_SOURCE_ID")
    assert (made["dr16"].column("allstar", "GAIA_PMRA")[gaia == 0] == -9999.0).all()
    assert made["dr16"].column("allstar", "FILE")[0].startswith("apStar-r12-2M") or made["dr16"].column(
        "allstar", "FILE"
    )[0].startswith("asStar-r12-2M")
    assert made["dr14"].column("allstar", "ASPCAP_ID")[0].split(".")[2] == "l31c"


def test_companions_belong_to_their_rows(made):
    for release, name in (("dr14", "distances"), ("dr16", "astronn")):
        ids = made[release].column("allstar", "APOGEE_ID")
        assert np.array_equal(made[release].column(name, "APOGEE_ID"), ids)
        clump = made[release].column("rc", "APOGEE_ID")
        assert 20 < clump.size == np.unique(clump).size
        assert set(clump) < set(ids)
        assert (made[release].column("rc", "RC_DIST") > 0).all()
    assert np.array_equal(
        made["dr19"].column("starflow", "sdss_id"), made["dr19"].column("allstar", "sdss_id")
    )
    assert np.array_equal(
        made["dr19"].column("distances", "spectrum_pk"), made["dr19"].column("allstar", "spectrum_pk")
    )


def test_dr19_is_astras_table(made):
    read = lambda name: made["dr19"].column("allstar", name)  # noqa: E731
    with fits.open(made["dr19"].paths["allstar"]) as handle:
        assert (len(handle), handle[1].header["NAXIS2"]) == (3, 0)
        names = handle[2].columns.names
        assert handle[2].columns["ra"].format == "E"
    assert "mg_fe" not in names
    assert {"mg_h", "fe_h", "flag_bad"} <= set(names)
    release, known = read("release"), read("sdss4_apogee_id") != ""
    old = release == "dr17"
    assert old.sum() == STARS
    assert known[old].all()
    assert (known & ~old).sum() / STARS == pytest.approx(0.09, abs=0.02)
    assert (~known).sum() == pytest.approx(0.3 * STARS, rel=0.02)
    # nothing of SDSS-IV is known of stars that it never saw
    for name in (
        "sdss4_apogee_target1_flags",
        "sdss4_apogee2_target1_flags",
        "sdss4_apogee_extra_target_flags",
    ):
        assert (read(name)[~known] == 0).all()
    assert np.unique(read("spectrum_pk")).size == release.size
    flag, bad = read("result_flags"), read("flag_bad")
    assert np.array_equal(flag & (1 << 26) != 0, read("snr") < 20.0)
    assert bad[flag & (1 << 26) != 0].all()
    assert not bad[flag == 0].any()
    mg_fe = (read("mg_h") - read("fe_h"))[old]
    now = made["dr17"].column("allstar", "MG_FE")
    both = np.isfinite(mg_fe) & np.isfinite(now)
    assert np.median((mg_fe - now)[both]) == pytest.approx(VERSIONS["dr19"].mg_fe, abs=0.002)


def test_impossible_requests_leave_nothing(tmp_path: Path):
    for release, stars, seed in (("dr13", 10, 1), ("dr16", 0, 1), ("dr16", 10, -1)):
        with pytest.raises(ConfigError):
            mocks.write_edition(tmp_path / "out", release, stars, seed)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("release", LISTS)
def test_one_row_is_enough(release: str, tmp_path: Path):
    written = mocks.write_edition(tmp_path, release, 1, 1)
    with fits.open(written["paths"]["allstar"]) as handle:
        handle.verify("exception")
        assert handle[len(handle) - 1].header["NAXIS2"] == written["truth"]["written"]["rows"]
