import numpy as np

from galdask import figures
from tests.figures import made
from tests.figures.looking import coloured, named, panels


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
