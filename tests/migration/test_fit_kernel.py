"""The compiled kernel equals the plain likelihood."""

import os
import subprocess
import sys

import numba as nb
import numpy as np
import pytest
from scipy.special import erfcx

from galdask.errors import ConfigError
from galdask.migration import TABLE_1
from galdask.migration.fit import kernel, vector_math
from galdask.migration.fit.compiled import CompiledLikelihood
from galdask.migration.fit.likelihood import Likelihood
from galdask.migration.model.choices import Choices
from galdask.migration.model.parameters import FREE, KNOWN
from galdask.migration.survey.marginal import star_rows
from galdask.migration.survey.observed import observe_stars
from galdask.migration.survey.selection import select
from galdask.migration.survey.toy import toy_survey
from galdask.migration.survey.volume import sample_volume

P = TABLE_1


@nb.njit(nb.void(nb.float64[::1], nb.float64[::1]))
def many_exp(x, out):
    for i in range(x.size):
        out[i] = vector_math.exp(x[i])


@nb.njit(nb.void(nb.float64[::1], nb.float64[::1]))
def many_tail(x, out):
    for i in range(x.size):
        out[i] = vector_math.tail(x[i])


def test_the_exponential():
    x = np.concatenate([np.linspace(-708, 708, 40_001), np.linspace(-1e-8, 1e-8, 101)])
    out = np.empty(x.size)
    many_exp(x, out)
    assert np.max(np.abs(out / np.exp(x) - 1)) < 4e-16
    edge, limits = np.array([-np.inf, -1e4, 1e4, np.inf]), np.empty(4)
    many_exp(edge, limits)
    np.testing.assert_allclose(limits, np.exp([-708.0, -708, 708, 708]), rtol=4e-16)


def test_the_normal_tail():
    t = np.concatenate([np.linspace(0, 13, 20_001), np.linspace(13, 40, 5001)])
    out = np.empty(t.size)
    many_tail(t, out)
    assert np.max(np.abs(out / (0.5 * erfcx(t / np.sqrt(2))) - 1)) < 1e-13


ASK = """
import numpy as np
from galdask.digest import of_arrays
from galdask.migration.fit.kernel import group_sums
r = np.random.default_rng(1)
rows, sets = np.abs(r.normal(size=(13, 3000))), np.abs(r.normal(size=(4, 16)))
rows[0] -= 1.0
print(of_arrays([group_sums(rows, 80, sets)]))
"""


def test_bits_do_not_depend_on_the_processor(tmp_path):
    """One without joined products and sums does these in software."""
    plain = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    told = [
        subprocess.run(
            [sys.executable, "-c", ASK],
            env={**os.environ, **more},
            capture_output=True,
            text=True,
            check=True,
        )
        for more in ({}, plain)
    ]
    assert told[0].stdout == told[1].stdout
    assert any(tmp_path.rglob("*.nbi"))


@pytest.fixture(scope="module")
def selection():
    return select(toy_survey())


def made(selection, choices):
    sample = observe_stars(P, selection, 150, 2, choices=choices)
    rows = star_rows(sample.stars, P, selection, draws=30, choices=choices)
    return Likelihood(rows, sample_volume(P, selection, points=2000, seed=3, choices=choices))


@pytest.fixture(scope="module")
def likelihood(selection):
    return made(selection, Choices())


def near_and_far():
    r = np.random.default_rng(4)
    near = [P.with_vector(P.vector() * r.uniform(0.7, 1.3, len(FREE))) for _ in range(12)]
    low, high = (np.array([getattr(KNOWN[n], side) for n in FREE]) for side in ("low", "high"))
    return [
        P,
        *near,
        *(P.with_vector(low + (high - low) * r.uniform(0.02, 0.98, len(FREE))) for _ in range(20)),
    ]


def test_it_equals_the_plain_likelihood(likelihood):
    sets, fast = near_and_far(), CompiledLikelihood(likelihood)
    value, floored = fast.evaluate(sets)
    plain = [likelihood.evaluate(p) for p in sets]
    np.testing.assert_array_equal(floored, [x.floored for x in plain])
    np.testing.assert_allclose(value, [x.value for x in plain], rtol=1e-12)
    terms = np.array([likelihood.star_terms(p) for p in sets])
    held = terms > -600
    assert held.mean() > 0.8
    assert np.max(np.abs(fast.star_terms(sets)[held] - terms[held])) < 1e-11
    np.testing.assert_allclose(fast.log_volume(sets), [x.log_volume for x in plain], rtol=1e-12)


def test_it_follows_choices(selection):
    choices = Choices(drift="none", birth_radius="flat")
    other = made(selection, choices)
    assert CompiledLikelihood(other)([P])[0] == pytest.approx(other(P), rel=1e-12)


def test_rates_near_zero_and_other_fixed_parameters(likelihood):
    sets = [P.change(x_io=x, tau_sfr=t) for x in (0.0, 0.9, 1.1, -1.9) for t in (40.0, 5000.0, 0.05)]
    fast = CompiledLikelihood(likelihood)
    np.testing.assert_allclose(fast(sets), [likelihood(p) for p in sets], rtol=1e-12)
    with pytest.raises(ConfigError, match="fixed parameters cannot change"):
        fast([P.change(tau_1=0.2)])
    with pytest.raises(ConfigError, match="parameter tau_1"):
        likelihood(P.change(tau_1=0.2))
    with pytest.raises(ConfigError, match="parameter VC"):
        likelihood.volume.log_volume(P.change(VC=220.0))


def test_stars_and_volume_must_go_together(likelihood, selection):
    other = sample_volume(P, selection, points=100, choices=Choices(drift="none"))
    with pytest.raises(ConfigError, match="different choices"):
        Likelihood(likelihood.stars, other)
    other = sample_volume(P.change(tau_m=5.0), selection, points=100)
    with pytest.raises(ConfigError, match="parameter tau_m"):
        Likelihood(likelihood.stars, other)


def test_groups_do_not_change_sums(likelihood):
    rows = likelihood.stars.rows
    ready = kernel.prepare(rows, P, likelihood.stars.fe_h[:, None])
    constants = kernel.constants(np.array([P.vector(), P.change(beta=0.5).vector()]), P, 0.05)
    whole = kernel.group_sums(ready, rows.tau.shape[1], constants)
    part = kernel.group_sums(np.ascontiguousarray(ready[:, : 30 * 7]), 30, constants)
    np.testing.assert_array_equal(part, whole[:, :7])
    odd = kernel.group_sums(ready, 37, constants)
    np.testing.assert_allclose(odd.sum(axis=1), whole.sum(axis=1), rtol=1e-13)


def test_it_needs_draws_of_lz0(likelihood, selection):
    sample = observe_stars(P, selection, 5, 2)
    rows = star_rows(sample.stars, P, selection, draws=5, mode="feh")
    with pytest.raises(ConfigError, match="needs draws of Lz0"):
        CompiledLikelihood(Likelihood(rows, likelihood.volume))
