import numpy as np

from galdask import figures
from tests.figures import made
from tests.figures.looking import named, panels, texts


def test_mdf_grid_has_the_plane_on_top_and_marks_on_every_third_row():
    dataset = made.dataset("mdf_grid")
    column = panels(figures.draw("mdf_grid", dataset))
    assert len(column) == 3
    assert "< 0.5$ kpc" in column[0].get_title(loc="left")
    for i, axes in enumerate(column):
        part = dataset.isel(abs_z=i)
        (rows,) = named(axes, "rows")
        colours = rows.get_array()
        empty = part["n"].values[0].sum(axis=-1) == 0
        assert (colours[empty] == 1.0).all()
        own = part.sel(population="total")
        (modes,) = named(axes, "mode_total")
        np.testing.assert_array_equal(modes.get_xdata(), own["mode"].values[1::3])
        np.testing.assert_allclose(modes.get_ydata(), own["r"].values[1::3])
        assert f"{int(own['n_row'].sum()):,}" in axes.get_title(loc="right")
    assert column[0].get_ylim()[0] < column[0].get_ylim()[1]


def test_low_alpha_is_blue_and_high_alpha_orange():
    dataset = made.dataset("mdf_grid")
    axes = panels(figures.draw("mdf_grid", dataset))[0]
    colours = named(axes, "rows")[0].get_array()
    part = dataset.isel(abs_z=0)
    low, high = (part["n"].sel(population=p).values for p in ("low_alpha", "high_alpha"))
    blue = colours[(low > 20) & (high == 0)]
    orange = colours[(high > 5) & (low == 0)]
    assert len(blue) > 0 < len(orange)
    assert (blue[:, 2] > blue[:, 0]).all()
    assert (orange[:, 0] > orange[:, 2]).all()


def test_mdf_moments_show_low_alpha_with_the_zero_of_the_skewness():
    dataset = made.dataset("mdf_moments")
    figure = figures.draw("mdf_moments", dataset)
    left, top, middle, bottom = panels(figure)[:4]
    own = dataset.sel(population="low_alpha")
    good = np.isfinite(own["mode"].values)
    assert len(named(left, "row")) == good.sum() > 3
    assert f"{int(own['n_row'].sum()):,}" in texts(left)
    for name in ("mean", "median", "mode"):
        values = own[name].values
        np.testing.assert_array_equal(named(top, name)[0].get_ydata(), values[np.isfinite(values)])
    assert len(named(middle, "std")) == 1
    assert named(bottom, "sun")[0].get_xdata()[0] == 8.3
    zero = float(own["skewness_zero"])
    assert (f"{zero:.1f}" in texts(bottom)) == bool(np.isfinite(zero))


def test_ages_are_drawn_like_metallicities():
    for settings, label in (("", "Age (Gyr)"), ("logarithmic: true", "log$_{10}$ age (log yr)")):
        dataset = made.dataset("adf_grid", settings=settings)
        column = panels(figures.draw("adf_grid", dataset))
        assert column[-1].get_xlabel() == label
        assert column[-1].get_xlim()[0] < column[-1].get_xlim()[1]
    left, top, *_ = panels(figures.draw("adf_moments", made.dataset("adf_moments")))
    assert left.get_xlabel() == top.get_ylabel() == "Age (Gyr)"
    assert "Total" in texts(left)
