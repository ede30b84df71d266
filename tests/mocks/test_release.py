from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from galdask import digest, mocks
from galdask.errors import ConfigError, OutputError
from galdask.mocks.observation import Survey
from galdask.mocks.release import blocks

from .conftest import native


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: digest.of_file(path) for path in sorted(folder.iterdir())}


def test_same_seed_same_bytes_whatever_the_block_and_another_seed_differs(tmp_path: Path):
    mocks.write_dr17(tmp_path / "a", 5000, seed=1)
    mocks.write_dr17(tmp_path / "b", 5000, seed=1, cells_at_once=1)
    mocks.write_dr17(tmp_path / "c", 5000, seed=1, cells_at_once=50)
    mocks.write_dr17(tmp_path / "d", 5000, seed=2)
    one = _digests(tmp_path / "a")
    assert len(one) == 4
    assert _digests(tmp_path / "b") == one
    assert _digests(tmp_path / "c") == one
    other = _digests(tmp_path / "d")
    assert all(other[name] != value for name, value in one.items())


def test_the_short_file_holds_the_same_stars(tmp_path: Path):
    full = mocks.write_dr17(tmp_path / "full", 1500, seed=5)["paths"]
    lite = mocks.write_dr17(tmp_path / "lite", 1500, seed=5, layout="lite")["paths"]
    assert lite["allstar"].name == "allStarLite-dr17-synspec_rev1.fits"
    with fits.open(full["allstar"]) as long, fits.open(lite["allstar"]) as short:
        assert len(short) == 2
        assert short[1].header["NAXIS1"] == 2500
        assert len(short[1].columns) == 191
        for name in short[1].columns.names:
            np.testing.assert_array_equal(
                native(long[1].data, name), native(short[1].data, name), err_msg=name
            )
    assert digest.of_file(full["distmass"]) == digest.of_file(lite["distmass"])


def test_what_was_written_is_what_truth_says(release):
    told = json.loads(release.paths["truth"].read_text())
    assert told == json.loads(json.dumps(release.truth))
    assert list(release.paths)[-1] == "truth"
    written = told["written"]
    extra, flag = release.star("EXTRATARG"), release.star("ASPCAPFLAG")
    logg, fe_h, mg_fe = (release.star(name) for name in ("LOGG", "FE_H", "MG_FE"))
    sample = (extra == 0) & (flag & (1 << 23 | 1 << 27) == 0) & (logg >= 1) & (logg <= 2)
    sample &= np.isfinite(fe_h) & np.isfinite(mg_fe) & np.isfinite(release.age("WEIGHTED_DIST"))
    age = sample & (release.age("BITMASK") & 2 == 0) & (release.age("AGE_UNCOR_SS") > 0)
    assert written["rows"] == 20_000
    assert written["stars"] == np.unique(release.star("APOGEE_ID")).size
    assert written["main_survey"] == (extra == 0).sum()
    assert written["duplicates"] == (extra & 16 > 0).sum()
    assert written["telluric"] == (extra & 4 > 0).sum()
    assert written["star_bad"] == (flag & (1 << 23) > 0).sum()
    assert written["sn_bad"] == (flag & (1 << 27) > 0).sum()
    assert written["without_gaia"] == (release.star("GAIAEDR3_SOURCE_ID") == 0).sum()
    assert written["with_any_age"] == np.isfinite(release.age("AGE_UNCOR_SS")).sum()
    assert written["two_disks_sample"] == sample.sum()
    assert written["two_disks_sample_with_age"] == age.sum()


@pytest.mark.parametrize(
    ("stars", "seed", "layout"), [(0, 1, "full"), (10, -1, "full"), (10, 2**32, "full"), (10, 1, "short")]
)
def test_impossible_requests_leave_nothing(tmp_path: Path, stars: int, seed: int, layout: str):
    with pytest.raises(ConfigError):
        mocks.write_dr17(tmp_path / "out", stars, seed, layout=layout)
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import errno

    from galdask.mocks import fits as writer

    def refuse(self, rows):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writer.TableWriter, "write", refuse)
    with pytest.raises(OutputError, match="the disk is full"):
        mocks.write_dr17(tmp_path, 100, 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stars", [1, 2, 999, 1000])
def test_small_releases(tmp_path: Path, stars: int):
    told: list[tuple[int, int]] = []
    made = mocks.write_dr17(tmp_path, stars, 1, listen=lambda event: told.append((event.done, event.total)))
    assert told[-1] == (stars, stars)
    with fits.open(made["paths"]["allstar"]) as handle:
        handle.verify("exception")
        names = native(handle[1].data, "APOGEE_ID")
    assert names.size == stars
    assert (names == "VESTA").sum() == (stars >= 1000)


def test_memory_does_not_grow_with_the_number_of_rows():
    survey = Survey(1)
    peaks = []
    for stars in (50_000, 200_000):
        tracemalloc.start()
        rows = sum(tables[0].size for tables, _ in blocks(survey, stars, True, 2))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert rows == stars
    assert peaks[1] < 1.1 * peaks[0]
    assert peaks[1] < 100e6
