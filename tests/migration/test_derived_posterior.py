"""Derived quantities over many sets of parameters: the same formulas, with the errors of a posterior."""

import time

import numpy as np
import pytest

from galdask.errors import ConfigError
from galdask.migration import TABLE_1, TEXT
from galdask.migration.derived import comparison, posterior, sun
from galdask.migration.derived.sets import side_by_side
from galdask.migration.model.choices import Choices
from galdask.migration.model.parameters import FREE


def cloud(n, share=0.02, seed=1):
    return TABLE_1.vector() * (1.0 + share * np.random.default_rng(seed).standard_normal((n, len(FREE))))


@pytest.fixture(scope="module")
def found():
    return posterior.of_sets(cloud(400), TABLE_1)


def test_many_sets_give_what_each_gives_alone():
    sets = cloud(5)
    together = comparison.values(side_by_side(sets, TABLE_1))
    for k, row in enumerate(sets):
        for number in comparison.numbers(TABLE_1.with_vector(row)):
            values = np.reshape(together[number.quantity], -1)
            value = values[k] if values.size > 1 else values[0]
            assert value == pytest.approx(number.value, rel=2e-4), number.quantity


def test_the_choices_of_the_model_enter():
    sets, none = cloud(3), Choices(drift="none")
    found = posterior.of_sets(sets, TABLE_1, none)["numbers"].set_index("quantity")
    assert found.loc["share of the drift in the variance", "q84"] == 0.0
    assert found.loc["rms(Lz - Lz0) at 6 Gyr", "median"] == pytest.approx(np.median(sets[:, 3]))


def test_one_set_has_no_error():
    found = posterior.of_sets(np.tile(TEXT.vector(), (7, 1)), TEXT)
    numbers = found["numbers"]
    assert numbers["q16"].to_numpy() == pytest.approx(numbers["q84"].to_numpy())
    assert numbers["best"].to_numpy() == pytest.approx(numbers["median"].to_numpy(), rel=2e-4)
    assert found["sun"]["err_posterior"].to_numpy() == pytest.approx(0.0, abs=1e-12)


def test_numbers_are_the_papers_table_with_errors(found):
    numbers = found["numbers"]
    assert list(numbers["quantity"]) == [line.quantity for line in comparison.lines()]
    assert set(numbers["goes_with"]) == {"text", "both", "neither", "between", "any", ""}
    row = numbers.set_index("quantity").loc["rms(Lz - Lz0) at 6 Gyr"]
    assert row["best"] == pytest.approx(636.4, abs=0.05)
    assert row["printed"] == 619
    assert row["q16"] < row["median"] < row["q84"]
    # at fixed Rd0 d ln rms / d ln sigma_Lz = 1 + drift share, and -drift share for Rd0
    share = 0.1636
    assert 0.5 * (row["q84"] - row["q16"]) == pytest.approx(
        0.02 * np.hypot(1 + share, share) * 636.4, rel=0.15
    )


def test_which_printed_numbers_go_with_which_set():
    """The column goes_with says what the two sets give: within 3 percent, or 7 of the other one's number."""
    sets = {"table1": comparison.numbers(TABLE_1), "text": comparison.numbers(TEXT)}
    for table, text in zip(sets["table1"], sets["text"], strict=True):
        if table.goes_with == "text":
            assert abs(text.ratio - 1) < 0.03, text.quantity
            assert abs(text.ratio - 1) < abs(table.ratio - 1), text.quantity
        if table.goes_with == "neither":
            assert min(abs(text.ratio - 1), abs(table.ratio - 1)) > 0.01, text.quantity
        if table.goes_with == "between":
            assert text.value < table.printed < table.value, text.quantity


def test_curves(found):
    lz, jr, ratio = found["rms_lz"], found["rms_jr"], found["ratio"]
    assert lz["age"].iloc[[0, -1]].tolist() == [0.0, 6.0]
    assert lz.iloc[0][["median", "q16", "q84"]].tolist() == [0.0, 0.0, 0.0]
    assert np.all(np.diff(lz["median"]) > 0)
    assert lz["median_kpc"].to_numpy() == pytest.approx(lz["median"].to_numpy() / 235.0)
    assert lz["best"].iloc[-1] == pytest.approx(636.4, abs=0.05)
    at = jr[(jr["r_guide"] == 8.0) & (jr["age"] == 6.0)].iloc[0]
    assert at["best"] == pytest.approx(85.8, abs=0.06)
    last = ratio[(ratio["r_guide"] == 8.0) & (ratio["age"] == 6.0)].iloc[0]
    assert last["best"] == pytest.approx(0.135, abs=5e-4)
    assert last["q16"] < last["best"] < last["q84"]
    for table in (lz, jr, ratio):
        assert np.all(table["q16"] <= table["median"])
        assert np.all(table["median"] <= table["q84"])


def test_the_sun_has_both_errors(found):
    lz0 = found["sun"].set_index("quantity").loc["Lz0"]
    assert lz0["best"] == pytest.approx(1888.8, abs=0.05)
    assert lz0["err_fe_h"] == pytest.approx(125.5, rel=0.01)
    half = 0.5 * (lz0["q84"] - lz0["q16"])
    assert half == pytest.approx(np.hypot(lz0["err_fe_h"], lz0["err_posterior"]), rel=0.12)
    radius = found["sun"].set_index("quantity").loc["birth radius"]
    assert radius["median"] == pytest.approx(lz0["median"] / 235.0)


def test_siblings_of_many_sets_hold_their_share():
    """By brute force: draw births and diffusion of one of several sets."""
    from galdask.migration.model import diffusion

    sets = cloud(3, 0.1)
    near = sun.siblings(side_by_side(sets, TABLE_1), 900.0, 127.0)
    p, n = TABLE_1.with_vector(sets[2]), 200_000
    rng = np.random.default_rng(3)
    births = np.maximum(900.0 + 127.0 * rng.standard_normal(n), 1e-6)
    lz = diffusion.draw(p, rng.uniform(size=n), births, np.full(n, sun.AGE))
    tolerance = 4 * np.sqrt(0.025 * 0.975 / n) + 2e-4
    assert np.mean(lz < near.lz[0][2]) == pytest.approx(0.025, abs=tolerance)
    assert np.mean(lz > near.lz[1][2]) == pytest.approx(0.025, abs=tolerance)


def test_two_thousand_sets_take_seconds_at_most():
    sets = cloud(2000)
    started = time.process_time()
    posterior.of_sets(sets, TABLE_1)
    assert time.process_time() - started < 6.0


def test_sets_that_cannot_be_are_refused():
    sets = cloud(4)
    sets[2, FREE.index("sigma_Lz")] = -1.0
    with pytest.raises(ConfigError, match="diffusion in Lz"):
        side_by_side(sets, TABLE_1)
    with pytest.raises(ConfigError, match="no sets of parameters"):
        side_by_side(np.zeros((0, 11)), TABLE_1)
    with pytest.raises(ConfigError, match="no sets of parameters"):
        side_by_side(np.ones((3, 10)), TABLE_1)


def test_command_of_parameters_writes_csv(tmp_path, capsys):
    import pandas as pd

    from galdask.cli.main import main

    file = tmp_path / "numbers.csv"
    assert main(["migration", "derive", "--parameters", "text", "--csv", str(file)]) == 0
    assert "goes with" in capsys.readouterr().out
    table = pd.read_csv(file).set_index("quantity")
    assert table.loc["rms(Lz - Lz0) at 6 Gyr", "value"] == pytest.approx(620.3, abs=0.05)
    assert table.loc["rms(Lz - Lz0) at 6 Gyr", "goes_with"] == "text"
    assert main(["migration", "derive"]) == 2
    assert "neither" in capsys.readouterr().err
    assert main(["migration", "derive", str(tmp_path / "no_fit")]) == 2
    assert "no such folder of a fit" in capsys.readouterr().err


def test_command_of_a_fit(tmp_path, capsys):
    """A folder as a fit leaves it before its chain has begun: errors from the curvature at the maximum."""
    import json

    from galdask.cli.main import main
    from galdask.migration.fit.coordinates import STEPS

    hessian = np.diag([1.0 / STEPS[name] ** 2 for name in FREE])
    best = {
        "parameters": dict(TABLE_1),
        "reference": dict(TABLE_1),
        "errors": {},
        "hessian": hessian.tolist(),
    }
    (tmp_path / "optimum.json").write_text(json.dumps({"best": best}))
    settings = {"choices": Choices().settings()}
    (tmp_path / "configuration.json").write_text(json.dumps({"settings": settings, "digest": "x"}))
    assert main(["migration", "derive", str(tmp_path), "--csv", str(tmp_path / "n.csv")]) == 0
    out = capsys.readouterr().out
    assert "2,000 sets from the curvature at the maximum" in out
    line = next(line for line in out.splitlines() if line.startswith("rms(Lz - Lz0) at 6 Gyr"))
    best, median, low, high = (float(x) for x in line.split("kpc km/s")[1].split()[:4])
    assert best == pytest.approx(636.4)
    assert low < median < high
    assert 0.5 * (high - low) == pytest.approx(np.hypot(0.005 * 1.164, 0.01 * 0.164) * 636.4, rel=0.15)
    assert (tmp_path / "n.csv").read_text().startswith("quantity,where,unit,best,median,q16,q84,printed")
