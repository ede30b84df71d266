"""Pictures of variants: one sheet each, with the numbers of its own stars."""

import functools

import numpy as np
import pytest

from galdask import figures
from tests.figures import made
from tests.figures.looking import named, panels, texts


@functools.cache
def sheets(name):
    """Return the dataset, the figure and its panels: variant, |Z| rising, R."""
    dataset = made.dataset(name)
    figure = figures.draw(name, dataset)
    count = dataset.sizes["variant"] * dataset.sizes["abs_z"] * dataset.sizes["r"]
    shape = dataset.sizes["variant"], dataset.sizes["abs_z"], dataset.sizes["r"]
    return dataset, figure, np.array(panels(figure)[:count], dtype=object).reshape(shape)[:, ::-1]


@pytest.mark.parametrize("name", ["age_alpha_variants", "amr_variants"])
def test_each_sheet_shows_its_own_variant_on_the_axes_of_all(name):
    dataset, figure, grids = sheets(name)
    headings = [text.get_text() for text in figure.texts if text.get_gid() == "sheet"]
    assert headings == [r"(a)  1.0$\,\leq\,$log $g$$\,\leq\,$2.0", r"(b)  A: log $g$ >= 1.4"]
    assert grids[0, 0, 0].get_position().y0 > grids[1, -1, 0].get_position().y1, "(a) is above (b)"
    limits = {(*axes.get_xlim(), *axes.get_ylim()) for axes in grids.ravel()}
    assert len(limits) == 1
    left, right, *_ = limits.pop()
    assert left > right, "older to the left"
    for k, row, column in np.ndindex(grids.shape):
        part = dataset.isel(population=0, variant=k, abs_z=row, r=column)
        if int(part["n_age"]):
            note = f"$N$ = {int(part['n_age']):,} ({100 * float(part['f_distmass']):.0f} %)"
            assert note in texts(grids[k, row, column])
    stars = dataset["n_age"].sel(population="total").sum(("abs_z", "r")).values
    assert stars[1] < 0.8 * stars[0]


def test_modes_and_stars_are_those_of_the_variant():
    dataset, _, grids = sheets("age_alpha_variants")
    for k, row, column in np.ndindex(grids.shape):
        part = dataset.isel(variant=k, abs_z=row, r=column)
        shown = [line.get_xdata()[0] for line in named(grids[k, row, column], "mode")]
        np.testing.assert_array_equal(shown, part["mode_log_age"].values[: int(part["n_modes"])])
    dataset, _, grids = sheets("amr_variants")
    for k in range(2):
        shown = sum(named(axes, "stars")[0].get_offsets().shape[0] for axes in grids[k].ravel())
        assert shown == np.isfinite(dataset["point_log_age"].isel(variant=k)).sum() > 500


def test_profiles_of_age_are_a_column_a_variant():
    dataset = made.dataset("age_profiles_variants")
    grid = np.array(panels(figures.draw("age_profiles_variants", dataset)), dtype=object).reshape(3, 2)
    for (row, k), axes in np.ndenumerate(grid):
        part = dataset.isel(population=row, variant=k)
        assert f"{int(part['n_panel'].sum()):,}" in axes.get_title(loc="right")
        assert axes.get_xlim()[0] == 0
        assert len(named(axes, "sun")) == 1
        lines = [line for line in axes.lines if line.get_gid() != "sun" and len(line.get_xdata()) > 1]
        windows = part["n_windows"].values
        assert sorted(len(line.get_xdata()) for line in lines) == sorted(windows[windows > 1])


@pytest.fixture(scope="module")
def differences():
    dataset = made.dataset("variant_differences")
    grid = np.array(panels(figures.draw("variant_differences", dataset)), dtype=object).reshape(3, 2)
    return dataset, grid


def test_differences_stand_beside_the_slopes_of_both(differences):
    dataset, grid = differences
    for row, (family, populations) in enumerate((("feh_radial", 1), ("feh_vertical", 1), ("age_radial", 3))):
        way = {"Line through the profile": "profile", "Line through the stars": "stars"}
        drawn = way[grid[row, 1].get_title(loc="left")]
        first = "low_alpha" if populations == 1 else "total"
        there = np.isfinite(dataset[f"{family}_difference"].sel(fit_to="profile", population=first))
        assert drawn == ("profile" if there.sum() > 1 else "stars")
        part = dataset.sel(fit_to=drawn, population="low_alpha").isel(variant=0)
        expected = part[f"{family}_difference"].values
        order = 0 if populations == 1 else 1
        shown = named_lines(grid[row, 1], "variant")[order].get_ydata()
        np.testing.assert_array_equal(shown, expected[np.isfinite(expected)])
        main = part[f"{family}_main_slope"].values
        shown = named_lines(grid[row, 0], "main")[order].get_ydata()
        np.testing.assert_array_equal(shown, main[np.isfinite(main)])
        assert len(named_lines(grid[row, 1], "variant")) == populations


def test_published_differences_are_drawn_on_both_sides_of_zero(differences):
    _, grid = differences
    found = [sorted(line.get_ydata()[0] for line in named(axes, "published")) for axes in grid[:, 1]]
    assert found == [[-0.001, 0.001], [], [-0.03, 0.03]]


def named_lines(axes, gid):
    """Return the lines that carry a name, in the order in which they were drawn."""
    return [line for line in axes.lines if line.get_gid() == gid]
