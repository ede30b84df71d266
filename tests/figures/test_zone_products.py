import numpy as np
import pytest

from galdask import figures
from tests.figures import made
from tests.figures.looking import coloured, named, panels, texts


def sheet(name, settings=None):
    dataset = made.dataset(name) if settings is None else made.dataset(name, settings=settings)
    shown = panels(figures.draw(name, dataset))
    number = dataset.sizes["abs_z"] * dataset.sizes["r"]
    return dataset, np.array(shown[:number], dtype=object).reshape(dataset.sizes["abs_z"], -1)[::-1]


def test_mgfe_grid_has_rows_from_the_plane_upward():
    dataset, grid = sheet("mgfe_grid")
    assert grid.shape == (3, 6)
    assert grid[0, 0].get_position().y0 <= grid[2, 0].get_position().y0
    assert grid[2, 0].get_title() == "$R < 3$ kpc"
    assert grid[2, 5].get_title() == r"$15 \leq R < 25$ kpc"
    for row in range(3):
        for column in range(6):
            axes, part = grid[row, column], dataset.isel(population=0, abs_z=row, r=column)
            assert f"$N$ = {int(part['n_all']):,}" in texts(axes)
            few = int(part["n_panel"]) < 50
            assert len(named(axes, "contours")) == (not few)
            assert len(named(axes, "points")) == few
            if not few:
                (regions,) = named(axes, "contours")
                assert regions.levels[:-1] == pytest.approx(np.sort(part["level"].values), rel=1e-6)
            assert len(named(axes, "behind")) == len(named(axes, "boundary")) == 1
    assert "kpc" in texts(grid[0, 5])
    assert r"\left|Z\right| < 0.5$ kpc" in texts(grid[0, 5])


def test_the_lowest_zone_is_drawn_lowest():
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    dataset = made.dataset("mgfe_grid")
    figure = figures.draw("mgfe_grid", dataset)
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    named_by_height = sorted(
        (axes.get_position().y0, int(n))
        for axes, n in zip(panels(figure)[::6], dataset["n_all"].values[0, ::-1, 0], strict=True)
    )
    assert [n for _, n in named_by_height] == dataset["n_all"].values[0, :, 0].tolist()


def test_mgfe_age_grid_says_what_part_of_its_stars_has_an_age():
    dataset, grid = sheet("mgfe_age_grid")
    for row in range(3):
        for column in range(6):
            axes, part = grid[row, column], dataset.isel(abs_z=row, r=column)
            note = texts(axes)
            assert f"$N$ = {int(part['n_age'][0]):,}" in note
            if int(part["n_all"][0]):
                assert f" ({100 * float(part['f_distmass'][0]):.0f} %)" in note
            good = np.isfinite(part["age_median"].values)
            np.testing.assert_array_equal(coloured(axes), good)
            assert len(named(axes, "sparse")) == bool((part["age_reason"].values == 2).any())
    scales = {(named(a, "cells")[0].norm.vmin, named(a, "cells")[0].norm.vmax) for a in grid.ravel()}
    assert len(scales) == 1


def test_mgfe_by_radius_has_contours_above_and_medians_below():
    dataset = made.dataset("mgfe_by_radius")
    top, bottom = panels(figures.draw("mgfe_by_radius", dataset))[:2]
    parts = dataset.sel(population=["low_alpha", "high_alpha"])
    assert len(named(top, "contours")) == int((parts["n_panel"] >= 50).sum()) > 6
    assert len(named(top, "points")) == int((parts["n_panel"] < 50).sum())
    for population in ("low_alpha", "high_alpha"):
        lines = named(bottom, f"median_{population}")
        assert len(lines) == dataset.sizes["r"]
        values = dataset["mg_fe_median"].sel(population=population).values
        for line, expected in zip(lines, values, strict=True):
            np.testing.assert_array_equal(line.get_ydata(), expected[np.isfinite(expected)])
    assert len(named(top, "boundary")) == len(named(bottom, "boundary")) == 1
    assert "75 %" in texts(top)
    shift = float(dataset["shift"].sel(population="high_alpha"))
    assert f"{shift:+.3f}" in texts(bottom)
