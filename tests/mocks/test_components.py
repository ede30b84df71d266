from __future__ import annotations

import numpy as np
import pytest

from galdask.mocks.components import BAR_ANGLE, COMPONENTS, R_0, density

BY_NAME = {c.name: c for c in COMPONENTS}


def _at(r: float, z: float = 0.0) -> np.ndarray:
    return np.array([[-r], [0.0], [z]])


@pytest.mark.parametrize("name", [c.name for c in COMPONENTS if c.shape != "bar"])
def test_density_at_the_radius_of_the_sun_is_the_stated_one(name: str):
    assert density(BY_NAME[name], _at(R_0))[0] == pytest.approx(BY_NAME[name].density, rel=1e-9)


def test_the_high_alpha_disk_falls_with_its_lengths():
    disk = BY_NAME["high"]
    length, height, _ = disk.lengths
    r = np.log(density(disk, _at(6.0))[0] / density(disk, _at(7.0))[0])
    assert r == pytest.approx(1 / length, abs=0.03)
    z = np.log(density(disk, _at(R_0, 4.0))[0] / density(disk, _at(R_0, 5.0))[0])
    assert z == pytest.approx(1 / height, abs=0.02)


def test_young_disks_have_holes_and_flares():
    young, old = BY_NAME["low_young"], BY_NAME["low_old"]
    assert density(young, _at(3.0))[0] < density(young, _at(7.0))[0]
    assert density(old, _at(3.0))[0] > density(old, _at(7.0))[0]
    thin, thick = (density(young, _at(r, 0.8))[0] / density(young, _at(r))[0] for r in (6.0, 14.0))
    assert thick > 1.5 * thin


def test_the_near_end_of_the_bar_is_at_negative_x_and_positive_y():
    bar = BY_NAME["bar_low"]
    angle = np.radians(BAR_ANGLE)
    near = np.array([[-3 * np.cos(angle)], [3 * np.sin(angle)], [0.0]])
    mirrored = near * np.array([[1.0], [-1.0], [1.0]])
    assert density(bar, near)[0] > 3 * density(bar, mirrored)[0]
    assert density(bar, near)[0] == pytest.approx(density(bar, -near)[0])
