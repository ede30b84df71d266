"""The numbers of the paper's section 6: ours at stated parameters, and which printed ones they meet."""

import numpy as np
import pytest

from galdask.errors import ConfigError
from galdask.migration import TABLE_1, TEXT, draw
from galdask.migration.derived import comparison, estimates, evolution, sun
from galdask.migration.model import enrichment
from galdask.migration.model.choices import Choices
from galdask.migration.parameter_file import read

P = TABLE_1


@pytest.mark.parametrize(("changes", "value"), [
    ({}, 636.4), ({"sigma_Lz": 567}, 617.4), ({"sigma_Lz": 572}, 623.7),
    ({"sigma_Lz": 572, "Rd0": 2.9}, 620.3),
    ({"sigma_Lz": 568.3}, 619.0), ({"sigma_Lz": 570.9, "Rd0": 2.9}, 619.0),
])  # fmt: skip
def test_rms_of_lz_at_6_gyr(changes, value):
    assert evolution.rms_lz(P.change(**changes), 6.0) == pytest.approx(value, abs=0.06)


def test_rms_of_lz_at_other_ages_and_births():
    one, sun_age = evolution.rms_lz(P, [1.0, 4.6])
    assert one == pytest.approx(241, abs=0.6)
    assert sun_age == pytest.approx(546, abs=0.6)
    assert evolution.rms_lz_from(P, 1824.0, 6.0) == pytest.approx(626.1, abs=0.05)
    assert evolution.rms_lz_from(P, 658.0, 6.0) == pytest.approx(427.4, abs=0.05)
    variance, rms = evolution.drift_share(P, 6.0)
    assert variance == pytest.approx(0.164, abs=5e-4)
    assert rms == pytest.approx(0.085, abs=1e-3)
    assert evolution.drift_share(P, 6.0, Choices(drift="none")) == (0.0, 0.0)
    assert evolution.migration_kpc(P.change(sigma_Lz=568.3), 6.0) == pytest.approx(2.63, abs=0.005)


def test_rms_of_lz_is_that_of_drawn_stars():
    stars = draw(P, 200_000, 5)
    old = (np.abs(stars.tau - 5.5) < 0.2) & (np.abs(stars.lz0 - 2500) < 300)
    found = np.sqrt(np.mean((stars.lz[old] - stars.lz0[old]) ** 2))
    assert found == pytest.approx(
        float(evolution.rms_lz_from(P, 2500.0, 5.5)), rel=3.5 / np.sqrt(2 * old.sum())
    )


def test_radial_actions():
    assert evolution.mean_jr(P, 6.0, 8.0) == pytest.approx(60.7, abs=0.05)
    assert evolution.rms_jr(P, 6.0, 8.0) == pytest.approx(85.8, abs=0.05)
    assert evolution.mean_jr(P.change(sigma_vR0=42.2), 6.0, 8.0) == pytest.approx(45, abs=0.1)
    assert evolution.rms_jr(P.change(sigma_vR0=42.0), 6.0, 8.0) == pytest.approx(63, abs=0.1)
    assert evolution.mean_jr(P.change(sigma_vR0=49.9), 6.0, 8.0) == pytest.approx(63, abs=0.1)
    assert evolution.mean_jr(P, 1.0, 8.0) / evolution.mean_jr(P, 6.0, 8.0) == pytest.approx(0.359, abs=5e-4)
    assert evolution.ratio(P, 6.0, 8.0) == pytest.approx(0.135, abs=5e-4)
    assert evolution.ratio(TEXT, 6.0, 8.0) == pytest.approx(0.10, abs=5e-3)
    assert evolution.epicycle_spread(P, [60, 20], 8.0) == pytest.approx([1.23, 0.71], abs=5e-3)
    text = P.change(sigma_vR0=43)
    assert evolution.epicycle_amplitude(text, 6.0, 8.0) == pytest.approx(1.54, abs=5e-3)
    assert evolution.epicycle_amplitude(text, 6.0, 8.0) / np.sqrt(2) == pytest.approx(1.09, abs=5e-3)


def test_estimates_near_the_sun():
    assert estimates.rms_jr() == pytest.approx(55.19, abs=5e-3)
    assert estimates.rms_lz() == pytest.approx(758, abs=0.1)


@pytest.mark.parametrize(("changes", "lz0"), [
    ({}, 1888.8), ({"gamma_feh": 0.45, "grad_feh": -0.093}, 1900.6), ({"feh_max": 0.6678}, 1824.0),
    ({"gamma_feh": 0.553}, 1824.2), ({"grad_feh": -0.0990}, 1824.3),
])  # fmt: skip
def test_where_the_sun_was_born(changes, lz0):
    assert sun.birthplace(P.change(**changes)).lz0 == pytest.approx(lz0, abs=0.06)


def test_errors_of_the_suns_birth():
    born = sun.birthplace(P)
    assert born.r0 == pytest.approx(8.04, abs=5e-3)
    assert born.lz0_err == pytest.approx(125.5, abs=0.05)
    assert born.r0_err == pytest.approx(0.534, abs=1e-3)
    assert enrichment.fe_h(P, born.lz0, sun.AGE) == pytest.approx(0.0, abs=1e-12)
    assert sun.birthplace(P.change(feh_max=0.6678)).r0 / 8.2 == pytest.approx(0.947, abs=5e-4)


def test_siblings_of_the_sun():
    near = sun.siblings(P, 1824.0, 127.0)
    assert near.lz == pytest.approx((608, 2654), abs=5)
    assert near.jr == pytest.approx(141, abs=1)
    assert sun.siblings(P.change(sigma_vR0=43), 1824.0, 127.0).jr == pytest.approx(109, abs=0.5)
    assert sun.siblings(P.change(sigma_vR0=47), 1824.0, 127.0).jr == pytest.approx(130, abs=0.6)


def test_siblings_hold_the_share_that_they_say():
    from galdask.migration.model import diffusion

    u = (np.arange(20_000) + 0.5) / 20_000
    lz = diffusion.draw(P, u, np.full(u.size, 1824.0), np.full(u.size, 4.6))
    near = sun.siblings(P, 1824.0, share=0.8)
    assert np.mean(lz < near.lz[0]) == pytest.approx(0.1, abs=5e-4)
    assert np.mean(lz > near.lz[1]) == pytest.approx(0.1, abs=5e-4)


def test_table_of_the_paper():
    """Each set meets the printed numbers that go with it, and Table 1 misses those of the text."""
    here, text = ({n.quantity: n for n in comparison.numbers(p)} for p in (P, TEXT))
    assert list(here) == list(text)
    for name in (
        "rms(Lz - Lz0) at 6 Gyr",
        "<JR> at 6 Gyr, 8 kpc",
        "rms(JR - JR0) at 6 Gyr, 8 kpc",
        "Lz0 of the Sun",
    ):
        assert abs(text[name].ratio - 1) < 0.011, name
        assert abs(here[name].ratio - 1) > 0.02, name
    assert here["Lz0 of the Sun"].value == pytest.approx(1888.8, abs=0.05)
    assert here["its error from [Fe/H]"].ratio == pytest.approx(1, abs=0.015)
    assert here["rms Lz expected near the Sun"].printed == 750
    lines = comparison.text(list(here.values())).splitlines()
    assert len(lines) == len(here) + 1
    assert "636.4" in lines[1]
    assert "619" in lines[1]


def test_a_file_of_parameters(tmp_path):
    path = tmp_path / "p.yaml"
    rows = "".join(f"  {name}: {value}\n" for name, value in P.items())
    path.write_text(f"galdask_parameters: 1\nparameters:\n{rows}choices: {{drift: none}}\n")
    assert read(path) == (P, Choices(drift="none"))
    assert read("text")[0] == TEXT
    path.write_text(f"galdask_parameters: 1\nparameters:\n{rows}choice: {{drift: none}}\n")
    with pytest.raises(ConfigError, match="did you mean 'choices'"):
        read(path)
    with pytest.raises(ConfigError, match="no such file"):
        read(tmp_path / "none.yaml")


def test_the_command_prints_the_table(capsys):
    from galdask.cli.main import main

    assert main(["migration", "derive", "--parameters", "table1"]) == 0
    out = capsys.readouterr().out
    assert "rms(Lz - Lz0) at 6 Gyr" in out
    assert "636.4" in out
    assert main(["migration", "derive", "--parameters", "nowhere.yaml"]) == 2
    assert "no such file" in capsys.readouterr().err
