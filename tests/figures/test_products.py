import functools

import numpy as np
import pytest
from matplotlib.colors import LogNorm, to_hex

from galdask import figures
from galdask.errors import ProductError
from galdask.figures import style
from tests.figures import made, synthetic, synthetic_profiles
from tests.figures.looking import coloured, named, panels, pixels, texts

DATASETS = {
    name: getattr(synthetic_profiles if name.startswith("radial") else synthetic, name, None)
    or functools.partial(made.dataset, name)
    for name in figures.names()
}


@pytest.mark.parametrize("mode", ["empty", "single", "nan"])
@pytest.mark.parametrize("name", figures.names())
def test_poor_data_still_give_a_picture(name, mode):
    picture = pixels(figures.draw(name, DATASETS[name](mode)))
    assert picture.std() > 1


def test_a_product_without_a_picture_is_named():
    with pytest.raises(ProductError, match="xyz"):
        figures.draw("xyz", synthetic.coverage("empty"))


def test_kiel_has_both_axes_reversed_and_the_catalogue_behind():
    dataset = synthetic.kiel()
    figure = figures.draw("kiel", dataset)
    axes = panels(figure)[0]
    assert axes.get_xlim()[0] > axes.get_xlim()[1]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    behind, front = named(axes, "cells")
    assert behind.get_zorder() < front.get_zorder()
    assert front.get_array().count() == np.isfinite(dataset["fe_h_median"].values).sum()
    assert behind.get_array().count() == (dataset["n_catalogue"].values > 0).sum()
    assert len(named(axes, "outline")) == 1
    assert "sample: $N$ = 20,000" in texts(axes)
    assert f"{int(dataset['n_panel_catalogue']):,}" in texts(axes)
    assert axes.get_xlabel() == "Effective temperature (K)"


def test_kiel_without_a_catalogue_shows_the_sample_alone():
    axes = panels(figures.draw("kiel", synthetic.kiel(catalogue=False)))[0]
    assert len(named(axes, "cells")) == 1
    assert "catalogue" not in texts(axes)


@pytest.mark.parametrize("signed", [True, False])
def test_coverage_counts_on_a_log_scale_with_the_sun_at_left(signed):
    dataset = synthetic.coverage(signed=signed)
    face, edge = panels(figures.draw("coverage", dataset))[:2]
    for axes in (face, edge):
        assert axes.get_xlim()[0] < axes.get_xlim()[1]
        assert axes.get_ylim()[0] < axes.get_ylim()[1]
        (mesh,) = named(axes, "cells")
        assert isinstance(mesh.norm, LogNorm)
        assert len(named(axes, "sun")) == len(named(axes, "centre")) == 1
    np.testing.assert_array_equal(coloured(face), dataset["n_xy"].values[0] > 0)
    np.testing.assert_array_equal(coloured(edge), dataset["n_rz"].values[0] > 0)
    assert named(face, "sun")[0].get_xydata()[0, 0] == -8.3
    assert named(edge, "sun")[0].get_xydata()[0, 0] == (-8.3 if signed else 8.3)
    assert len(named(face, "bar")) == 1
    assert len(named(face, "rotation")) == 1
    assert named(edge, "bar") == []
    assert edge.get_xlabel() == ("Signed $R$ (kpc)" if signed else "$R$ (kpc)")
    assert f"$N$ = {int(dataset['n_panel_xy'][0]):,}" in texts(face)


def test_alpha_split_shows_line_buffer_errors_and_numbers():
    dataset = synthetic.alpha_split()
    axes = panels(figures.draw("alpha_split", dataset))[0]
    (line,) = named(axes, "boundary")
    np.testing.assert_array_equal(line.get_ydata(), dataset["line_mg_fe"].values)
    (band,) = named(axes, "buffer")
    corners = band.get_paths()[0].vertices
    assert corners[:, 1].min() == pytest.approx(0.125)
    meshes = named(axes, "cells")
    shown = sum(~np.ma.getmaskarray(m.get_array()).T.astype(int) + 2 for m in meshes)
    np.testing.assert_array_equal(shown, dataset["n"].values[0] > 0)
    note = texts(axes)
    for population in (0, 1, 2):
        assert f"{int(dataset['n_panel'][population]):,}" in note
    assert "typical" in note
    (errors,) = axes.containers
    assert len(errors.lines[2][0].get_segments()) == dataset.sizes["fe_h_bin"]


@pytest.mark.parametrize("gone", [["line_mg_fe", "line_low", "line_high"], ["fe_h_err_median"]])
def test_alpha_split_without_errors_or_without_a_line(gone):
    axes = panels(figures.draw("alpha_split", synthetic.alpha_split().drop_vars(gone)))[0]
    assert len(named(axes, "boundary")) == (0 if "line_low" in gone else 1)
    assert len(axes.containers) == (1 if "line_low" in gone else 0)


def test_global_maps_have_a_column_for_each_quantity():
    dataset = synthetic.global_maps()
    figure = figures.draw("global_maps", dataset)
    grid = panels(figure)[:6]
    labels = [child.get_xlabel() for axes in figure.axes for child in axes.child_axes]
    assert labels == ["Median [Fe/H] (dex)", "Median [Mg/Fe] (dex)", "Median age (Gyr)"]
    for column, name in enumerate(("fe_h", "mg_fe", "age")):
        face, edge = grid[column], grid[column + 3]
        good = np.isfinite(dataset[f"face_{name}_median"].values[0])
        np.testing.assert_array_equal(coloured(face), good)
        assert f"{int(dataset[f'edge_{name}_n_panel'][0]):,}" in texts(edge)
        assert named(face, "cells")[0].norm.vmin == named(edge, "cells")[0].norm.vmin
        assert face.get_xlim() == edge.get_xlim()
        assert (len(named(face, "bar")), len(named(edge, "bar"))) == (1, 0)
        assert named(edge, "sun")[0].get_xydata()[0].tolist() == [-8.3, 0.027]
    assert "1$ kpc" in texts(grid[0])


def test_global_maps_of_one_quantity():
    figure = figures.draw("global_maps", synthetic.global_maps(quantities=("fe_h",)))
    assert len(panels(figure)) == 2


def test_slices_share_one_colour_scale():
    dataset = synthetic.feh_slices()
    row = panels(figures.draw("feh_slices", dataset))
    assert len(row) == 3
    scales = {(named(a, "cells")[0].norm.vmin, named(a, "cells")[0].norm.vmax) for a in row}
    assert len(scales) == 1
    assert [a.get_title() for a in row] == [
        r"$\left|Z\right| < 0.5$ kpc",
        r"$0.5 \leq \left|Z\right| < 1$ kpc",
        r"$1 \leq \left|Z\right| \leq 2$ kpc",
    ]
    for i, axes in enumerate(row):
        assert f"$N$ = {int(dataset['fe_h_n_panel'][0, i]):,}" in texts(axes)


def test_ages_are_drawn_like_metallicities():
    dataset = made.dataset("age_slices")
    figure = figures.draw("age_slices", dataset)
    labels = [child.get_ylabel() for axes in figure.axes for child in axes.child_axes]
    assert labels == ["Median age (Gyr)"]
    for i, axes in enumerate(panels(figure)):
        np.testing.assert_array_equal(coloured(axes), np.isfinite(dataset["age_median"].values[0, i]))


def test_profiles_have_a_line_for_each_height_with_its_band():
    dataset = synthetic_profiles.radial_profiles()
    column = panels(figures.draw("radial_profiles", dataset))
    assert len(column) == 3
    for axes, population in zip(column, synthetic.POPULATIONS, strict=True):
        windows = dataset["n_windows"].sel(population=population).values
        lines = [line for line in axes.lines if line.get_gid() != "sun" and len(line.get_xdata()) > 1]
        assert [len(line.get_xdata()) for line in lines] == [n for n in windows if n > 1]
        first = dataset.sel(population=population).isel(abs_z=0)
        good = np.isfinite(first["r"].values)
        np.testing.assert_array_equal(lines[0].get_ydata(), first["fe_h_median"].values[good])
        assert named(axes, "sun")[0].get_xdata()[0] == 8.3
        number = int(dataset["n_panel"].sel(population=population).sum())
        assert axes.get_title(loc="right") == f"$N$ = {number:,}"
        assert axes.get_xlim()[0] == 0
    assert column[-1].get_xlabel() == "Median $R$ (kpc)"


def test_profiles_of_one_place_are_seen():
    dataset = synthetic_profiles.radial_profiles()
    dataset["r"] = dataset["r"] * 0.02 + 8.1
    low, high = panels(figures.draw("radial_profiles", dataset))[0].get_xlim()
    assert 7.9 < low < 8.2 < high < 8.8
    assert "no window is full" not in texts(panels(figures.draw("radial_profiles", dataset))[1])


def test_profiles_without_stars_say_so():
    column = panels(figures.draw("radial_profiles", synthetic_profiles.radial_profiles("empty")))
    assert [texts(axes) for axes in column] == ["no stars"] * 3


def test_gradients_stand_beside_the_published_ones():
    dataset = synthetic_profiles.radial_gradients()
    left, right = panels(figures.draw("radial_gradients", dataset))
    assert left.get_title() == r"Line through the profile, $R \geq 7$ kpc"
    for axes, way in ((left, 0), (right, 1)):
        full = {
            line.get_label(): line for line in axes.lines if line.get_label() in ("Total", r"Low-$\alpha$")
        }
        np.testing.assert_array_equal(full["Total"].get_ydata(), dataset["slope"].values[way, 0, 0])
        assert to_hex(full[r"Low-$\alpha$"].get_color()) == style.POPULATIONS["low_alpha"][0]
        open_ones = [c.lines[0] for c in axes.containers]
        assert len(open_ones) == 3
        for line, known in zip(open_ones, dataset["published_slope"].values, strict=True):
            assert line.get_markerfacecolor() == "white"
            np.testing.assert_array_equal(line.get_ydata(), known)
        low, high = axes.get_ylim()
        assert low < dataset["published_slope"].values.min()
        assert high > dataset["published_slope"].values.max()


def test_a_slope_without_neighbours_shows_its_error():
    dataset = synthetic_profiles.radial_gradients(published=False)
    dataset["slope"][..., 1::2] = np.nan
    for axes in panels(figures.draw("radial_gradients", dataset)):
        assert len(axes.containers) == 3
        places = [line.get_xdata() for line in axes.lines if line.get_label() in ("Total", r"Low-$\alpha$")]
        assert (places[0][::2] < places[1][::2]).all()


def test_one_wide_error_does_not_flatten_the_slopes():
    dataset = synthetic_profiles.radial_gradients(published=False)
    dataset["slope_err"][0, 0, 0, 3] = 14.0
    axes = panels(figures.draw("radial_gradients", dataset))[0]
    low, high = axes.get_ylim()
    assert -0.15 < low < high < 0.15
    slopes, errors = dataset["slope"].values[:, 0], dataset["slope_err"].values[:, 0]
    there = errors < 1
    assert low < (slopes - errors)[there].min() < (slopes + errors)[there].max() < high


def test_gradients_without_published_values():
    axes = panels(figures.draw("radial_gradients", synthetic_profiles.radial_gradients(published=False)))[0]
    assert axes.containers == []
