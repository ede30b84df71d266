"""Figures of motions and orbits: what they show of their datasets."""

from __future__ import annotations

import numpy as np
import pytest

from galdask import figures
from tests.cartography.motions import NAMES, made, moving_stars
from tests.figures.looking import named, panels, pixels, texts


@pytest.fixture(scope="module")
def stars():
    return moving_stars(6_000, seed=3)


@pytest.fixture(scope="module")
def drawn(stars):
    datasets = {name: made(name, stars) for name in NAMES}
    return {name: (dataset, figures.draw(name, dataset)) for name, dataset in datasets.items()}


@pytest.mark.parametrize("name", NAMES[:3])
def test_planes_show_every_population(name, drawn):
    dataset, figure = drawn[name]
    three = panels(figure)
    assert len(three) == 3
    for axes, population in zip(three, dataset["population"].values, strict=True):
        part = dataset.sel(population=population)
        assert f"{int(part['n_panel'] + part['n_outside']):,}" in axes.get_title()
        (mesh,) = named(axes, "cells")
        assert np.nanmax(mesh.get_array()) == part["n"].max()
    assert len({(axes.get_xlim(), axes.get_ylim()) for axes in three}) == 1


def test_rotation_points_right(drawn):
    """L_z and V grow to the right: most stars of a rotating disk lie right of the line of no rotation."""
    for name, at in (("action_map", 0.0), ("toomre", -230.0)):
        axes = panels(drawn[name][1])[0]
        (line,) = named(axes, "no_rotation")
        assert line.get_xdata()[0] == at
        low, high = axes.get_xlim()
        assert low < at < high
        dataset = drawn[name][0]
        dim = {"action_map": "lz", "toomre": "v"}[name]
        n = dataset["n"].sel(population="total")
        assert n.where(n[dim] > at, 0).sum() > 0.9 * n.sum()


def test_curves_of_constant_speed(drawn):
    dataset, figure = drawn["toomre"]
    for axes in panels(figure):
        speeds = [np.hypot(*line.get_data()) for line in named(axes, "speed")]
        for speed, curve in zip(dataset["speed"].values, speeds, strict=True):
            np.testing.assert_allclose(curve, speed)
        assert "100" in texts(axes)


def test_medians_of_eccentricity(drawn):
    dataset, figure = drawn["eccentricity_z_max"]
    for axes, population in zip(panels(figure), dataset["population"].values, strict=True):
        (points,) = named(axes, "medians")
        np.testing.assert_array_equal(points.get_xdata(), dataset["ecc_median"].sel(population=population))


def test_rotation_shows_each_population(drawn):
    dataset, figure = drawn["rotation"]
    (axes,) = panels(figure)
    for population in dataset["population"].values:
        (points,) = named(axes, f"median_{population}")
        np.testing.assert_array_equal(points.get_ydata(), dataset["vphi_median"].sel(population=population))
    (sun,) = named(axes, "sun")
    assert sun.get_xdata()[0] == 8.3
    assert named(axes, "spread")
    low, high = axes.get_ylim()
    assert low <= 0 < 150 < high


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", [0, 1])
def test_few_stars_can_be_drawn(name, number, stars):
    few = {column: values[:number] for column, values in stars.items()}
    assert pixels(figures.draw(name, made(name, few))).std() > 0
