import numpy as np
import pytest

from galdask import figures
from galdask.figures import style
from tests.figures import made, synthetic
from tests.figures.looking import named, panels, texts


def marked(axes, label):
    """Return the line of an axes with a label."""
    (line,) = (line for line in axes.lines if line.get_label() == label)
    return line


def test_vertical_profiles_run_from_below_the_plane_to_above_it():
    dataset = made.dataset("vertical_profiles")
    column = panels(figures.draw("vertical_profiles", dataset))
    assert len(column) == 3
    for axes, population in zip(column, synthetic.POPULATIONS, strict=True):
        low, high = axes.get_xlim()
        assert low == -high
        assert high >= np.nanmax(np.abs(dataset["z"].values))
        assert named(axes, "plane")[0].get_xdata()[0] == 0.0
        part = dataset.sel(population=population)
        lines = [line for line in axes.lines if line.get_gid() != "plane" and len(line.get_xdata()) > 1]
        assert [len(line.get_xdata()) for line in lines] == [n for n in part["n_windows"].values if n > 1]
        first = part.isel(r=int(np.flatnonzero(part["n_windows"].values > 1)[0]))
        good = np.isfinite(first["z"].values)
        np.testing.assert_array_equal(lines[0].get_xdata(), first["z"].values[good])
        np.testing.assert_array_equal(lines[0].get_ydata(), first["fe_h_median"].values[good])
        assert axes.get_title(loc="right") == f"$N$ = {int(part['n_panel'].sum()):,}"
    assert column[-1].get_xlabel() == "Median $Z$ of the window (kpc)"


def test_vertical_gradients_show_both_sides_folded_and_their_difference():
    dataset = made.dataset("vertical_gradients")
    grid = panels(figures.draw("vertical_gradients", dataset))
    assert len(grid) == 4
    for way, upper, lower in zip(("profile", "stars"), grid[:2], grid[2:], strict=True):
        part = dataset.sel(fit_to=way, population="low_alpha")
        text = style.POPULATIONS["low_alpha"][2]
        np.testing.assert_array_equal(marked(upper, text).get_ydata(), part["slope"].sel(side="both"))
        np.testing.assert_array_equal(marked(lower, text).get_ydata(), part["asymmetry"])
        assert "2$ kpc" in upper.get_title()
        published = [c for c in upper.containers if str(c.get_label()).endswith("published")]
        assert len(published) == 3
        np.testing.assert_array_equal(
            published[1].lines[0].get_ydata(), dataset["published_slope"].sel(population="low_alpha")
        )
        near = [c.lines[0] for c in upper.containers if c.lines[0] and c.lines[0].get_gid() == "near_sun"]
        assert [float(line.get_xdata()[0]) for line in near] == pytest.approx([8.3] * 3)
    assert grid[0].get_ylabel().startswith(r"Slope of [Fe/H] against $\left|Z\right|$")
    assert texts(grid[0]) == ""


def test_ages_run_along_r_at_left_and_along_z_at_right():
    dataset = made.dataset("age_profiles")
    grid = panels(figures.draw("age_profiles", dataset))
    assert len(grid) == 6
    for row, population in enumerate(synthetic.POPULATIONS):
        left, right = grid[2 * row], grid[2 * row + 1]
        assert left.get_ylim() == right.get_ylim()
        part = dataset.sel(population=population)
        for axes, x, median in ((left, "r", "age_median"), (right, "vertical_z", "vertical_age_median")):
            drawn = [line for line in axes.lines if line.get_gid() is None and len(line.get_xdata()) > 1]
            count = np.isfinite(part[x].values).sum(axis=1)
            assert [len(line.get_xdata()) for line in drawn] == [n for n in count if n > 1]
            first = part[median].values[int(np.flatnonzero(count > 1)[0])]
            np.testing.assert_array_equal(drawn[0].get_ydata(), first[np.isfinite(first)])
    assert named(grid[0], "sun")
    assert named(grid[1], "plane")
    assert grid[4].get_xlabel() == "Median $R$ of the window (kpc)"


def test_slopes_of_age_have_a_row_each_way():
    dataset = made.dataset("age_gradients")
    grid = panels(figures.draw("age_gradients", dataset))
    text = style.POPULATIONS["total"][2]
    for way, upper, lower in zip(("profile", "stars"), grid[:2], grid[2:], strict=True):
        part = dataset.sel(fit_to=way, population="total")
        np.testing.assert_array_equal(marked(upper, text).get_ydata(), part["slope"].isel(r_min=0))
        np.testing.assert_array_equal(
            marked(lower, text).get_ydata(), part["vertical_slope"].sel(side="both")
        )
        np.testing.assert_array_equal(marked(lower, text).get_xdata(), dataset["r_bin"])
    assert grid[0].get_ylabel() == "Slope of age against $R$ (Gyr kpc$^{-1}$)"


def test_profiles_by_age_are_those_of_the_low_alpha_population():
    dataset = made.dataset("profiles_by_age").sel(population="low_alpha")
    grid = panels(figures.draw("profiles_by_age", made.dataset("profiles_by_age")))
    for left, right, prefix, place in ((*grid[:2], "radial_", "r"), (*grid[2:4], "vertical_", "z")):
        count = dataset[f"{prefix}n_windows"].values
        drawn = [line for line in left.lines if line.get_gid() is None and len(line.get_xdata()) > 1]
        assert [len(line.get_xdata()) for line in drawn] == [n for n in count if n > 1]
        first = dataset.isel(age=int(np.flatnonzero(count > 1)[0]))
        x = first[f"{prefix}{place}"].values
        np.testing.assert_array_equal(drawn[0].get_xdata(), x[np.isfinite(x)])
        for container, way in zip(right.containers, ("profile", "stars"), strict=True):
            slope = dataset[f"{prefix}slope"].sel(fit_to=way).values
            assert container.get_label() == f"line through the {way}"
            np.testing.assert_array_equal(container.lines[0].get_ydata(), slope)
    assert "Low" in grid[0].get_title(loc="left")
    assert "0.5$ kpc" in grid[0].get_title(loc="left")
    assert "R < 9$ kpc" in grid[2].get_title(loc="left")
