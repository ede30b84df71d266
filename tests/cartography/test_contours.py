import numpy as np
import pytest
from scipy import stats

from galdask.cartography import contours

SIGMA_X, SIGMA_Y = 0.7, 0.4


def gaussian(n=1e6, step=0.05, reach=4.0):
    """Stars of a two-dimensional Gaussian in cells, without noise."""
    edges = np.arange(-reach, reach + step / 2, step)
    x, y = (np.diff(stats.norm.cdf(edges, scale=s)) for s in (SIGMA_X, SIGMA_Y))
    return n * x[:, None] * y[None, :], 0.5 * (edges[1:] + edges[:-1])


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.75, 0.9])
@pytest.mark.parametrize("sigma", [0.0, 2.0])
def test_the_region_of_a_gaussian_is_its_ellipse(fraction, sigma):
    """A fraction f lies within the ellipse of semi-axes s sqrt(-2 ln(1 - f))."""
    counts, at = gaussian()
    density = contours.smoothed(counts, sigma)
    border = contours.level(density, fraction)
    widths = np.hypot([SIGMA_X, SIGMA_Y], sigma * 0.05)
    radius = np.sqrt(-2.0 * np.log(1.0 - fraction))
    area = np.count_nonzero(density > border) * 0.05**2
    assert area == pytest.approx(np.pi * radius**2 * widths.prod(), rel=0.03)
    assert density[density > border].sum() == pytest.approx(fraction * counts.sum(), rel=0.01)
    for axis in (0, 1):
        low, high = contours.extent(density, border, at, axis)
        assert high == pytest.approx(radius * widths[axis], abs=0.25 * 0.05)
        assert low == pytest.approx(-high, rel=1e-6)


def test_a_sample_is_enclosed_as_stated():
    rng = np.random.default_rng(2)
    x, y = rng.normal(0, SIGMA_X, 200_000), rng.normal(0, SIGMA_Y, 200_000)
    counts, *edges = np.histogram2d(x, y, np.arange(-4, 4.01, 0.1))
    density = contours.smoothed(counts, 1.0)
    (border,) = contours.levels(counts, density, (0.75,))
    inside = (density > border)[tuple(np.digitize(v, e) - 1 for v, e in zip((x, y), edges, strict=True))]
    # smoothing widens: 0.75 of the smoothed stars are a little more of the stars themselves
    wider = np.hypot([SIGMA_X, SIGMA_Y], 0.1).prod() / (SIGMA_X * SIGMA_Y)
    assert inside.mean() == pytest.approx(1 - 0.25**wider, abs=0.01)


def test_smoothing_keeps_every_star_and_leaves_panels_apart():
    counts = np.zeros((2, 10, 8))
    counts[0, 0, 7] = 5
    counts[1, 4, 4] = 3
    density = contours.smoothed(counts, 1.5)
    np.testing.assert_allclose(density.sum(axis=(1, 2)), [5, 3])
    np.testing.assert_array_equal(contours.smoothed(counts, 0.0), counts)
    line = contours.smoothed(counts, 1.5, dimensions=1)
    np.testing.assert_allclose(line.sum(axis=-1), counts.sum(axis=-1))
    assert line[0, 1:].sum() == 0


def test_few_stars_have_no_contour():
    counts = np.zeros((2, 6, 6), dtype=int)
    counts[0, 2, 2], counts[1, 2, 2] = 49, 50
    found = contours.levels(counts, contours.smoothed(counts, 1.0), (0.5, 0.9))
    assert np.isnan(found[0]).all()
    assert found[1, 0] > found[1, 1] > 0
    assert np.isnan(contours.level(np.zeros((3, 3)), 0.5))
    assert np.isnan(contours.levels(np.zeros((1, 3, 3)), np.zeros((1, 3, 3)), (0.5,), fewest=0)).all()


def test_a_region_at_the_border_ends_there():
    density = np.zeros((5, 4))
    density[0] = 4.0
    assert contours.extent(density, 2.0, np.arange(5.0), 0) == (0.0, 0.5)
    assert all(np.isnan(contours.extent(density, 9.0, np.arange(5.0), 0)))


def test_islands_apart_from_the_peak_do_not_widen_a_region():
    density = np.zeros((9, 3))
    density[3:6, 1], density[8, 2] = (3.0, 5.0, 3.0), 4.0
    assert contours.extent(density, 1.5, np.arange(9.0), 0) == (2.5, 5.5)
