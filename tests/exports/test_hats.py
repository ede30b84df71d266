"""A store as a HATS catalogue: the real lsdb opens it and cross-matches with it; galdask reads it again."""

from __future__ import annotations

import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest

import galdask
from galdask.catalog.store import open_store, read_partition
from galdask.cli.main import main
from galdask.errors import InputError, OutputError
from galdask.exports import hats as writer
from galdask.exports import stars

COLUMNS = ["star_id", "star_key", "ra", "dec", "distance", "fe_h", "gaia_id", "snr"]
RELEASE = """galdask_release: 1
name: again
title: the mock, by way of HATS
reference: none
star_id: star_id
tables:
  stars: {file: dr17, format: hats}
columns:
  star_id: {column: star_id, type: string}
  ra: {column: ra, unit: deg}
  dec: {column: dec, unit: deg}
  distance: {column: distance, unit: pc}
  fe_h: {column: fe_h, unit: dex}
  gaia_id: {column: gaia_id, type: int64}
"""


@pytest.fixture(scope="module")
def catalogue(mock_store, tmp_path_factory):
    """The mock's store as a HATS catalogue of small pixels."""
    pytest.importorskip("hats", reason="the extra 'hats' is not installed")
    path = tmp_path_factory.mktemp("hats") / "dr17"
    store = open_store(mock_store)
    counted = writer.write(path, stars.of_store(store, COLUMNS), stars.facts_of(store), rows=1000)
    # Vesta is not on the sky
    assert counted == {"rows": 7999, "pixels": counted["pixels"], "without_place": 1}
    assert counted["pixels"] > 12
    return path


def columns_of(path):
    """Columns of a store by the key of the star and its row, sorted."""
    store = open_store(path)
    parts = [
        read_partition(store.part(i, ["star_key", "ra", "fe_h", "gaia_id"]))
        for i in range(len(store.partitions))
    ]
    found = {name: np.ma.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort(
        (np.nan_to_num(np.ma.getdata(found["fe_h"]), nan=-99.0), np.ma.getdata(found["star_key"]))
    )
    return {name: values[order] for name, values in found.items()}


def test_rows_lie_in_their_pixel(catalogue):
    files = sorted(catalogue.glob("dataset/Norder=*/Dir=*/Npix=*.parquet"))
    rows = 0
    for file in files:
        order, pixel = int(file.parts[-3].split("=")[1]), int(file.stem.split("=")[1])
        place = pq.read_table(file, partitioning=None).column(writer.INDEX).to_numpy()
        assert (place >> 2 * (29 - order) == pixel).all()
        assert (np.diff(place) >= 0).all()
        assert 0 < place.size <= 1000
        rows += place.size
    assert rows == 7999
    assert not list(catalogue.rglob("*.part"))
    assert "galdask_digest" in (catalogue / "hats.properties").read_text()


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_lsdb_opens_it_and_cross_matches(catalogue, mock_store):
    lsdb = pytest.importorskip("lsdb", reason="the extra 'hats' is not installed")
    import dask

    with dask.config.set(scheduler="synchronous"):
        opened = lsdb.open_catalog(catalogue)
        assert len(opened) == 7999
        frame = opened.compute()
        store = columns_of(mock_store)
        keys = np.ma.getdata(store["star_key"])[np.isfinite(store["ra"])]
        assert np.array_equal(np.sort(frame["star_key"].to_numpy(dtype=np.uint64)), np.sort(keys))
        assert (
            frame["gaia_id"].isna().sum()
            == np.ma.getmaskarray(store["gaia_id"])[np.isfinite(store["ra"])].sum()
        )
        # other measurements of some stars, a little beside them
        some = frame.iloc[::20][["ra", "dec", "star_id"]].drop_duplicates("star_id").reset_index(drop=True)
        some = some.astype({"ra": float, "dec": float})
        some["dec"] += 0.2 / 3600.0
        other = lsdb.from_dataframe(some, ra_column="ra", dec_column="dec", catalog_name="other")
        matched = other.crossmatch(opened, radius_arcsec=1.0, suffixes=("_other", "")).compute()
        names = matched.columns.tolist()
        mine, theirs = ("star_id", "star_id_other") if "star_id_other" in names else ("star_id", "star_id")
        assert len(matched) >= 0.97 * len(some)
        assert (matched[mine] == matched[theirs]).all()
        cone = opened.cone_search(
            ra=float(some.ra[0]), dec=float(some.dec[0]), radius_arcsec=3600.0
        ).compute()
        assert some.star_id[0] in set(cone["star_id"])


def test_galdask_reads_it_again(catalogue, mock_store, tmp_path):
    (tmp_path / "again.yaml").write_text(RELEASE)
    store = tmp_path / "store"
    galdask.ingest(tmp_path / "again.yaml", catalogue.parent, store, cluster="inline", partition_rows=1200)
    again, before = columns_of(store), columns_of(mock_store)
    there = np.isfinite(before["ra"])
    assert open_store(store).rows == 7999
    assert open_store(store).mock
    for name in again:
        values = before[name][there]
        np.testing.assert_array_equal(np.ma.getdata(again[name]), np.ma.getdata(values))
        assert np.array_equal(np.ma.getmaskarray(again[name]), np.ma.getmaskarray(values))
    # the same catalogue again: nothing to do; a changed one is seen
    report = galdask.ingest(
        tmp_path / "again.yaml", catalogue.parent, store, cluster="inline", partition_rows=1200
    )
    assert "nothing" in report.text() or report.reused == report.partitions


def test_errors(catalogue, mock_store, tmp_path):
    store = open_store(mock_store)
    with pytest.raises(OutputError, match="taken"):
        writer.write(catalogue, stars.of_store(store, COLUMNS), {})
    (tmp_path / "again.yaml").write_text(RELEASE)
    shutil.copytree(catalogue, tmp_path / "dr17")
    (tmp_path / "dr17" / "hats.properties").unlink()
    (tmp_path / "dr17" / "properties").unlink()
    with pytest.raises(InputError, match="not a HATS catalogue"):
        galdask.ingest(tmp_path / "again.yaml", tmp_path, tmp_path / "store", cluster="inline")


def test_without_angles_it_says_so(mock_store, tmp_path, capsys):
    pytest.importorskip("hats", reason="the extra 'hats' is not installed")
    words = [
        "export",
        str(mock_store),
        "--to",
        str(tmp_path),
        "--format",
        "hats",
        "--columns",
        "star_id",
        "fe_h",
    ]
    assert main([*words, "--progress", "none"]) == 2
    assert "needs the column 'ra'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
