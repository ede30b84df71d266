import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import xarray as xr

from galdask.cartography.tables import long_table, read_csv, write_table


def frame() -> pd.DataFrame:
    out = pd.DataFrame(
        {"abs_z_low": [0.0, 0.25], "population": ["total", "total"], "slope": [-0.0565, np.nan]}
    )
    out.attrs = {"title": "Slopes", "units": {"abs_z_low": "kpc", "slope": "dex/kpc"}}
    return out


def test_a_table_is_written_twice_with_its_units(tmp_path):
    csv, parquet = write_table(frame(), tmp_path / "tables", "slopes", {"pipeline": "two\ndisks"})
    lines = csv.read_text().splitlines()
    assert lines[0] == "# title: Slopes"
    assert lines[1] == "# pipeline: two disks"
    assert lines[2] == "# units: abs_z_low kpc, slope dex/kpc"
    pd.testing.assert_frame_equal(read_csv(csv), pd.DataFrame(frame()), check_dtype=False)
    table = pq.read_table(parquet)
    assert table.schema.field("slope").metadata == {b"unit": b"dex/kpc"}
    assert b"Slopes" in table.schema.metadata[b"galdask"]
    np.testing.assert_array_equal(table["slope"].to_numpy(), frame()["slope"])


def test_a_dataset_becomes_one_row_a_cell():
    dataset = xr.Dataset(
        {"slope": (("population", "abs_z"), np.array([[1.0, 2.0], [3.0, 4.0]]), {"units": "dex/kpc"})},
        {
            "population": np.array(["total", "low_alpha"]),
            "abs_z": ("abs_z", np.array([0.125, 0.375])),
            "abs_z_bnds": (("abs_z", "bnds"), np.array([[0.0, 0.25], [0.25, 0.5]])),
        },
        {"title": "Slopes"},
    )
    found = long_table(dataset, ["slope"])
    assert found.to_dict("list") == {
        "population": ["total", "total", "low_alpha", "low_alpha"],
        "abs_z_low": [0.0, 0.25, 0.0, 0.25],
        "abs_z_high": [0.25, 0.5, 0.25, 0.5],
        "slope": [1.0, 2.0, 3.0, 4.0],
    }
    assert found.attrs["units"]["slope"] == "dex/kpc"
