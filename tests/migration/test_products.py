"""Products of a fit: what their numbers mean."""

import dataclasses
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from galdask.cartography import open_product
from galdask.errors import ProductError
from galdask.migration import products
from galdask.migration.fit.folder import open_fit
from galdask.migration.model.parameters import FREE, TABLE_1
from galdask.migration.products import predicted, quantities
from galdask.migration.products.chains import autocorrelation
from galdask.migration.products.graphical_model import ARROWS, NODES
from galdask.migration.products.predictive_checks import check
from galdask.migration.products.product import Work
from tests.migration.shown_fit import FEW, RECORD


@pytest.fixture(scope="module")
def opened(shown_folder):
    found = {name: open_product(shown_folder / "products" / f"{name}.zarr") for name in products.NAMES}
    return {name: dataset.load() for name, dataset in found.items()}


@pytest.fixture(scope="module")
def fit(shown_folder):
    return open_fit(shown_folder)


def at(fit, parameters):
    """The fit with another maximum and no chain of its own: draws from its curvature about that."""
    optimum = {**fit.optimum, "best": {**fit.optimum["best"], "parameters": dict(parameters)}}
    moved = dataclasses.replace(fit, optimum=optimum)
    moved.__dict__["_chain"] = None
    return moved


def test_all_are_written_with_what_they_are(opened):
    assert set(opened) == set(products.NAMES)
    for name, dataset in opened.items():
        assert dataset.attrs["product"] == name
        assert len(dataset.attrs["caption"]) > 80
        assert RECORD["made"] in dataset.attrs["provenance"]
    figures = [dataset.attrs["figure"] for dataset in opened.values()]
    assert [f"Figure {k}" for k in range(1, 8) if f"Figure {k}" not in figures] == []


def test_unknown_product_is_refused(fit):
    with pytest.raises(ProductError, match="no product 'corner'"):
        products.make(Work(fit), "corner")


def test_without_a_chain_there_are_no_walkers(tiny_folder):
    made = {path.stem for path in (tiny_folder / "products").glob("*.zarr")}
    assert made == set(products.NAMES) - {"chains"}


def test_a_model_that_cannot_be_drawn_from_has_no_disks(fit):
    other = dataclasses.replace(fit)
    other.__dict__["choices"] = dataclasses.replace(fit.choices, vertical_frequency="present")
    assert set(products.NAMES) - set(products.possible(other)) == {"disks"}
    assert products.make(Work(other, **FEW), "model_against_data").attrs["effective_model_stars"] > 100


def test_the_sample_is_counted(opened, fit):
    dataset, stars = opened["data_distributions"], fit.stars
    one = dataset.sel(quantity="age")
    assert one["n"].values.tolist() == np.histogram(stars["age"], one["edges"].values)[0].tolist()
    assert int(dataset["n_map"].sum()) == len(stars)
    x = np.average(dataset["x"], weights=dataset["n_map"].sum("y"))
    assert x == pytest.approx(np.mean(stars["r"] * np.cos(stars["phi"])), abs=0.2)


def test_every_star_is_in_a_field(opened, tiny_folder, fit):
    assert int(opened["footprint"]["n"].sum()) >= len(fit.stars)
    assert opened["footprint"].attrs["stars_in_no_field"] == 0
    one = open_product(tiny_folder / "products" / "footprint.zarr")
    assert one.sizes["field"] == 1
    assert int(one["n"].sum()) == one.attrs["stars"]


def test_selection_is_that_of_the_fit(opened, fit):
    dataset, selection = opened["selection"], fit.selection()
    assert float(dataset["s"].max()) == pytest.approx(float(selection.curves.max()), rel=1e-6)
    near = dataset.sel(distance=2.0, method="nearest")
    fields = np.arange(selection.fields.size)
    assert near["s"].values == pytest.approx(
        selection.curve(fields, np.full(fields.size, float(near["distance"])))
    )


def test_the_graph_hangs_together():
    assert {end for arrow in ARROWS for end in arrow} == set(NODES)
    kinds = {name: node[1] for name, node in NODES.items()}
    assert all(kinds[end] in ("hidden", "observed") for _, end in ARROWS)
    assert {end for _, end in ARROWS} == {
        name for name, kind in kinds.items() if kind in ("hidden", "observed")
    }
    assert len(set(ARROWS)) == len(ARROWS)


def test_tracks_begin_at_the_centre_and_bend(opened):
    tracks = opened["enrichment"]
    now = tracks["fe_h_over_r0"].sel(age=0.0)
    slopes = np.diff(now) / np.diff(tracks["r0_fine"])
    assert slopes[0] == pytest.approx(TABLE_1.grad_in, abs=1e-9)
    assert slopes[-1] < -0.06
    assert bool((tracks["fe_h_over_age_low"] <= tracks["fe_h_over_age_high"]).all())
    assert float(now[0]) == pytest.approx(float(tracks["fe_h_over_age"].sel(r0=0.0)[0]))


def test_evolution_at_the_papers_parameters(opened):
    curves = opened["evolution"]
    assert float(curves["rms_lz_table1"][-1]) == pytest.approx(636.4, abs=0.1)
    assert float(curves["rms_jr_table1"][-1]) == pytest.approx(85.8, abs=0.1)
    assert curves.attrs["kappa"] == pytest.approx(39.5582, abs=2e-4)
    assert np.all(np.diff(curves["rms_lz"]) > 0.0)


def test_births_move_outward(opened):
    disks = opened["disks"]
    peaks = [float(disks["r0"][int(np.argmax(one.values))]) for one in disks["births"]]
    assert all(young > old for young, old in pairwise(peaks))
    flat = np.hypot(disks["x_birth"], disks["y_birth"])
    spread = [
        float(np.std(disks["fe_h"].values[np.abs(r.values - 8.0) < 0.5]))
        for r in (flat, np.hypot(disks["x"], disks["y"]))
    ]
    assert spread[0] < 0.6 * spread[1]


def test_parameters_in_combined_errors(opened, shown_folder, fit):
    one = opened["parameters"].sel(parameter="sigma_Lz")
    spread = 0.5 * float(one["q84"] - one["q16"])
    expected = (float(one["median"]) - 582.0) / np.hypot(spread, 0.5)
    assert float(one["difference"]) == pytest.approx(expected)
    table = pd.read_csv(shown_folder / "tables" / "parameters.csv")
    assert table["parameter"].tolist() == list(FREE)
    assert table["best"].to_numpy() == pytest.approx(fit.parameters_best.vector())


def test_derived_numbers_have_printed_ones(opened):
    rms = opened["derived"].sel(quantity="rms(Lz - Lz0) at 6 Gyr")
    assert float(rms["printed"]) == 619.0
    assert float(rms["q16"]) < float(rms["median"]) < float(rms["q84"])


def test_memory_of_a_known_chain():
    rng = np.random.default_rng(2)
    steps = np.zeros((4000, 6, 1))
    for k in range(1, len(steps)):
        steps[k] = 0.8 * steps[k - 1] + rng.standard_normal((6, 1))
    found = autocorrelation(steps, 8)[:, 0]
    assert found == pytest.approx(0.8 ** np.arange(8), abs=0.06)
    assert np.all(np.isnan(autocorrelation(np.ones((50, 4, 2)), 5)))


def test_weights_are_the_survey_volume(fit):
    from galdask.migration.survey.volume import propose, sample_volume

    near = TABLE_1.change(sigma_Lz=520.0)
    made = propose(TABLE_1, fit.selection(), points=30_000, seed=3).rows
    log_volume = np.log(np.mean(np.exp(made.log_terms(near))))
    other = sample_volume(TABLE_1, fit.selection(), points=20_000, seed=4).log_volume(near)
    assert log_volume == pytest.approx(other, abs=0.05)


def test_checks_hold_at_the_truth_and_see_a_wrong_model(fit):
    p = {}
    for name, parameters in (("truth", TABLE_1), ("hot", TABLE_1.change(sigma_vR0=90.0))):
        dataset = products.make(Work(at(fit, parameters), **FEW), "predictive_checks")
        p[name] = dataset.set_index(check="check")["p"].to_series()
    assert p["truth"][list(quantities.FIVE)].min() > 0.0
    assert np.median(p["truth"]) > 0.1
    assert p["hot"]["jr"] == 0.0
    assert p["hot"]["fe_h"] > 0.0


def test_chi2_of_made_counts_is_that_of_chi2():
    rng = np.random.default_rng(5)
    share = np.tile(np.full(20, 0.05), (200, 1))
    found = [check(rng.multinomial(2000, share[0]), share, 0.0 * share, rng) for _ in range(60)]
    assert np.mean([one.chi2 for one in found]) == pytest.approx(19.0, abs=3.0)
    assert np.mean([one.p for one in found]) == pytest.approx(0.5, abs=0.15)
    off = share[0] * np.linspace(0.7, 1.3, 20)
    assert check(rng.multinomial(2000, off / off.sum()), share, 0.0 * share, rng).p < 0.02


def test_model_and_stars_have_the_same_number(opened):
    dataset = opened["model_against_data"]
    for name in quantities.FIVE:
        one = dataset.sel(quantity=name)
        inside = float(one["n"].sum())
        assert float(one["model"].sum()) == pytest.approx(inside, rel=0.1)
    assert dataset.sizes["pair"] == 10


def test_bins_of_equal_share():
    values = np.random.default_rng(6).exponential(size=5000)
    limits = quantities.even_shares(values, np.ones(values.size), 10)
    counts = np.bincount(predicted.bin_of(values, limits), minlength=10)
    assert counts.min() > 480
    assert predicted.bin_of(np.array([0.0, 1.0, 2.0, np.nan, 2.1]), np.array([0.0, 1.0, 2.0])).tolist() == [
        0,
        1,
        1,
        -1,
        -1,
    ]
