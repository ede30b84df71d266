import numpy as np
import pytest

from galdask import figures
from tests.figures import made
from tests.figures.looking import coloured, named, panels


def test_polar_maps_have_curves_at_left_and_the_map_at_right():
    dataset = made.dataset("polar_maps")
    grid = panels(figures.draw("polar_maps", dataset))
    assert len(grid) == 6
    for i in range(3):
        left, right = grid[2 * i], grid[2 * i + 1]
        np.testing.assert_array_equal(coloured(right), np.isfinite(dataset["fe_h_median"].values[0, i]))
        assert right.get_ylim() == (0.0, 360.0)
        assert named(right, "sun")[0].get_xydata()[0].tolist() == [8.3, 180.0]
        curves = named(left, "curve")
        assert len(curves) == dataset.sizes["theta_shown"]
        for curve, theta in zip(curves, dataset["theta_shown"].values, strict=True):
            median = dataset["fe_h_median"].sel(population="total", theta=theta).isel(abs_z=i)
            np.testing.assert_array_equal(curve.get_ydata(), median)
        assert left.get_xlim() == right.get_xlim()
    (zoom,) = named(grid[1], "zoom")
    assert (zoom.get_x(), zoom.get_y()) == (6.0, 160.0)
    assert named(grid[3], "zoom") == []
    assert grid[4].get_xlabel() == "$R$ (kpc)"
    assert grid[5].get_ylabel() == "Azimuth (degrees)"


def test_the_gray_band_is_the_reading_that_was_chosen():
    widths = {}
    for reading in ("text", "printed"):
        dataset = made.dataset("polar_maps", settings=f"replicas: 5, spread: {reading}")
        (band,) = named(panels(figures.draw("polar_maps", dataset))[0], "spread")
        corners = band.get_paths()[0].vertices[:, 1]
        one = dataset.isel(abs_z=0).sel(population="total")
        top = one["fe_h_over_theta"] + one["expected_spread"].sel(reading=reading)
        assert corners.max() == pytest.approx(float(top.max()))
        widths[reading] = float(one["expected_spread"].sel(reading=reading, r=8.5))
    assert widths["printed"] > 3 * widths["text"]


@pytest.mark.parametrize(("sense", "near_end"), [("toward_rotation", 155.0), ("against_rotation", 205.0)])
def test_the_bar_points_to_its_near_end(sense, near_end):
    dataset = made.dataset("polar_maps").copy()
    dataset.attrs["frame"] = dataset.attrs["frame"].replace("{", f'{{"theta": "{sense}", ', 1)
    (bar,) = named(panels(figures.draw("polar_maps", dataset))[1], "bar")
    r, theta = bar.get_xdata(), bar.get_ydata()
    assert r.max() == pytest.approx(5.0)
    assert theta[np.argmax(r * (theta < 300) * (theta > 90))] == pytest.approx(near_end)
    assert r.min() == pytest.approx(2.0)


def test_the_zoom_has_spiral_arms_and_the_sun():
    dataset = made.dataset("polar_zoom")
    figure = figures.draw("polar_zoom", dataset)
    axes = panels(figure)[0]
    np.testing.assert_array_equal(coloured(axes), np.isfinite(dataset["fe_h_median"].values[0]))
    assert named(axes, "sun")[0].get_xydata()[0].tolist() == [8.3, 180.0]
    names = [line.get_label() for line in named(axes, "arm_seen")]
    assert names == ["Sgr-Car", "Local", "Perseus"]
    low, high = axes.get_ylim()
    assert (low, high) == pytest.approx((162.0, 198.0))
    assert f"{int(dataset['n_panel'][0]):,}" in axes.get_title(loc="right")
