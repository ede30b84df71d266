"""The numbers that are made here from saved datasets, on datasets whose answer is known."""

import json

import numpy as np
import pytest
import xarray as xr

from galdask.lineage.families import age_structure, finders, metallicities, tagging
from galdask.lineage.finding import NotComputableError
from galdask.lineage.results import Results, redrawn, weighted
from tests.lineage import made

POPULATIONS = made.POPULATIONS


def axis(name, edges):
    edges = np.asarray(edges, dtype=float)
    bounds = np.stack([edges[:-1], edges[1:]], axis=1)
    return {name: bounds.mean(axis=1), f"{name}_bnds": ((name, "bnds"), bounds)}


def results(tmp_path, *datasets):
    return Results(made.make(tmp_path, *datasets))


def bell(edges, centre, width, n):
    """Return expected counts of a normal distribution, as whole numbers."""
    middle = 0.5 * (np.asarray(edges)[1:] + np.asarray(edges)[:-1])
    shape = np.exp(-0.5 * ((middle - centre) / width) ** 2)
    return np.rint(n * shape / shape.sum()).astype(int)


Z, R = [0, 0.5, 1, 2], np.arange(0, 15.5, 0.5)


def mdf_grid(centres_low, centres_high, n=400):
    edges = np.arange(-2, 0.81, 0.05)
    rows = [[bell(edges, c, 0.15, n) for c in line] for line in (centres_low, centres_high)]
    counts = np.stack([rows[0], rows[0], rows[1]])[:, None].repeat(3, axis=1)
    total = counts.sum(axis=-1)
    dims = ("population", "abs_z", "r")
    median = np.stack([centres_low, centres_low, centres_high])[:, None].repeat(3, axis=1)
    return xr.Dataset(
        {
            "p": ((*dims, "fe_h"), counts / total[..., None]),
            "n_row": (dims, total),
            "median": (dims, median),
            "median_err": (dims, np.full_like(median, 0.001)),
        },
        {"population": POPULATIONS, **axis("abs_z", Z), **axis("r", R), **axis("fe_h", edges)},
        made.about("mdf_grid", {"smooth": 1.0}),
    )


def test_distributions_overlap_where_their_centres_meet(tmp_path):
    r = 0.5 * (R[1:] + R[:-1])
    run = results(tmp_path, mdf_grid(0.4 - 0.06 * r, np.full(30, -0.2)))
    low, high, remark = metallicities.overlap(run, metallicities.PLANE)
    # half of the common area of two normals of one width: centres 1.349 widths apart
    reach = 0.15 * 1.349 / 0.06
    assert low == pytest.approx(10.0 - reach, abs=0.5)
    assert high == pytest.approx(10.0 + reach, abs=0.5)
    assert remark.startswith("largest common area 0.9")
    assert finders()["mdf_overlap_lo"](run).value == low
    assert finders()["mdf_overlap_start_high_z"](run).value == low


def test_the_highest_median(tmp_path):
    r = 0.5 * (R[1:] + R[:-1])
    found = metallicities.peak_of_median(results(tmp_path, mdf_grid(-0.05 * np.abs(r - 7.25), 0 * r)))
    assert (found.value, found.error) == (7.25, 0.0)


def test_wide_rows_inside_narrow_ones_outside():
    edges, n = np.arange(10.0), np.full(10, 100)
    assert metallicities._parting(edges, n, np.where(edges < 6, 0.2, 0.1)) == 6.0
    assert np.isnan(metallicities._parting(edges, n, np.where(edges < 6, 0.1, 0.2)))
    assert np.isnan(metallicities._parting(edges, n, np.full(10, 0.1)))


def adf_grid(ages_of_row, n=600):
    edges = np.arange(0, 20.5, 0.5)
    counts = np.stack([bell(edges, age, 1.0, n) for age in ages_of_row])
    counts = counts[None, None].repeat(3, axis=0).repeat(3, axis=1)
    return xr.Dataset(
        {"n": (("population", "abs_z", "r", "age"), counts)},
        {"population": POPULATIONS, **axis("abs_z", Z), **axis("r", R), **axis("age", edges)},
        made.about("adf_grid", {"smooth": 1.0}),
    )


def test_peaks_turn_and_flat_end_of_ages(tmp_path):
    r = 0.5 * (R[1:] + R[:-1])
    ages = np.select([r < 5, r < 12], [7 + 0.1 * r, 7.5 - 0.5 * (r - 5)], 4.0)
    run = results(tmp_path, adf_grid(ages))
    inner, solar = (finders()[f"adf_peak_{name}"](run) for name in ("inner", "solar"))
    assert inner.value == pytest.approx(7.15, abs=0.15)
    assert solar.value == pytest.approx(4.3, abs=0.4)
    assert 0.01 < inner.error < 0.3
    assert age_structure.turn(run).value == pytest.approx(4.75, abs=0.5)
    assert age_structure.flat(run).value == pytest.approx(12.25, abs=1.0)


def test_ages_that_never_turn_flat(tmp_path):
    run = results(tmp_path, adf_grid(15.0 - 0.8 * 0.5 * (R[1:] + R[:-1]), n=20_000))
    with pytest.raises(NotComputableError, match="without a slope"):
        age_structure.flat(run)


def test_a_distribution_of_log_age_is_told(tmp_path):
    dataset = adf_grid(np.full(30, 5.0)).rename(age="log_age", age_bnds="log_age_bnds")
    with pytest.raises(NotComputableError, match="log10 age"):
        finders()["adf_peak_inner"](results(tmp_path, dataset))


def test_few_stars_have_no_peak(tmp_path):
    run = results(tmp_path, adf_grid(np.full(30, 5.0), n=2))
    for name in ("adf_peak_inner", "age_gradient_turn_high_z", "age_gradient_flat_high_z"):
        with pytest.raises(NotComputableError, match="50 stars"):
            finders()[name](run)


def age_alpha(modes):
    found = np.full((3, 6, 4), np.nan)
    found[0, 3, : len(modes)] = modes
    number = np.zeros((3, 6), dtype=int)
    number[0, 3] = len(modes)
    dims = ("abs_z", "r")
    return xr.Dataset(
        {
            "n_modes": (dims, number),
            "p_modes": (dims, np.full((3, 6), 0.75)),
            "mode_log_age": ((*dims, "mode"), found),
            "mode_log_age_err": ((*dims, "mode"), np.where(np.isnan(found), np.nan, 0.02)),
        },
        {"population": POPULATIONS, **axis("abs_z", Z), **axis("r", [0, 3, 6, 9, 12, 15, 25])},
        made.about("age_alpha", {}),
    )


def test_the_youngest_mode(tmp_path):
    found = tagging.young_peak(results(tmp_path, age_alpha([9.4, 9.8])))
    assert found.value == pytest.approx(10**0.4)
    assert found.error == pytest.approx(10**0.4 * np.log(10) * 0.02)
    assert found.remark == "2 modes, as in 75% of the replicas; the others at 6.3 Gyr"


def test_no_mode(tmp_path):
    with pytest.raises(NotComputableError, match="fewer than 50"):
        tagging.young_peak(results(tmp_path, age_alpha([])))


def chemical_tagging(counts):
    n = np.tile(counts, (3, 1))
    reach = np.where(np.arange(11) < 2, np.nan, 4.0 + np.arange(11))
    dims = ("population", "log_age")
    return xr.Dataset(
        {
            "n_age": (dims, n),
            "mg_fe_median": (dims, np.tile(np.linspace(0, 0.05, 11), (3, 1))),
            "mg_fe_median_err": (dims, np.full((3, 11), 0.01)),
            **{f"r_{end}": (dims, np.tile(reach + k, (3, 1))) for k, end in enumerate(("low", "high"))},
            **{f"r_{end}_err": (dims, np.full((3, 11), 0.5)) for end in ("low", "high")},
        },
        {"population": POPULATIONS, **axis("log_age", np.round(np.arange(9.0, 10.15, 0.1), 1))},
        made.about("chemical_tagging", {"fractions": [0.75]}),
    )


def test_stars_of_solar_metallicity_by_age(tmp_path):
    counts = np.zeros(11, dtype=int)
    counts[8] = 1000
    run = results(tmp_path, chemical_tagging(counts))
    rows = {name: finders()[name](run) for name in finders() if name.startswith(("tag_", "high_alpha_age"))}
    assert rows["high_alpha_age_lo"].value == pytest.approx(10**0.805, rel=1e-6)
    assert rows["high_alpha_age_hi"].value == pytest.approx(10**0.895, rel=1e-6)
    assert rows["tag_mgfe_youngest"].value == 0.0
    assert rows["tag_mgfe_oldest"].value == pytest.approx(0.05)
    ends = [rows[f"tag_r_{age}_{end}"].value for age in ("young", "old") for end in ("lo", "hi")]
    assert ends == [6.0, 7.0, 14.0, 15.0]
    assert "log age 9.2 to 9.3" in rows["tag_r_young_lo"].remark


def test_weighted_means_and_replicas():
    mean, error = weighted(np.array([1.0, 4.0, np.nan, 9.0]), np.array([1.0, 0.5, 1.0, np.nan]))
    assert mean == pytest.approx((1.0 + 4 * 4.0) / 5)
    assert error == pytest.approx(1 / np.sqrt(5))
    assert np.isnan(weighted(np.array([1.0]), np.array([0.0]))).all()
    counts = np.array([100, 0, 10_000])
    np.testing.assert_array_equal(redrawn(counts), redrawn(counts))
    np.testing.assert_allclose(redrawn(counts).std(axis=0), np.sqrt(counts), rtol=0.2)


def test_settings_are_read_from_the_dataset(tmp_path):
    run = results(tmp_path, age_alpha([9.4]))
    assert run.settings("age_alpha") == json.loads("{}")
    assert run.products == ("age_alpha",)
