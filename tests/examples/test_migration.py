"""Real giants prepared for a fit of orbit migration: what is in their columns, and who enters the fit."""

import csv
import runpy

import numpy as np
import pytest

from galdask import api
from galdask.catalog.store import open_store
from tests.examples.listing import EXAMPLES


@pytest.fixture(scope="module")
def prepared(real, tmp_path_factory):
    """Folder with the prepared table, and what the script said."""
    to = tmp_path_factory.mktemp("motions")
    script = runpy.run_path(str(EXAMPLES / "apo_k2_motions.py"))
    assert script["main"]([str(real), str(to)]) == 0
    with (to / "apo_k2_motions.csv").open(newline="") as file:
        return to, list(csv.DictReader(file))


def column(rows, name):
    return np.array([float(row[name]) for row in rows])


def test_the_published_v_is_no_velocity(real):
    with (real / "apo_k2_public_catalog.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 7672
    assert np.all(np.abs(column(rows, "v") - column(rows, "v_err")) < 6e-4)


def test_u_and_w_are_relative_to_the_local_standard_of_rest(prepared):
    """On circles the inward U is v_c y / R; the Sun's own motion would add -11 and -7 km/s to U and W."""
    rows = [row for row in prepared[1] if float(row["alpha_m"]) < 0.1]
    l, b, d = np.radians(column(rows, "glon")), np.radians(column(rows, "glat")), column(rows, "distance")  # noqa: E741
    x, y = 8.2 - d * np.cos(b) * np.cos(l), d * np.cos(b) * np.sin(l)
    a = np.stack([np.ones(len(rows)), y / np.hypot(x, y)], axis=1)
    offset, slope = np.linalg.lstsq(a, column(rows, "u"), rcond=None)[0]
    assert slope == pytest.approx(225, abs=20)
    assert offset == pytest.approx(-3.5, abs=2.5)
    assert np.mean(column(rows, "w")) == pytest.approx(-0.5, abs=2.0)


def test_v_gives_back_the_published_angular_momentum(prepared, real):
    with (real / "apo_k2_public_catalog.csv").open(newline="") as file:
        published = {row["apogee"]: float(row["ang_mom"]) for row in csv.DictReader(file)}
    rows = prepared[1]
    assert len(rows) == 4603
    l, b, d = np.radians(column(rows, "glon")), np.radians(column(rows, "glat")), column(rows, "distance")  # noqa: E741
    x, y = 8.2 - d * np.cos(b) * np.cos(l), d * np.cos(b) * np.sin(l)
    lz = x * (column(rows, "v") + 235) + y * column(rows, "u")
    assert lz == pytest.approx([-1000 * published[row["star_id"]] for row in rows], abs=1.0)
    low = column(rows, "alpha_m") < 0.1
    assert np.median((lz / np.hypot(x, y))[low]) == pytest.approx(220, abs=5)


def test_who_enters_the_fit(prepared, tmp_path):
    from galdask.engine.cluster import open_executor
    from galdask.migration.fit.sample import read_sample
    from galdask.migration.settings import read_settings

    api.ingest(EXAMPLES / "apo_k2_motions_release.yaml", prepared[0], tmp_path / "store", cluster="inline")
    store = open_store(tmp_path / "store")
    settings = read_settings(EXAMPLES / "apo_k2_migration.yaml", store)
    assert settings.tracer.ages == "flat"
    assert settings.noise.velocity_jacobian == "paper"
    selection = settings.survey.open(settings.tracer, settings.sun)
    with open_executor("inline") as executor:
        sample = read_sample(settings.columns, store, selection.fields, settings.outside_fields, executor)
    assert sum(sample.ledger.values()) == 4603
    assert sample.ledger["low_alpha"] == 2562
    assert sample.ledger["good_age"] == 813
    assert sample.stars.size == 1199
    assert np.count_nonzero(sample.stars.age > 10.0) == 166
