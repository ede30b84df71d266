"""The column group that `galdask orbits` adds, against plain numpy and against the truth of a mock."""

from __future__ import annotations

import numpy as np
import pytest

import galdask
from galdask import pipeline as wiring
from galdask import rng
from galdask.catalog.store import open_store, read_partition
from galdask.errors import ConfigError
from galdask.mocks import order, write_dr17
from galdask.mocks.observation import Survey
from galdask.stars.orbits import orbit_quantities
from tests.conftest import ROOT
from tests.stars.orbits import coverage, known

SPECTRA, SEED, DRAWS = 8_000, 3, 80
GAUSSIAN = "distance: {model: gaussian, error: distance_err, default: none}"
LOGNORMAL = GAUSSIAN.replace("gaussian", "lognormal")
INPUTS = ("star_key", "ra", "dec", "distance", "distance_err", "pmra", "pmra_err", "pmdec", "pmdec_err")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A store of mock stars with orbits."""
    folder = tmp_path_factory.mktemp("command")
    text = (ROOT / "pipelines" / "orbits.yaml").read_text()
    assert text.count(GAUSSIAN) == 1
    (folder / "lognormal.yaml").write_text(text.replace(GAUSSIAN, LOGNORMAL))
    write_dr17(folder / "mock", SPECTRA, SEED, "lite")
    galdask.ingest("dr17", folder / "mock", folder / "store", cluster="inline", partition_rows=3_000)
    galdask.orbits(folder / "store", folder / "lognormal.yaml", draws=DRAWS, cluster="inline")
    return folder


@pytest.fixture(scope="module")
def group(folder):
    """The columns of the group, its inputs, and the true stars row by row."""
    store = open_store(folder / "store")
    (own,) = store.orbits
    scalars = [name for name, column in own.columns.items() if not column.shape]
    names = [*INPUTS, "rv", "rv_err", *(f"{own.name}:{name}" for name in scalars)]
    parts = [read_partition(store.part(i, names)) for i in range(len(store.partitions))]
    assert len(parts) > 1
    found = {}
    for name in names:
        pieces = [np.ma.filled(part[name], 0) for part in parts]
        found[name.rpartition(":")[2]] = np.concatenate(pieces)
    survey = Survey(SEED)
    seen = [survey.observe(cell).star for cell in order.cells(survey.fields, SPECTRA, SEED)]
    stars = {k: np.concatenate([star[k] for star in seen]) for k in ("ra", "dec", *"xyz", "vx", "vy", "vz")}
    return found, stars


def inputs(found, rows):
    """Stars of some rows as the store has them, in kpc; errors as the distances."""
    part = {name: found[name][rows].astype(np.float64) for name in (*INPUTS[1:], "rv", "rv_err")}
    return part | {name: part[name] * 1e-3 for name in ("distance", "distance_err")}


def numbers(keys, purpose, first, step):
    """Standard normal numbers of each draw: draw j takes the numbers step * j + first of its stream."""
    every = np.concatenate(
        [rng.normal(keys, index, 1, purpose) for index in range(-(-step * DRAWS // 4))], axis=1
    )
    return every[:, first::step][:, :DRAWS]


def test_rows_are_those_of_the_mock(group):
    found, stars = group
    np.testing.assert_array_equal(found["ra"], stars["ra"])


def test_values_equal_numpy(group):
    found, _ = group
    rows = np.flatnonzero(np.isfinite(found["jr"]))
    assert rows.size > 6_000
    stars = known.measured(inputs(found, rows))
    expected = orbit_quantities(*stars, potential=known.POTENTIAL, delta="table")
    expected |= dict(zip(("r", "vr", "vphi", "z", "vz"), stars, strict=True))
    for name in ("r", "vr", "vphi", "z", "vz", "lz", "r_guide", "energy"):
        np.testing.assert_allclose(found[name][rows], expected[name], rtol=2e-6, atol=2e-4, err_msg=name)
    for name in ("jr", "jz", "ecc", "z_max"):
        np.testing.assert_allclose(found[name][rows], expected[name], rtol=1e-4, atol=1e-3, err_msg=name)


def test_percentiles_equal_numpy(group):
    """The very draws, from the keyed generator in numpy, through the mock's own sky and numpy's quantiles."""
    found, _ = group
    rows = np.flatnonzero((found["n_draws"] == DRAWS) & np.isfinite(found["jr_p50"]))[:400]
    stars, keys = inputs(found, rows), found["star_key"][rows]
    width = (stars["distance_err"] / stars["distance"])[:, None]
    draws = {"distance": stars["distance"][:, None] * np.exp(width * numbers(keys, "distance", 0, 1))}
    for name, purpose, first, step in (
        ("pmra", "proper motion", 0, 2),
        ("pmdec", "proper motion", 1, 2),
        ("rv", "radial velocity", 0, 1),
    ):
        draws[name] = stars[name][:, None] + stars[f"{name}_err"][:, None] * numbers(
            keys, purpose, first, step
        )
    some = known.measured(stars, draws)
    expected = orbit_quantities(*some, potential=known.POTENTIAL, delta="table") | {"vphi": some[2]}
    for name in ("lz", "r_guide", "vphi", "energy", "jr", "jz", "ecc", "z_max"):
        loose = name in ("jr", "jz", "ecc", "z_max")
        for p in (16, 50, 84):
            np.testing.assert_allclose(
                found[f"{name}_p{p}"][rows],
                np.quantile(expected[name], p / 100, axis=1),
                rtol=1e-4 if loose else 5e-6,
                atol=1e-3,
                err_msg=f"{name}_p{p}",
            )


def test_truth_is_covered(group):
    found, stars = group
    true = orbit_quantities(*known.truth(stars), potential=known.POTENTIAL, delta="table")
    for name in ("lz", "r_guide"):
        low, middle, high = (found[f"{name}_p{p}"] for p in (16, 50, 84))
        use = np.isfinite(true[name] + low + high)
        one = coverage.Intervals(true[name][use], found[name][use], low[use], middle[use], high[use])
        assert use.sum() > 6_000
        assert 0.65 < one.held() < 0.71, name
        assert abs(one.bias()) < 0.1, name


def test_the_middle_of_the_disk_rotates_with_the_galaxy(group):
    found, _ = group
    near = np.abs(found["r"] - 8.3) < 1
    assert 180 < np.nanmedian(found["vphi_p50"][near]) < 220
    assert np.nanmean(found["lz_p16"][near] > 0) > 0.95


def test_products_of_the_kinematics(folder, group):
    """The pipeline finds the orbits by frame and potential; its counts are those of the store's columns."""
    summary = wiring.run("kinematics", folder / "store", folder / "out", cluster="inline", figures=False)
    assert {"rotation", "toomre", "action_map", "eccentricity_z_max"} <= set(summary.products)
    assert not summary.skipped
    found = wiring.open_results(folder / "out")
    kept, (own, _) = summary.kept["main"], group
    assert 1_500 < kept < np.isfinite(own["jr"]).sum()
    names = {"action_map": ("n_panel", "n_outside"), "eccentricity_z_max": ("n_panel", "n_outside")}
    for product, parts in names.items():
        dataset = found[f"products/{product}"].to_dataset().sel(population="total")
        assert sum(int(dataset[part]) for part in parts) == kept
    columns = ["r", "abs_z", "vphi", "lz", "jr", "ecc", "z_max", "jr_p16", "jr_p84"]
    main = galdask.sample(folder / "store", "kinematics", "main", columns).compute()
    assert len(main) == kept
    assert (main["jr_p16"] <= main["jr_p84"]).sum() == np.isfinite(main["jr_p16"]).sum()
    rotation = found["products/rotation"].to_dataset().sel(population="total", r=8.5)
    ring = main[(main["abs_z"] <= 1) & (main["r"] >= 8) & (main["r"] < 9)]
    assert int(rotation["n"]) == len(ring) > 50
    np.testing.assert_allclose(rotation["vphi_median"], ring["vphi"].astype("float32").median(), rtol=1e-6)
    actions = found["products/action_map"].to_dataset()["n"].sel(population="total")
    counts, *_ = np.histogram2d(
        main["lz"], np.sqrt(main["jr"]), (np.arange(-3000, 5001, 50), np.arange(0, 45.1, 0.5))
    )
    assert np.abs(actions.transpose("lz", "sqrt_jr") - counts).sum() <= 4  # a root on an edge may round


def test_a_pipeline_of_another_potential_or_store_is_refused(folder, tmp_path):
    text = (ROOT / "pipelines" / "kinematics.yaml").read_text()
    (tmp_path / "other.yaml").write_text(text.replace("ro: 8.3, vo: 220.0", "ro: 8.3, vo: 230.0"))
    with pytest.raises(ConfigError, match="no orbits that fit"):
        wiring.run(tmp_path / "other.yaml", folder / "store", tmp_path / "out", cluster="inline")
    galdask.ingest("dr17", folder / "mock", tmp_path / "bare", cluster="inline")
    with pytest.raises(ConfigError, match="no orbits at all"):
        wiring.run("kinematics", tmp_path / "bare", tmp_path / "out", cluster="inline")
    # without the section, what needs orbits is skipped by name, and what needs velocities is made
    start, end = text.index("orbits:\n"), text.index("quantities:")
    plain = (
        (text[:start] + text[end:]).replace("  an_orbit:        {finite: jr}", "").replace(", an_orbit]", "]")
    )
    (tmp_path / "plain.yaml").write_text(plain)
    summary = wiring.run(
        tmp_path / "plain.yaml", tmp_path / "bare", tmp_path / "out", cluster="inline", figures=False
    )
    assert {"rotation", "toomre"} <= set(summary.products)
    assert set(summary.skipped) == {"action_map", "eccentricity_z_max"}
    assert "has no orbits, which give jr" in summary.skipped["action_map"]
