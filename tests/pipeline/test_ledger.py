"""The account of a run, against masks and counts over the whole catalogue with numpy."""

import csv

import numpy as np
import pytest
import yaml

from galdask import pipeline
from galdask.catalog.store import open_store, read_partition
from galdask.report.flow import flows

COLUMNS = ["extratarg", "aspcapflag", "logg", "teff", "fe_h", "mg_fe", "distance", "distmass_flag"]
COLUMNS += ["age_uncor_ss", "snr", "snrev"]
SN_BAD, STAR_BAD, OUTSIDE = 1 << 27, 1 << 23, 1 << 1
#: narrower than the catalogue, so that some values are outside
NARROW = {"fe_h": (-0.5, 0.2), "age": (0.0, 6.0)}


@pytest.fixture(scope="module")
def stars(mock_store):
    """Columns of the whole catalogue as float64 (integers below 2**53), NaN where there is no value."""
    store = open_store(mock_store)
    parts = [read_partition(store.part(i, COLUMNS)) for i in range(len(store.partitions))]
    return {
        name: np.concatenate([np.ma.filled(p[name].astype(np.float64), np.nan) for p in parts])
        for name in COLUMNS
    }


@pytest.fixture(scope="module")
def out(mock_store, tmp_path_factory):
    """A run of which the quantities [Fe/H] and age have narrow ranges."""
    content = yaml.safe_load(pipeline.pipeline_path("two_disks").read_text())
    for name, (low, high) in NARROW.items():
        content["quantities"][name] |= {"low": low, "high": high}
    folder = tmp_path_factory.mktemp("ledger")
    (folder / "mine.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    pipeline.run(
        folder / "mine.yaml",
        mock_store,
        folder / "out",
        cluster="inline",
        only=["kiel", "global_maps"],
        figures=False,
    )
    return folder / "out"


def read(path):
    with open(path, newline="") as handle:
        return list(csv.DictReader(handle))


def clear(flag, bit):
    return np.where(np.isnan(flag), -1, flag).astype(np.int64) & bit == 0


@pytest.fixture(scope="module")
def expected(stars):
    """Sample -> (step -> (removed, missing), who is kept)."""
    gyr, (low, high) = stars["age_uncor_ss"] / 1e9, NARROW["age"]
    s = stars | {"age": np.where((gyr >= low) & (gyr <= high), gyr, np.nan)}
    main = {
        "main_survey": (s["extratarg"] == 0, "extratarg"),
        "spectrum_sn": (clear(s["aspcapflag"], SN_BAD), "aspcapflag"),
        "aspcap": (clear(s["aspcapflag"], STAR_BAD), "aspcapflag"),
        "finite_logg": (np.isfinite(s["logg"]), "logg"),
        "surface_gravity": ((s["logg"] >= 1.0) & (s["logg"] <= 2.0), "logg"),
        "finite_fe_h": (np.isfinite(s["fe_h"]), "fe_h"),
        "finite_mg_fe": (np.isfinite(s["mg_fe"]), "mg_fe"),
        "finite_distance": (s["distance"] > 0, "distance"),
    }
    age = main | {
        "age_bit": (clear(s["distmass_flag"], OUTSIDE), "distmass_flag"),
        # a cut on the quantity: an age outside its range is no age
        "age_positive": (s["age"] > 0, "age"),
    }
    every = {name: step for name, step in main.items() if name != "surface_gravity"}
    rules = {
        f"main_{name}": {
            (f"{name}_50" if step == "spectrum_sn" else step): (
                (s[name] >= 50, name) if step == "spectrum_sn" else known
            )
            for step, known in main.items()
        }
        for name in ("snr", "snrev")
    }
    found = {"catalogue": ({}, np.ones(s["logg"].size, dtype=bool))}
    for sample, steps in {"main": main, "age": age, "all_gravities": every, **rules}.items():
        alive, counts = np.ones(s["logg"].size, dtype=bool), {}
        for step, (passes, column) in steps.items():
            gone = alive & ~passes
            counts[step] = int(gone.sum()), int((gone & np.isnan(s[column])).sum())
            alive = alive & passes
        found[sample] = counts, alive
    return found


def test_every_step_equals_a_direct_count(out, expected):
    found = read(out / "ledger.csv")
    assert {row["sample"] for row in found} >= set(expected)
    for sample, (counts, alive) in expected.items():
        mine = [row for row in found if row["sample"] == sample]
        assert [row["step"] for row in mine] == ["input", *counts, "kept"]
        steps = {row["step"]: (int(row["removed"]), int(row["missing"])) for row in mine[1:-1]}
        assert steps == counts
        assert int(mine[-1]["remaining"]) == np.count_nonzero(alive)


def test_it_sums_to_the_input(out, mock_store):
    rows = open_store(mock_store).rows
    found = read(out / "ledger.csv")
    for sample in dict.fromkeys(row["sample"] for row in found):
        left = rows
        for row in (row for row in found if row["sample"] == sample):
            left -= int(row["removed"])
            assert int(row["remaining"]) == left
            assert 0 <= int(row["missing"]) <= int(row["removed"])


def test_the_test_sees_missing_values(expected):
    assert expected["main"][0]["finite_logg"][1] > 0
    assert expected["main"][0]["surface_gravity"][0] > expected["main"][0]["surface_gravity"][1] == 0


def test_quantities_equal_a_direct_count(out, stars, expected):
    number = {name: stars[name] for name in ("fe_h", "mg_fe", "teff", "logg")}
    number["age"] = stars["age_uncor_ss"] / 1e9
    found = read(out / "ledger_quantities.csv")
    pairs = [(row["sample"], row["quantity"]) for row in found]
    assert {("catalogue", "teff"), ("main", "fe_h"), ("age", "age")} <= set(pairs)
    assert len(pairs) == len(set(pairs))
    outside = 0
    for row in found:
        mine = number[row["quantity"]][expected[row["sample"]][1]]
        low, high = NARROW.get(row["quantity"], (-np.inf, np.inf))
        out_of_range = int(((mine < low) | (mine > high)).sum())
        assert int(row["stars"]) == mine.size
        assert int(row["missing"]) == np.isnan(mine).sum(), row
        assert int(row["out_of_range"]) == out_of_range, row
        outside += out_of_range
    assert outside > 0
    assert any(int(row["missing"]) for row in found)


def test_equal_for_many_workers_and_partitions(out, mock_release, dask_executor, tmp_path):
    import galdask

    galdask.ingest("dr17", mock_release, tmp_path / "store", cluster="inline", partition_rows=300)
    assert len(open_store(tmp_path / "store").partitions) > 8  # states are merged in a tree
    pipeline.run(
        out.parent / "mine.yaml",
        tmp_path / "store",
        tmp_path / "out",
        cluster=dask_executor,
        only=["kiel", "global_maps"],
        figures=False,
    )
    for name in ("ledger.csv", "ledger_quantities.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (out / name).read_bytes()


def test_the_report_reads_it(out, expected):
    drawn = {flow.sample: flow for flow in flows(read(out / "ledger.csv"))}
    for sample in ("main", "age"):
        assert drawn[sample].kept == np.count_nonzero(expected[sample][1])
        assert sum(step.removed for step in drawn[sample].steps) == drawn[sample].rows - drawn[sample].kept
