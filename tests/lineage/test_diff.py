"""Two runs on two mocks with a known change: exactly that change is found, and nothing else."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
import yaml

from galdask import cartography, pipeline
from galdask.errors import ProductError
from galdask.lineage.diff import Side, diff, forms
from galdask.pipeline import pipeline_path
from tests.lineage.diff_release import SHIFT, changed_release, in_corner, run

TWO_DISKS = pipeline_path("two_disks")


@pytest.fixture(scope="module")
def runs(mock_release, mock_store, tmp_path_factory):
    """What was changed, and both sides."""
    import galdask

    base = tmp_path_factory.mktemp("diff")
    change = changed_release(mock_store, mock_release, base / "release")
    galdask.ingest("dr17", base / "release", base / "store", cluster="inline", partition_rows=1200)
    a = Side(run(mock_store, base / "a"), mock_store, TWO_DISKS)
    b = Side(run(base / "store", base / "b"), base / "store", TWO_DISKS)
    return change, a, b


@pytest.fixture(scope="module")
def found(runs):
    return diff(*runs[1:])


def number(found, name, why=""):
    return sum(g.stars for g in found.groups if g.name == name and why in g.why)


def total(found, name):
    return found.maps[f"face_{name}"].sel(population="total").values


def test_the_stars_are_told_apart(found, runs):
    change = runs[0]
    assert found.catalogues.rows == (8000, 8005)
    assert (found.catalogues.added, found.catalogues.lost) == (10, 5)
    assert list(found.catalogues.columns) == ["fe_h"]
    assert number(found, "added", "new") == change.new == 10
    assert number(found, "lost") == change.lost.size == 5
    assert number(found, "added", "known") == 0
    assert {g.why: g.stars for g in found.groups if g.name == "changed"}["fe_h"] == change.corner.size > 50
    assert not {"x", "y", "z", "mg_fe", "age"} & {g.why for g in found.groups}
    assert number(found, "same") == len(change.sample) - change.corner.size - 5
    for group in found.groups:
        assert sum(group.populations.values()) == group.stars


def test_the_map_shows_the_corner_and_nothing_else(found):
    x, y = np.meshgrid(found.maps.x.values, found.maps.y.values, indexing="ij")
    touched = (total(found, "fe_h_added") + total(found, "fe_h_lost")) > 0
    there = (total(found, "fe_h_n_a") > 0) & ~touched
    change, corner = total(found, "fe_h_change"), in_corner(x, y)
    assert (there & corner).sum() > 30
    np.testing.assert_allclose(change[there & corner], SHIFT, atol=1e-6)
    assert (change[there & ~corner] == 0.0).all()
    assert (total(found, "mg_fe_change")[there] == 0.0).all()
    changed = total(found, "fe_h_changed")
    assert (changed[~corner] == 0).all()
    assert changed.sum() == number(found, "changed", "fe_h")
    assert total(found, "fe_h_added").sum() == 10
    assert total(found, "fe_h_lost").sum() == 5


def test_the_shifts_of_the_groups_add_up(found):
    parts = [total(found, f"fe_h_shift_{step}") for step in ("lost", "changed", "added")]
    whole = total(found, "fe_h_change")
    known = np.isfinite(np.sum(parts, axis=0))
    assert known.sum() > 100
    np.testing.assert_allclose(np.sum(parts, axis=0)[known], whole[known], atol=1e-12)
    x, y = np.meshgrid(found.maps.x.values, found.maps.y.values, indexing="ij")
    own = known & in_corner(x, y)
    np.testing.assert_allclose(parts[1][own], SHIFT, atol=1e-6)
    assert (parts[1][known & ~own] == 0.0).all()
    assert (parts[2][total(found, "fe_h_added") == 0][known[total(found, "fe_h_added") == 0]] == 0.0).all()


def test_medians_of_the_cells_are_those_of_the_saved_cubes(found, runs):
    cells = found.cells["xyz"]
    cells = cells[(cells.quantity == "fe_h") & (cells.population == "low_alpha")]
    assert len(cells) > 30
    for side, column in zip(runs[1:], ("median_a", "median_b"), strict=True):
        with cartography.open_product(side.out / "cubes" / "xyz.zarr") as cube:
            saved = cube.fe_h_median.sel(population="low_alpha")
            at = {
                name: pd.Index(np.round(saved[name].values - 0.25, 6)).get_indexer(cells[f"{name}_low"])
                for name in ("x", "y", "z")
            }
            values = saved.values[at["x"], at["y"], at["z"]]
        np.testing.assert_array_equal(values, cells[column].to_numpy(np.float32))


def test_variables_that_moved_and_those_that_did_not(found):
    moved = {(m.dataset, m.variable): m for m in found.moved}
    cube = moved["xyz", "fe_h_median"]
    assert cube.cells == 3 * 100 * 100 * 40
    assert cube.changed > 50
    assert cube.median_shift == pytest.approx(SHIFT, abs=1e-6)
    assert cube.unit == "dex"
    n = moved["xyz", "n_stars"]
    assert 1 <= abs(n.largest) <= 10
    assert moved["radial_gradients", "slope"].significance is not None
    assert not any("published" in name for _, name in moved)


def test_errors_of_slopes_know_the_shared_stars(found, runs):
    slopes = found.slopes
    whose = {"radial_gradients", "age_gradients", "vertical_gradients"}
    assert set(slopes["slopes"]) == whose | {"profiles_by_age radial", "profiles_by_age vertical"}
    with cartography.open_product(runs[1].out / "products" / "radial_gradients.zarr") as saved:
        line = saved.isel(r_min=0).sel(fit_to="stars", population="low_alpha")
        mine = slopes[slopes.slopes.eq("radial_gradients") & slopes.fit_to.eq("stars")]
        mine = mine[mine.population.eq("low_alpha")].set_index("low")
        known = line.slope.values[np.isfinite(line.slope.values)]
        np.testing.assert_array_equal(mine.slope_a.to_numpy(), known[: len(mine)])
    differ = slopes[slopes["difference"] != 0]
    assert len(differ) > 10
    independent = np.hypot(differ.slope_a_err, differ.slope_b_err)
    assert (differ.difference_err < 0.8 * independent).mean() > 0.8
    assert (differ.significance.abs() >= differ.significance_independent.abs() * 0.9).mean() > 0.9
    same = slopes[(slopes["difference"] == 0)]
    assert (same.significance == 0).all()


def test_without_stores_the_saved_maps_are_compared(runs):
    _, a, b = runs
    plain = diff(Side(a.out), Side(b.out))
    assert plain.groups == []
    assert plain.cells == {}
    assert plain.maps.attrs["made_from"] == "saved maps"
    assert "face_fe_h_shift_added" not in plain.maps
    assert any("--store-a" in note for note in plain.notes)
    moved = {(m.dataset, m.variable): m for m in plain.moved}
    assert moved["xyz", "fe_h_median"].changed > 50


def test_the_picture_has_a_panel_for_each_group_where_stars_are_known(found, runs):
    from galdask.figures import diff_maps

    _, a, b = runs
    for maps, per_view in ((found.maps, 6), (diff(Side(a.out), Side(b.out)).maps, 2)):
        figure = diff_maps.draw(maps, "fe_h")
        meshes = [m for axes in figure.axes for m in axes.collections if m.get_gid() == "cells"]
        assert len(meshes) == 2 * per_view
        change = np.ma.masked_invalid(meshes[0].get_array()).compressed()
        assert np.abs(change).max() > 0.9 * SHIFT


def test_a_run_and_itself(runs):
    _, a, _ = runs
    same = diff(a, a)
    assert not same.any
    assert "no number differs" in forms.as_text(same)
    assert {g.name for g in same.groups if g.stars} == {"same"}
    assert same.cells["xyz"].empty


def test_stores_of_other_runs_are_refused(runs):
    _, a, b = runs
    with pytest.raises(ProductError, match="do not give the stars of run A"):
        diff(Side(a.out, b.store, TWO_DISKS), b)
    with pytest.raises(ProductError, match="no results"):
        diff(Side(a.out.parent), b)


def test_another_cut_takes_stars_that_the_catalogue_keeps(runs, tmp_path):
    change, a, _ = runs
    text = TWO_DISKS.read_text()
    old = "surface_gravity: {column: logg, low: 1.0, high: 2.0}"
    assert old in text
    (tmp_path / "cut.yaml").write_text(text.replace(old, old.replace("2.0", "1.6")))
    out, file = tmp_path / "out", tmp_path / "cut.yaml"
    pipeline.run(file, a.store, out, cluster="inline", only=["global_maps"], figures=False)
    other = diff(a, Side(out, a.store, file))
    lost = number(other, "lost", "known, not in the sample now")
    assert 0 < lost < len(change.sample)
    assert number(other, "same") == len(change.sample) - lost
    assert number(other, "added") == number(other, "lost", "gone") == number(other, "changed") == 0
    assert any("other cuts" in note for note in other.notes)
    assert {one.dataset for one in other.lone} == {"xyz", "radial_gradients"}


def test_everything_is_written(found, runs, tmp_path):
    text = forms.as_text(found)
    assert "10 added, 5 lost" in text
    content = json.loads(forms.as_json(found))
    assert content["catalogue"]["added"] == 10
    assert content["differs"] is True
    rest = [name for name in found.maps if "_fe_h_" not in name]
    one = found.maps.drop_vars(rest).assign_attrs(quantities="fe_h")
    made = {path.name for path in forms.write(dataclasses.replace(found, maps=one), tmp_path)}
    assert {"summary.txt", "variables.csv", "stars.parquet", "slopes.csv", "cells_xyz.parquet"} <= made
    assert {"map_fe_h.png", "map_fe_h.pdf", "maps.zarr"} <= made
    cells = pd.read_csv(tmp_path / "cells_xyz.csv", comment="#")
    whole = cells[(cells.quantity == "fe_h") & (cells.population == "total")]
    assert (whole.added.sum(), whole.lost.sum()) == (10, 5)
    with cartography.open_product(tmp_path / "maps.zarr") as maps:
        record = json.loads(maps.attrs["provenance"])
        assert set(record["diff"]) == {"A", "B"}
        assert record["diff"]["B"]["store"]["rows"] == 8005


def test_a_quantity_that_one_run_lacks_is_named_and_not_compared(runs, tmp_path):
    a = runs[1]
    content = yaml.safe_load(a.pipeline.read_text())
    for cube in content["cubes"].values():
        cube["quantities"] = [name for name in cube["quantities"] if name != "mg_fe"]
    file, out = tmp_path / "fewer.yaml", tmp_path / "out"
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    pipeline.run(file, a.store, out, cluster="inline", only=["cubes/xyz"], figures=False)
    other = diff(Side(out, a.store, file), a)
    assert any("quantities of B alone" in note and "mg_fe" in note for note in other.notes)
    assert "mg_fe" not in set(other.cells["xyz"]["quantity"])
