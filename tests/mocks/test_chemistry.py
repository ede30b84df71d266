from __future__ import annotations

import numpy as np
import pytest

from galdask.mocks import chemistry, truth
from galdask.mocks.components import HALO, HIGH_ALPHA, LOW_ALPHA, MAGELLANIC

N = 200_000


def _draw(population: int, r: float, abs_z: float, age: float):
    ones = np.ones(N)
    rng = np.random.default_rng(11)
    return chemistry.draw(rng, np.full(N, population), r * ones, abs_z * ones, age * ones)


@pytest.mark.parametrize("population", [LOW_ALPHA, HIGH_ALPHA, HALO, MAGELLANIC])
@pytest.mark.parametrize(("r", "abs_z", "age"), [(4.0, 0.1, 8.0), (8.3, 0.6, 4.0), (13.0, 1.4, 2.0)])
def test_draws_have_the_stated_means_and_scatters(population: int, r: float, abs_z: float, age: float):
    fe_h, mg_fe = _draw(population, r, abs_z, age)
    scatter = float(chemistry.scatter_fe_h(population, age))
    mean = float(chemistry.mean_fe_h(population, r, abs_z, age))
    assert fe_h.mean() == pytest.approx(mean, abs=5 * scatter / np.sqrt(N))
    assert fe_h.std() == pytest.approx(scatter, rel=0.01)
    mg = float(chemistry.mean_mg_fe(population, r, abs_z, age))
    assert mg_fe.mean() == pytest.approx(mg, abs=5 * mg_fe.std() / np.sqrt(N))


@pytest.mark.parametrize("r", [3.0, 7.0, 9.4, 12.0, 16.0])
def test_the_scatter_of_low_alpha_is_lopsided_as_stated(r: float):
    fe_h, _ = _draw(LOW_ALPHA, r, 0.2, 5.0)
    z = (fe_h - fe_h.mean()) / fe_h.std()
    assert (z**3).mean() == pytest.approx(float(chemistry.skewness_fe_h(LOW_ALPHA, r)), abs=0.05)


def test_skewness_changes_sign_once_where_the_paper_sees_it():
    r = np.linspace(0.0, 20.0, 201)
    sign = np.sign(chemistry.skewness_fe_h(LOW_ALPHA, r))
    assert (np.diff(sign[sign != 0]) != 0).sum() == 1
    assert sign[0] == -1
    assert float(chemistry.skewness_fe_h(LOW_ALPHA, chemistry.LOW.turn)) == 0.0


def test_intrinsic_scatter_stays_within_a_tenth_to_a_fifth():
    age = np.linspace(0.5, 12.0, 50)
    for population in (LOW_ALPHA, HIGH_ALPHA):
        scatter = chemistry.scatter_fe_h(population, age)
        assert (scatter >= 0.1).all()
        assert (scatter <= 0.2).all()


def test_gradients_resemble_the_published_ones():
    r, z = np.array([10.0]), np.array([0.05])
    along, up = truth.gradient_fe_h(LOW_ALPHA, r, z, np.array([3.0]))
    assert -0.075 < along[0] < -0.055
    along, _ = truth.gradient_fe_h(HIGH_ALPHA, r, z, np.array([8.5]))
    assert along[0] == pytest.approx(chemistry.HIGH.slope, abs=1e-9)
    _, up = truth.gradient_fe_h(LOW_ALPHA, np.array([4.0, 15.0]), np.array([0.1, 0.1]), np.array([5.0, 5.0]))
    assert up[0] < -0.45
    assert -0.1 < up[1] < 0.0
    # the slope is weaker at old age and, for low alpha, far from the plane
    slopes = [truth.gradient_fe_h(LOW_ALPHA, r, z, np.array([age]))[0][0] for age in (1.0, 8.0)]
    assert slopes[0] < slopes[1] < 0.0
    high_up, _ = truth.gradient_fe_h(LOW_ALPHA, r, np.array([1.9]), np.array([3.0]))
    assert high_up[0] > slopes[0] + 0.02


def test_the_table_of_truths_holds_straight_lines_through_the_mean():
    known = truth.truths()
    radial = known["d_fe_h_d_r"]
    assert len(radial["abs_z_low_edges_kpc"]) == len(radial["low_alpha"]["age 5 Gyr"]) == 8
    assert radial["high_alpha"]["age 8.5 Gyr"] == pytest.approx([chemistry.HIGH.slope] * 8, abs=1e-5)
    low = radial["low_alpha"]["age 2 Gyr"]
    assert low == sorted(low)
    assert low[0] == pytest.approx(-0.066, abs=0.006)
    assert abs(low[-1]) < 0.03  # flat far from the plane, as in Table 1
    assert len(known["d_fe_h_d_abs_z"]["low_alpha"]["age 5 Gyr"]) == 10
