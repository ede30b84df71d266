"""Stars of a store and of a sample, and results of a run, as other programs read them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from astropy.io import fits as afits
from astropy.io import votable as avot
from astropy.table import Table

import galdask
from galdask import pipeline
from galdask.catalog.store import open_store, read_partition
from galdask.cli.main import main
from galdask.errors import ConfigError

QUIET = ["--progress", "none"]


@pytest.fixture(scope="module")
def run(mock_store, tmp_path_factory):
    """Results of a few products."""
    out = tmp_path_factory.mktemp("out")
    only = ["radial_gradients", "coverage", "cubes/polar"]
    pipeline.run("two_disks", mock_store, out, cluster="inline", only=only, figures=False)
    return out


def whole(store, name):
    opened = open_store(store)
    parts = [read_partition(opened.part(i, [name]))[name] for i in range(len(opened.partitions))]
    return np.ma.concatenate(parts) if isinstance(parts[0], np.ma.MaskedArray) else np.concatenate(parts)


def test_a_store_is_the_same_in_fits(mock_store, tmp_path, capsys):
    assert main(["export", str(mock_store), "--to", str(tmp_path), *QUIET]) == 0
    assert "dr17.fits" in capsys.readouterr().out
    opened = open_store(mock_store)
    table = Table.read(tmp_path / "dr17.fits", hdu=1, mask_invalid=False)
    assert len(table) == opened.rows
    assert set(table.colnames) == {name for name, c in opened.columns.items() if not c.shape}
    for name in ("ra", "fe_h", "distance", "snr"):
        np.testing.assert_array_equal(np.asarray(table[name]), whole(mock_store, name))
    gaia = whole(mock_store, "gaia_id")
    assert np.array_equal(np.ma.getmaskarray(table["gaia_id"]), np.ma.getmaskarray(gaia))
    assert gaia.mask.any()
    assert list(table["star_id"]) == list(whole(mock_store, "star_id"))
    assert str(table["distance"].unit) == "pc"
    with afits.open(tmp_path / "dr17.fits") as handle:
        assert handle[0].header["DIGEST"] == opened.digest
        assert "made up" in handle[0].header["MOCK"]


def test_a_sample_is_the_one_of_the_pipeline(mock_store, tmp_path):
    words = ["--pipeline", "two_disks", "--sample", "main", "--format", "parquet"]
    assert main(["export", str(mock_store), "--to", str(tmp_path), *words, *QUIET]) == 0
    table = pd.read_parquet(tmp_path / "dr17_main.parquet")
    known = galdask.sample(mock_store, "two_disks", "main").compute()
    assert len(table) == len(known) > 100
    for name in ("r", "z", "fe_h", "age"):
        np.testing.assert_array_equal(table[name].to_numpy(), known[name].to_numpy())
    assert table["population"].tolist() == known["population"].tolist()
    ids = whole(mock_store, "star_id")
    assert table["star_id"].tolist() == [ids[row] for row in known.index]
    some = ["--columns", "star_id", "h_mag", "r", "fe_h"]
    assert main(["export", str(mock_store), "--to", str(tmp_path / "b"), *words, *some, *QUIET]) == 0
    few = pd.read_parquet(tmp_path / "b" / "dr17_main.parquet")
    assert few.columns.tolist() == ["star_id", "h_mag", "r", "fe_h"]
    np.testing.assert_array_equal(few["h_mag"], whole(mock_store, "h_mag")[known.index])


def test_a_product_has_a_row_for_every_cell(run, tmp_path):
    words = ["--only", "radial_gradients", "cubes/polar", "--to", str(tmp_path), *QUIET]
    assert main(["export", str(run), *words]) == 0
    with xr.open_zarr(run / "products" / "radial_gradients.zarr") as dataset:
        slopes = dataset.slope.load()
    with afits.open(tmp_path / "products" / "radial_gradients.fits") as handle:
        handle.verify("exception")
        assert '"run"' in handle[0].header["PROVENAN"]
        (unit,) = [hdu for hdu in handle[1:] if "slope" in hdu.columns.names]
        data = unit.data
        assert len(data) == slopes.size
        for row in data[::7]:
            here = slopes.sel(
                fit_to=row["fit_to"], r_min=row["r_min"], population=row["population"], abs_z=row["abs_z"]
            )
            np.testing.assert_equal(float(here), row["slope"])
            assert row["abs_z_high"] - row["abs_z_low"] == 0.25
    with xr.open_zarr(run / "cubes" / "polar.zarr") as cube:
        stars = int(cube.n_stars.sum())
        cells = int((cube.n_stars > 0).sum())
    with afits.open(tmp_path / "cubes" / "polar.fits") as handle:
        data = handle[1].data
        assert int(data["n_stars"].sum()) == stars
        # cells without a star are not written
        assert len(data) == cells


def test_everything_of_a_run_opens_as_votable(run, tmp_path):
    assert main(["export", str(run), "--to", str(tmp_path), "--format", "votable", *QUIET]) == 0
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.vot"))
    assert {"products/coverage.vot", "products/radial_gradients.vot", "cubes/polar.vot"} <= set(found)
    assert "tables/radial_gradients.vot" in found
    for path in tmp_path.rglob("*.vot"):
        for table in avot.parse(path, verify="exception").resources[0].tables:
            assert len(table.fields) > 0
    csv = pd.read_csv(run / "tables" / "radial_gradients.csv", comment="#")
    table = avot.parse_single_table(tmp_path / "tables" / "radial_gradients.vot").to_table()
    np.testing.assert_allclose(np.ma.filled(table["slope"], np.nan), csv["slope"], rtol=1e-12)
    assert str(table["abs_z_low"].unit) == "kpc"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--only", "kiel"], "--only chooses among results"),
        (["--sample", "main"], "a sample belongs to a pipeline"),
        (["--columns", "fe_hh"], "fe_hh"),
        (["--pipeline", "two_disks", "--sample", "mian"], "mian"),
    ],
)
def test_what_cannot_be_asked_of_a_store(words, message, mock_store, tmp_path, capsys):
    assert main(["export", str(mock_store), "--to", str(tmp_path / "x"), *words, *QUIET]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [(["--only", "kiel"], "the run has no such product"), (["--format", "hats"], "are for stars")],
)
def test_what_cannot_be_asked_of_results(words, message, run, tmp_path, capsys):
    assert main(["export", str(run), "--to", str(tmp_path), *words, *QUIET]) == 2
    assert message in capsys.readouterr().err


def test_from_python(mock_store, run, tmp_path):
    """The same files as the command writes, before and after the rooms behind it are imported."""
    (path,) = galdask.export(mock_store, tmp_path, format="csv", columns=["star_id", "fe_h"])
    assert path == tmp_path / "dr17.csv"
    assert (
        main(
            [
                "export",
                str(mock_store),
                "--to",
                str(tmp_path / "b"),
                "--format",
                "csv",
                "--columns",
                "star_id",
                "fe_h",
            ]
        )
        == 0
    )
    rows = [
        [line for line in one.read_text().splitlines() if not line.startswith("#")]
        for one in (path, tmp_path / "b" / "dr17.csv")
    ]
    assert len(rows[0]) == 1 + open_store(mock_store).rows
    assert rows[0] == rows[1]
    assert all(one.is_file() for one in galdask.export(run, tmp_path / "c", format="votable"))
    with pytest.raises(ConfigError, match="no such format"):
        galdask.export(mock_store, tmp_path, format="xls")
