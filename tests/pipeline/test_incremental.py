"""What a new release or another setting makes anew: counted, foretold, and told why."""

import os
import shutil

import numpy as np
import pytest

import galdask
from galdask import pipeline
from galdask.catalog.store import open_store
from galdask.errors import StoreError
from tests.pipeline.releases import FEW, fates, foretold, ingest, reasons, release, variant


@pytest.fixture(scope="module")
def base(mock_store, tmp_path_factory):
    """A store and the results of a few of its products."""
    folder = tmp_path_factory.mktemp("base")
    shutil.copytree(mock_store, folder / "store")
    pipeline.run("two_disks", folder / "store", folder / "out", cluster="inline", only=FEW, figures=False)
    return folder


@pytest.fixture
def here(base, tmp_path):
    """The same, to be changed."""
    shutil.copytree(base, tmp_path / "here", symlinks=True)
    return tmp_path / "here"


def plus(name, by, rows=slice(None)):
    def change(table):
        table[name][rows] = table[name][rows] + by
        return table

    return change


def test_the_first_run_is_foretold(mock_store, tmp_path):
    before, done = foretold(mock_store, tmp_path)
    assert done.states_computed == len(open_store(mock_store).partitions) * before.tables_finished
    assert set(fates(before).values()) == {"recomputed"}
    assert set(reasons(before).values()) == {("no earlier run",)}
    again, _ = foretold(mock_store, tmp_path)
    assert again.unchanged
    assert again.tasks == 0


def test_a_new_age_catalogue_leaves_maps_of_metallicity(here, mock_release, tmp_path):
    new = release(mock_release, tmp_path / "new", ages=plus("AGE_UNCOR_SS", 1e8))
    assert ingest(new, here / "store").changed
    before, _ = foretold(here / "store", here / "out")
    assert fates(before)["feh_slices"] == "reused"
    assert fates(before)["age_slices"] == "recomputed"
    count = before.partitions
    assert reasons(before)["age_slices"] == (f"column age_uncor_ss of partitions 0-{count - 1} changed",)
    assert before.states_computed % count == 0
    assert before.tables_reused > 0


def test_one_corrected_row_touches_its_partition(here, mock_release, tmp_path):
    new = release(mock_release, tmp_path / "new", change=plus("FE_H", 0.01, slice(4000, 4001)))
    ingest(new, here / "store")
    before, done = foretold(here / "store", here / "out")
    assert done.partitions_read == 1
    (index,) = before.partitions_read
    assert f"column fe_h of partition {index} changed" in reasons(before)["feh_slices"]
    assert done.states_reused == done.states_computed * (before.partitions - 1)


@pytest.mark.parametrize("change", [lambda t: np.delete(t, 4000), lambda t: np.insert(t, 4000, t[7000])])
def test_a_row_less_or_more_touches_its_neighbours(change, here, mock_release, tmp_path):
    new = release(mock_release, tmp_path / "new", change=change, ages=change, network=change)
    report = ingest(new, here / "store")
    assert report.reused >= report.partitions - 2
    before, done = foretold(here / "store", here / "out")
    assert 1 <= done.partitions_read <= 2
    assert any(text.startswith("stars of partition") for text in reasons(before)["feh_slices"])


def test_a_touched_but_equal_file_recomputes_nothing(here, mock_release, tmp_path):
    new = tmp_path / "new"
    shutil.copytree(mock_release, new)
    for path in new.iterdir():
        os.utime(path, (1, 1))
    report = ingest(new, here / "store")
    assert report.written == 0
    before, done = foretold(here / "store", here / "out")
    assert before.unchanged
    assert done.unchanged


def test_a_label_makes_no_state(here, tmp_path):
    def change(content):
        content["quantities"]["fe_h"]["label"] = "iron"

    before, done = foretold(here / "store", here / "out", variant(tmp_path / "mine.yaml", change))
    assert not done.unchanged
    assert done.states_computed == done.partitions_read == 0
    assert set(fates(before).values()) == {"reused"}


def test_a_cut_makes_only_what_is_downstream(here, tmp_path):
    def change(content):
        content["cuts"]["age_positive"]["low"] = 0.5

    before, _ = foretold(here / "store", here / "out", variant(tmp_path / "mine.yaml", change))
    assert fates(before)["feh_slices"] == "reused"
    assert fates(before)["age_slices"] == "recomputed"
    assert reasons(before)["age_slices"] == ("cut age_positive changed: low 0 -> 0.5",)
    assert fates(before)["ledger"] == "recomputed"  # which counts what the cut took


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c["populations"].update(level=0.16), "populations changed: [0].level 0.15 -> 0.16"),
        (lambda c: c["frame"].update(r_sun=8.2), "frame changed: r_sun 8.3 -> 8.2"),
        (lambda c: c["quantities"]["fe_h"].update(low=-2.5), "setting of fe_h changed: low -3 -> -2.5"),
        (lambda c: c["products"]["feh_slices"].update(step=1.0), "its settings or grid changed"),
    ],
)
def test_settings_are_named(change, says, here, tmp_path):
    what = variant(tmp_path / "mine.yaml", change)
    before, done = foretold(here / "store", here / "out", what, only=["feh_slices"])
    assert done.states_computed > 0
    assert any(text.startswith(says) for text in reasons(before)["feh_slices"]), reasons(before)


def test_other_versions_are_named(here, monkeypatch):
    from galdask import provenance
    from galdask.reductions import OrderStatistics

    monkeypatch.setattr(OrderStatistics, "version", OrderStatistics.version + 1)
    before, _ = foretold(here / "store", here / "out", only=["feh_slices"])
    assert any(text.startswith("reduction version") for text in reasons(before)["feh_slices"])
    monkeypatch.setattr(provenance, "cpu_features", lambda: ("OTHER",))
    monkeypatch.setattr(provenance, "versions", lambda: {**was, "numpy": "0.0"})
    was = {"python": "3", **dict.fromkeys(provenance.LIBRARIES, "1")}
    before, done = foretold(here / "store", here / "out", only=["feh_slices"])
    said = reasons(before)["feh_slices"]
    assert any(text.startswith("library version: numpy") and text.endswith("0.0") for text in said)
    assert any(text.startswith("CPU features: +OTHER") for text in said)
    assert done.tables_reused == 0


def test_what_was_saved_may_be_gone(here):
    shutil.rmtree(here / "out" / ".cache")
    shutil.rmtree(here / "out" / ".runs" / (here / "out" / "current").resolve().name / "complete.json", True)
    (here / "out" / "current" / "complete.json").unlink()
    before, _ = foretold(here / "store", here / "out")
    assert set(reasons(before).values()) == {("what was saved of it is gone",)}


def test_other_abundances_leave_every_orbit(mock_release, here, tmp_path):
    store = here / "store"
    first = galdask.orbits(store, "orbits", draws=2, cluster="inline")
    assert first.computed == first.partitions
    files = {path: path.stat().st_mtime_ns for path in (store / "data" / first.group).glob("*.parquet")}
    ingest(release(mock_release, tmp_path / "new", change=plus("FE_H", 0.01)), store)
    again = galdask.orbits(store, "orbits", draws=2, cluster="inline")
    assert (again.computed, again.changed) == (0, False)
    ingest(release(tmp_path / "new", tmp_path / "moved", change=plus("GAIAEDR3_PMRA", 0.1, [9])), store)
    assert not open_store(store).orbits[0].complete
    assert galdask.orbits(store, "orbits", draws=2, cluster="inline").computed == 1
    assert open_store(store).orbits[0].complete
    assert all(path.stat().st_mtime_ns == then for path, then in files.items())


def test_a_manifest_edited_by_hand_is_detected(here):
    path = here / "store" / "manifest.json"
    text = path.read_text()
    assert '"rows":8000' in text
    path.write_text(text.replace('"rows":8000', '"rows":8001', 1))
    with pytest.raises(StoreError, match="not as it was written"):
        foretold(here / "store", here / "out")
