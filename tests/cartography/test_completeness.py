import numpy as np
import pytest
from scipy.stats import binomtest

from galdask.cartography.atlas import finish
from galdask.cartography.fractions import fraction
from galdask.cartography.plan import Plan
from galdask.cartography.products import load
from tests.cartography.stars import PIPELINE, plan, random_stars, results, samples, section

NAME = "age_completeness"


@pytest.fixture(scope="module")
def stars():
    return random_stars(6000)


@pytest.fixture(scope="module")
def made(stars):
    small = plan()
    return finish(small, NAME, results(small, stars, names=(NAME,)))


@pytest.mark.parametrize(("part", "whole"), [(0, 5), (5, 5), (3, 7), (970, 1000), (1, 1)])
def test_the_error_is_half_of_wilson_s_interval(part, whole):
    f, err = fraction(np.array([part]), np.array([whole]))
    low, high = binomtest(part, whole).proportion_ci(confidence_level=0.6826894921370859, method="wilson")
    assert f[0] == part / whole
    assert err[0] == pytest.approx(0.5 * (high - low), abs=1e-12)


def test_small_counts_have_no_fraction():
    f, err = fraction(np.array([0, 1, 2]), np.array([0, 2, 3]), min_n=3)
    np.testing.assert_array_equal(np.isnan(f), [True, True, False])
    np.testing.assert_array_equal(np.isnan(err), [True, True, False])


def test_cells_hold_the_share_of_the_stars_that_have_an_age(made, stars):
    of = samples(stars)
    for view, x, y, at in (("xy", "x", "y", {"x": -1.5, "y": 1.5}), ("rz", "r", "z", {"r": 2.5, "z": 0.5})):
        inside = {
            name: int(((np.floor(s[x]) == at[x] - 0.5) & (np.floor(s[y]) == at[y] - 0.5)).sum())
            for name, s in of.items()
        }
        mine = made.sel(population="total", **at)
        assert int(mine[f"n_all_{view}"]) == inside["main"] > 5
        assert inside["age"] == int(mine[f"n_age_{view}"])
        assert float(mine[f"f_distmass_{view}"]) == inside["age"] / inside["main"]
    few = made["n_all_xy"].values < 3
    np.testing.assert_array_equal(np.isnan(made["f_distmass_xy"].values), few)


def test_zones_are_ranges_of_r_and_height(made, stars):
    def members(s):
        near = s["abs_z"] < 1
        return {
            "solar": near & (s["r"] >= 2) & (s["r"] < 4),
            "inner": near & (s["r"] < 1),
            "outer": s["r"] >= 5,
            "above": ~near,
        }

    of = samples(stars)
    inside = {name: members(of[name]) for name in ("main", "age")}
    assert list(made["zone"].values.astype(str)) == list(inside["main"])
    for zone in inside["main"]:
        n_all, n_age = (int(inside[name][zone].sum()) for name in ("main", "age"))
        mine = made.sel(population="total", zone=zone)
        assert (int(mine["zone_n_all"]), int(mine["zone_n_age"])) == (n_all, n_age)
        assert float(mine["zone_f_distmass"]) == n_age / n_all
        high = int((inside["main"][zone] & (of["main"]["population"] == 1)).sum())
        assert int(made["zone_n_all"].sel(population="high_alpha", zone=zone)) == high


def test_low_cells_are_counted_where_their_middle_is(made):
    share = made["f_distmass_rz"].sel(population="total")
    r, z = np.meshgrid(made["r"], made["z"], indexing="ij")
    inside = (r >= 2) & (r < 4) & (np.abs(z) < 1) & np.isfinite(share.values)
    mine = made.sel(population="total", zone="solar")
    assert int(mine["zone_cells"]) == inside.sum() > 0
    assert int(mine["zone_cells_low"]) == (inside & (share.values < 0.8)).sum()


def test_a_map_with_signed_r_counts_both_sides(stars):
    text = PIPELINE.replace("age_completeness: {step: 1", "age_completeness: {signed_r: true, step: 1")
    small = plan(text)
    both = finish(small, NAME, results(small, stars, names=(NAME,)))
    assert both.sizes["r"] == 12
    r, z = np.meshgrid(both["r"], both["z"], indexing="ij")
    there = np.isfinite(both["f_distmass_rz"].sel(population="total").values)
    inside = there & (np.abs(r) >= 2) & (np.abs(r) < 4) & (np.abs(z) < 1)
    assert int(both["zone_cells"].sel(population="total", zone="solar")) == inside.sum()


def test_the_table_has_a_row_a_zone_with_the_published_limit(made):
    table = load(NAME).tables(made)[NAME]
    assert len(table) == 4 * 3
    solar = table[(table.zone == "solar") & (table.population == "total")].iloc[0]
    assert (solar.r_low, solar.r_high, solar.abs_z_low, solar.abs_z_high) == (2, 4, 0, 1)
    assert solar.published_limit == 0.97
    assert np.isinf(table[table.zone == "outer"].r_high).all()
    assert "appendix A.1" in made.attrs["published_source"]


def test_without_ages_it_is_skipped_by_name():
    lean = Plan.from_section(section(), samples=("main", "catalogue"))
    assert lean.lacks(NAME) == "the store has no age"
