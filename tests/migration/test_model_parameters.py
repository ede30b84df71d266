"""The parameters: names in and out, and what cannot be."""

import csv

import numpy as np
import pytest

from galdask import config
from galdask.errors import ConfigError
from galdask.migration import TABLE_1, Parameters
from galdask.migration.model.choices import Choices, choices_of
from galdask.migration.model.parameters import FIXED, FREE, KNOWN, parameters_of

FREE_VALUES = {name: TABLE_1[name] for name in FREE}


def test_names_and_fixed_values():
    assert FREE == (
        "Rd0", "x_io", "tau_sfr", "sigma_Lz", "sigma_vR0", "beta", "R_sigmaR", "a_z", "gamma_feh", "grad_feh",
        "feh_max",
    )  # fmt: skip
    assert {name: TABLE_1[name] for name in FIXED} == {
        "tau_m": 6, "tau_1": 0.11, "R_ref": 8, "grad_in": -0.03, "R_break": 3, "T_enr": 12, "VC": 235,
        "R0": 8.2,
    }  # fmt: skip


def test_table_1_is_the_papers(shared):
    with open(shared / "reference" / "frankel2020_table1.csv") as handle:
        rows = list(csv.DictReader(line for line in handle if not line.startswith("#")))
    assert len(rows) == 16
    for row in rows:
        assert TABLE_1[row["name"]] == float(row["table1"])
        assert KNOWN[row["name"]].unit == row["unit"]
        assert KNOWN[row["name"]].is_free == (row["fixed"] == "no")


def test_in_and_out():
    assert parameters_of(FREE_VALUES) == TABLE_1
    assert parameters_of(dict(TABLE_1)) == TABLE_1
    assert parameters_of(TABLE_1) is TABLE_1
    assert TABLE_1.scale == pytest.approx(658.0)
    assert TABLE_1.with_vector(TABLE_1.vector() * 1.1).beta == pytest.approx(0.33)
    np.testing.assert_array_equal(TABLE_1.vector(), [FREE_VALUES[n] for n in FREE])
    assert TABLE_1.change(tau_m=7)["tau_m"] == 7
    assert TABLE_1.outside_prior() == {}
    assert TABLE_1.change(R_sigmaR=600).outside_prior() == {"R_sigmaR": 600}


def test_from_a_file():
    text = "\n".join(f"{name}: {value}" for name, value in FREE_VALUES.items())
    assert parameters_of(config.parse(text + "\nVC: 220", "p.yaml")).VC == 220
    with pytest.raises(ConfigError, match=r"p.yaml, line 12"):
        parameters_of(config.parse(text + "\nsigma_LZ: 3", "p.yaml"))


@pytest.mark.parametrize(("name", "value"), [
    ("sigma_Lz", 0.0), ("sigma_Lz", -3.0), ("grad_feh", 0.02), ("grad_feh", 0.0), ("tau_sfr", float("nan")),
    ("R_sigmaR", float("inf")), ("beta", "much"), ("grad_in", 0.01), ("Rd0", None),
])  # fmt: skip
def test_what_cannot_be_says_where(name, value):
    with pytest.raises(ConfigError, match=f"parameter {name}"):
        parameters_of({**FREE_VALUES, name: value})


def test_names_that_are_wrong():
    with pytest.raises(ConfigError, match="did you mean 'sigma_Lz'"):
        parameters_of({**FREE_VALUES, "sigma_lz": 500})
    with pytest.raises(ConfigError, match="give a_z, feh_max"):
        parameters_of({k: v for k, v in FREE_VALUES.items() if k not in ("a_z", "feh_max")})
    with pytest.raises(ConfigError, match="no parameter 'Rd'"):
        TABLE_1.change(Rd=3)
    with pytest.raises(ConfigError, match="oldest age"):
        Parameters(**FREE_VALUES, tau_m=13)
    with pytest.raises(KeyError):
        TABLE_1["Rd"]


def test_choices_from_a_file_and_back():
    text = "drift: none\nmean_radius_floor: 4\npotential: {name: MWPotential2014, ro: 8.0, vo: 220.0}"
    found = choices_of(config.parse(text, "c.yaml"))
    assert (found.drift, found.birth_radius, found.mean_radius_floor) == ("none", "guiding", 4.0)
    assert found.settings()["potential"] == {"name": "MWPotential2014", "ro": 8.0, "vo": 220.0}
    assert choices_of(found.settings()).settings() == found.settings()
    assert choices_of(None) == Choices()
    with pytest.raises(ConfigError, match="at least 3 kpc"):
        Choices(mean_radius_floor=2.0)
    with pytest.raises(ConfigError, match="did you mean 'none'"):
        choices_of(config.parse("drift: non", "c.yaml"))
