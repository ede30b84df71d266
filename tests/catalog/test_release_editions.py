"""Every release that galdask knows works: mock, ingest, a few products, and the gradient that was put in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import galdask
from galdask import config, pipeline
from galdask.cartography.plan import Plan
from galdask.catalog.store import open_store, read_partition
from galdask.mocks import draw_sample
from galdask.mocks.versions import VERSIONS
from galdask.stars.recipe import Recipe

#: release -> the pipeline for it
PIPELINES = {"dr14": "two_disks", "dr16": "two_disks_dr16", "dr19": "two_disks_dr19"}
STARS = 30_000
SETTINGS = """based_on: {base}.yaml
products:
  radial_profiles: {{z_step: 0.5, window: 60, window_step: 30}}
  radial_gradients: {{replicas: 60, r_min: [7.0]}}
"""


@pytest.fixture(scope="module", params=PIPELINES)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Path]:
    """Release, store and results of its own mock."""
    release = request.param
    folder = tmp_path_factory.mktemp(release)
    galdask.mock(release, folder / "files", stars=STARS, seed=11)
    galdask.ingest(release, folder / "files", folder / "store", cluster="inline", partition_rows=8000)
    own = _own_pipeline(folder, PIPELINES[release])
    only = ["radial_profiles", "radial_gradients", *(["age_gradients"] if release != "dr14" else [])]
    pipeline.run(own, folder / "store", folder / "out", cluster="inline", only=only, figures=False)
    return release, folder / "store", folder / "out"


def _own_pipeline(folder: Path, name: str) -> Path:
    """Write a pipeline of the user's, based on a shipped one that lies beside it."""
    for part in {name, "two_disks"}:
        (folder / f"{part}.yaml").write_text(pipeline.pipeline_path(part).read_text())
    own = folder / "own.yaml"
    own.write_text(SETTINGS.format(base=name))
    return own


def true_slope() -> float:
    """d[Fe/H]/dR of true low-alpha stars at |Z| < 0.5 kpc and R > 7 kpc, by running medians."""
    star = draw_sample(120_000, seed=5, noise=False)
    keep = (star["population"] == 0) & (star["abs_z"] < 0.5) & (star["r"] >= 7.0)
    order = np.argsort(star["r"][keep])
    r, fe_h = star["r"][keep][order], star["fe_h"][keep][order].astype(float)
    starts = range(0, r.size - 60, 30)
    medians = [(np.median(r[k : k + 60]), np.median(fe_h[k : k + 60])) for k in starts]
    return float(np.polyfit(*zip(*medians, strict=True), 1)[0])


def test_the_gradient_is_the_one_that_was_put_in(made):
    release, _, out = made
    table = pd.read_csv(out / "tables" / "radial_gradients.csv", comment="#")
    row = table[
        (table.population == "low_alpha") & (table.abs_z_low == 0.0) & (table.fit_to == "profile")
    ].iloc[0]
    expected = VERSIONS[release].stretch * true_slope()
    assert row.slope_err < 0.015
    assert row.slope == pytest.approx(expected, abs=4.0 * row.slope_err)
    # and it is a gradient: none at all would be far outside
    assert row.slope < -4.0 * row.slope_err


def test_columns_of_every_release_have_the_same_names_and_units(made):
    release, store, _ = made
    opened = open_store(store)
    assert opened.mock
    for name, unit in (("ra", "deg"), ("teff", "K"), ("fe_h", "dex"), ("mg_fe", "dex"), ("rv", "km/s")):
        assert opened.columns[name].unit == unit
    # fillers of the file are missing values of the store, not numbers
    part = opened.part(0, ["fe_h", "distance", "mg_fe"])
    columns = read_partition(part)
    assert np.nanmin(columns["fe_h"]) > -4.0
    assert np.isnan(columns["fe_h"]).any()
    assert np.nanmin(columns["distance"]) > 0.0
    assert opened.columns["distance"].unit == ("kpc" if release == "dr14" else "pc")


def test_products_without_their_column_are_skipped_by_name(made):
    release, store, _ = made
    if release == "dr19":
        pytest.skip("DR19 has other flags: its own pipeline alone runs on it")
    section = config.load(pipeline.pipeline_path("two_disks"))
    recipe = Recipe.from_section(section, open_store(store))
    plan = Plan.from_section(section, recipe.derived_columns, recipe.samples)
    names, skipped = plan.choose(None)
    assert {"radial_gradients", "global_maps", "polar_maps"} <= set(names)
    assert "the store has no age" in skipped["age_gradients"]


def test_stars_of_sdss5_do_not_enter_the_main_sample(made):
    release, store, out = made
    if release != "dr19":
        pytest.skip("every spectrum is of SDSS-IV")
    ledger = pd.read_csv(out / "ledger.csv")
    main = ledger[ledger["sample"] == "main"].set_index("step")
    assert main.removed["sdss4_spectrum"] > 0.25 * STARS
    assert main.removed["identified"] == 1
    assert open_store(store).rows == main.remaining["input"]
