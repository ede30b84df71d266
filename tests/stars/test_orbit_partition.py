"""The orbits of a partition: against plain numpy, for any cut into parts, and with every bad star."""

import numpy as np
import pytest

from galdask.catalog.groups import write_part
from galdask.errors import ConfigError
from galdask.stars import galactocentric, orbit_partition, orbit_quantities
from galdask.stars.draws import normals_numpy
from galdask.stars.orbit_columns import VALUES
from galdask.stars.orbit_partition import orbits
from galdask.stars.orbit_status import BITS, FATES, count, summary, table
from galdask.stars.orbits.potential import open_potential
from galdask.stars.readings import AbsentError
from tests.stars.orbit_catalogue import plan, stars

POTENTIAL = {"name": "MWPotential2014", "ro": 8.3, "vo": 220.0}


def made(columns, chosen=None):
    chosen = chosen or plan()
    return orbits(chosen, open_potential(chosen.potential), columns)


def bits(values):
    return [{name for name, (bit, _) in BITS.items() if status & bit} for status in values["status"]]


def by_numpy(columns, chosen, distance, pmra, pmdec, rv):
    place = galactocentric(
        chosen.frame, ra=columns["ra"], dec=columns["dec"], distance=distance, pmra=pmra, pmdec=pmdec, rv=rv
    )
    own = {name: place[name] for name in ("r", "vr", "vphi", "z", "vz")}
    return {**orbit_quantities(**own, potential=POTENTIAL, delta=chosen.delta), **place}


def test_catalogue_values_are_those_of_the_plain_functions():
    columns, chosen = stars(), plan()
    values, _ = made(columns)
    wanted = by_numpy(columns, chosen, *(columns[name] for name in ("distance", "pmra", "pmdec", "rv")))
    for name in VALUES:
        np.testing.assert_array_equal(values[name], wanted[name], err_msg=name)


def test_percentiles_are_those_of_plain_draws():
    columns, chosen = stars(40), plan()
    values, _ = made(columns)
    keys, n = columns["star_key"], chosen.draws
    far = normals_numpy(keys, 7, "distance", n)
    pm = normals_numpy(keys, 7, "proper motion", 2 * n)
    out = normals_numpy(keys, 7, "radial velocity", n)
    rho = columns["pm_corr"]
    draws = [
        by_numpy(
            columns,
            chosen,
            columns["distance"] * (1 + 0.1 * far[j]),
            columns["pmra"] + 0.03 * pm[2 * j],
            columns["pmdec"] + 0.03 * (rho * pm[2 * j] + np.sqrt(1 - rho**2) * pm[2 * j + 1]),
            columns["rv"] + 0.2 * out[j],
        )
        for j in range(n)
    ]
    for name in VALUES:
        rows = np.array([draw[name] for draw in draws])
        if name == "theta":
            rows = values["theta"] + (rows - values["theta"] + 540) % 360 - 180
        for p in (16, 50, 84):
            wanted = np.quantile(rows, p / 100, axis=0)
            np.testing.assert_allclose(values[f"{name}_p{p}"], wanted, rtol=2e-6, atol=2e-6, err_msg=name)


def test_any_cut_into_parts_gives_the_same_bits():
    columns = stars(700)
    whole, counts = made(columns)
    order = np.random.default_rng(3).permutation(700)
    told = dict.fromkeys(counts, 0)
    for part in np.array_split(order, 4):
        values, own = made({name: array[part] for name, array in columns.items()})
        told = {name: told[name] + own[name] for name in told}
        for name, array in values.items():
            np.testing.assert_array_equal(array, whole[name][part], err_msg=name)
    assert told == counts


def test_bad_stars_are_told_apart_and_harm_no_other():
    n = 24
    good = stars(n)
    columns = {name: array.copy() for name, array in good.items()}
    nan, inf = np.nan, np.inf
    for row, name, value in [
        (0, "ra", nan), (1, "dec", 95.0), (2, "distance", nan), (3, "distance", 0.0), (4, "distance", -2.0),
        (5, "distance", inf), (6, "pmra", nan), (7, "rv", inf), (8, "pmra", 1e5), (9, "pmdec", 1e200),
        (10, "distance_err", nan), (11, "distance_err", -1.0), (12, "distance_err", 0.0),
        (13, "pmra_err", -0.1), (14, "rv_err", nan), (15, "pm_corr", 2.0), (16, "distance", 1e6),
        (17, "distance_err", inf), (18, "distance", 3.0), (18, "pmdec_err", 500.0),
    ]:  # fmt: skip
        columns[name][row] = value
    values, counts = made(columns)
    told = bits(values)
    for row in (0, 1, 2, 3, 4, 5):
        assert "no_place" in told[row]
        assert np.isnan([values[name][row] for name in VALUES]).all()
    for row in (6, 7):
        assert told[row] >= {"no_motion", "missing"}
        assert np.isfinite([values[name][row] for name in ("x", "y", "z", "r", "theta")]).all()
        assert np.isfinite(values["x_p50"][row])
        assert np.isnan([values["jr"][row], values["jr_p50"][row], values["vx"][row]]).all()
    assert "unbound" in told[8]
    assert np.isnan(values["jr"][8])
    assert np.isfinite([values["lz"][8], values["energy"][8], values["r_guide"][8]]).all()
    assert told[9] & {"no_motion", "unbound", "missing"}
    assert told[16] & {"far", "unbound"}
    for row in (10, 11, 17):
        assert told[row] == {"no_error"}
        assert np.isfinite(values["jr"][row])
        assert np.isnan([values["jr_p50"][row], values["x_p50"][row]]).all()
        assert values["n_draws"][row] == 0
    assert told[12] == {"zero_error"}
    assert values["r_p16"][12] == values["r_p84"][12] == np.float32(values["r"][12])
    for row in (13, 14, 15):
        assert told[row] == {"default_error"}
        assert np.isfinite(values["jr_p50"][row])
    assert told[18] >= {"lost_draws", "few_draws"}
    assert np.isnan(values["jr_p50"][18])
    whole, _ = made(good)
    for name, array in values.items():
        np.testing.assert_array_equal(array[19:], whole[name][19:], err_msg=name)
    assert counts == count(values["status"])
    assert sum(counts[f"fate {name}"] for name in FATES) == counts["rows"] == n
    assert table(counts).count("\nfate,") == len(FATES)
    assert f"{n} stars" in summary(counts)[0]


def test_a_star_on_the_axis_is_told_from_one_without_a_velocity():
    nan = np.nan
    rows = {name: np.array([[0.0, 0.0, nan, 1.0]]) for name in ("x", "y", "z", "r")}
    rows |= {name: np.array([[5.0, nan, nan, 5.0]]) for name in ("vx", "vy", "vz")}
    status = np.array([1, 1, 1, 0], dtype=np.uint32)
    orbit_partition._place(status, rows)
    told = bits({"status": status})
    assert told == [{"axis"}, {"missing", "no_motion"}, {"missing", "no_place"}, set()]
    assert count(status)["fate axis"] == 1


def test_azimuth_has_no_seam():
    columns = stars(200)
    beyond = {"ra": 266.4, "dec": -28.94, "distance": 12.0, "distance_err": 0.5, "pmra_err": 0.01}
    for name, value in beyond.items():
        columns[name][:] = value
    columns["ra"] += np.linspace(-0.5, 0.5, 200)
    values, _ = made(columns)
    assert (values["theta"] > 355).any()
    assert (values["theta"] < 5).any()
    assert (values["theta_p16"] <= values["theta_p84"]).all()
    assert np.abs(values["theta_p50"] - values["theta"]).max() < 3


@pytest.mark.parametrize(
    ("changes", "middle"),
    [
        ([("model: gaussian, error: distance_err", "model: lognormal, error: distance_err")], 1.0),
        ([("model: gaussian, error: distance_err", "model: quantiles, low: d_low, high: d_high")], 1.0),
        (
            [("distance: distance}", "distance: {parallax: parallax}}"),
             ("{model: gaussian, error: distance_err", "{error: parallax_err")],
            1.0,
        ),
    ],
)  # fmt: skip
def test_every_model_of_distances(changes, middle):
    columns = stars(400)
    values, counts = made(columns, plan(*changes, draws=60, keep=["distance"]))
    draws = values["distance_draws"]
    assert draws.shape == (400, 60)
    assert draws.min() > 0
    assert abs(np.median(draws / columns["distance"][:, None]) - middle) < 0.02
    assert counts["fate orbit"] == 400


def test_kept_draws_are_those_of_the_percentiles():
    columns = stars(50)
    chosen = plan(keep=True)
    assert chosen.kept == ("r", "z", "lz", "jr", "jz", "age", "fe_h")
    values, _ = made(columns, chosen)
    for name in ("lz", "jr"):
        found = np.quantile(values[f"{name}_draws"].astype(float), 0.5, axis=1)
        np.testing.assert_allclose(found, values[f"{name}_p50"], rtol=3e-7)
    ages = np.log10(values["age_draws"] / columns["age"][:, None])
    n = normals_numpy(columns["star_key"], 7, "age", 20).T
    np.testing.assert_allclose(ages, n * np.where(n > 0, 0.15, 0.1), atol=1e-6)
    plain, _ = made(columns)
    for name, array in plain.items():
        np.testing.assert_array_equal(array, values[name], err_msg=name)


def test_without_draws():
    chosen = plan(draws=0)
    values, counts = made(stars(30), chosen)
    assert set(values) == {*VALUES, "status"}
    assert counts["fate orbit"] == 30
    assert chosen.errors is None


@pytest.mark.parametrize(("rows", "draws"), [(0, 20), (1, 1), (3, 2)])
def test_few_stars_and_few_draws(rows, draws, tmp_path):
    chosen = plan(draws=draws, keep=["lz"])
    values, counts = made(stars(rows), chosen)
    assert counts["fate orbit"] == rows
    assert values["lz_draws"].shape == (rows, draws)
    if draws == 1:
        np.testing.assert_array_equal(values["lz_p16"], values["lz_draws"][:, 0])
    part = write_part(tmp_path, chosen.columns, values, "inputs", counts)
    assert part.intact(tmp_path, rows)
    assert len(part.files) == 2


def test_backends_agree():
    columns = stars(60)
    fast, slow = made(columns)[0], made(columns, plan(backend="galpy"))[0]
    for name in ("jr", "jz", "z_max", "ecc", "jr_p84", "z_max_p16"):
        np.testing.assert_allclose(fast[name], slow[name], rtol=1e-5, atol=1e-5, err_msg=name)
    np.testing.assert_array_equal(fast["lz"], slow["lz"])


def test_a_group_is_named_by_what_decides_its_numbers():
    first = plan()
    assert plan().name == first.name == plan(("name: imig2023", "name: mine")).name
    others = {
        plan(("seed: 7", "seed: 8")).name,
        plan(("vo: 220.0", "vo: 221.0")).name,
        plan(("r_sun: 8.3", "r_sun: 8.2")).name,
        plan(("delta: table", "delta: 3.69")).name,
        plan(("default: 0.05", "default: 0.06")).name,
        plan(draws=21).name,
        plan(backend="galpy").name,
        plan(keep=["lz"]).name,
    }
    assert len(others | {first.name}) == 9
    assert set(first.columns_read) >= {"star_key", "ra", "distance_err", "pm_corr", "rv_err"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("velocity: {pmra: pmra, pmdec: pmdec, rv: rv}", "", "orbits need velocities"),
        ("rv: rv}", "rv: vlos}", "no column 'vlos'"),
        ("name: MWPotential2014", "name: MWPotential2015", "not a known choice"),
        ("ro: 8.3, ", "", "'orbits.potential.ro' is missing"),
        ("vo: 220.0", "vo: -1", "out of range"),
        ("  delta: table\n", "", "'orbits.delta' is missing"),
        ("delta: table", "delta: wide", "not a known choice"),
        ("draws: 20", "draws: -1", "too few or too many draws"),
        ("  draws: 20\n", "", "how many draws"),
        ("model: gaussian", "model: flat", "not a known choice"),
        ("error: distance_err", "error: fe_h_err", "wrong unit"),
        ("error: distance_err, default: none", "default: none", "a column or a number"),
        ("error: distance_err, default: none", "error: distance_err", "default' is missing"),
        ("correlation: pm_corr", "correlation: 3", "out of range"),
        ("seed: 7", "seeds: 7", "unknown key 'orbits.seeds'"),
        ("seed: 7", "seed: 7\n  keep_draws: [wrong]", "no draws of 'wrong'"),
        ("[age_low, age_up]", "[age_low, age_up, age]", "one column or two"),
        ("sky: {ra: ra, dec: dec}, distance: distance", "cartesian: {x: ra, y: ra, z: ra}", "unit"),
    ],
)
def test_what_a_file_may_not_say(old, new, words):
    with pytest.raises(ConfigError) as caught:
        plan((old, new))
    assert words in str(caught.value)
    assert isinstance(caught.value, AbsentError) or "pipe.yaml" in str(caught.value.where)
