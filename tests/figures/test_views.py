import numpy as np

from galdask import figures
from tests.figures import made
from tests.figures.looking import coloured, named, panels, texts


def test_fractions_have_one_scale_up_to_all_stars():
    dataset = made.dataset("age_completeness")
    upper, lower = panels(figures.draw("age_completeness", dataset))[:2]
    for axes, view in ((upper, "xy"), (lower, "rz")):
        there = np.isfinite(dataset[f"f_distmass_{view}"].values[0])
        np.testing.assert_array_equal(coloured(axes), there)
        (mesh,) = named(axes, "cells")
        assert mesh.norm.vmax == 1.0
        assert mesh.norm.vmin <= 0.8
    labels = [child.get_xlabel() for child in upper.child_axes]
    assert labels == ["Fraction of stars with an age"]


def test_every_range_of_gravity_has_a_panel_on_one_scale():
    dataset = made.dataset("logg_coverage", settings="logg_bins: [0, 1.2, 1.6, 1.8, 2.0]")
    grid = [axes for axes in panels(figures.draw("logg_coverage", dataset)) if axes.get_visible()]
    assert len(grid) == 4
    scales = set()
    for i, axes in enumerate(grid):
        np.testing.assert_array_equal(coloured(axes), dataset["n_xy"].values[0, i] > 0)
        (mesh,) = named(axes, "cells") or [None]
        scales.add((mesh.norm.vmin, mesh.norm.vmax))
    assert len(scales) == 1
    titles = [axes.get_title() for axes in grid]
    assert titles[0] == r"$0 \leq \log g < 1.2$"
    assert titles[-1] == r"$1.8 \leq \log g \leq 2$"
    assert f"$N$ = {int(dataset['n_panel'][0, 1]):,}" in texts(grid[1])
