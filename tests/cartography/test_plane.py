"""Guiding radius and z_max for R and |Z|: which products, which columns, which words."""

import pytest

from galdask.cartography import plane, products
from galdask.cartography.product import Request
from galdask.config import parse
from galdask.errors import ConfigError
from galdask.figures.symbols import replaced
from galdask.reductions import Axis, Counts, Key, RunningMedians
from galdask.stars.plane import SIGNED, plane_from_section

BOTH = {"r": "r_guide", "abs_z": "z_max", "z": SIGNED}


def read(text, derived=("r_guide", "z_max")):
    return plane_from_section(parse(text, "p.yaml"), derived)


def test_one_line_of_a_pipeline():
    assert read("plane: {r: r_guide, abs_z: z_max}") == BOTH
    assert read("plane: {r: r_guide}") == {"r": "r_guide"}
    assert read("plane: {r: r, abs_z: z_max}") == {"abs_z": "z_max", "z": SIGNED}
    assert read("plane: {r: r, abs_z: abs_z}") == read("name: none") == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plane: {r: r_apo}", "not a known choice"),
        ("plane: {radius: r_guide}", "unknown key"),
        ("plane: {abs_z: z_max}", "no column 'z_max'"),
    ],
)
def test_what_the_line_may_not_say(text, words):
    with pytest.raises(ConfigError, match=words):
        read(text, ("r_guide",))


def test_maps_of_present_positions_are_left_alone():
    moved = {
        name: plane.columns(BOTH, products.load(name).coordinates)
        for name in ("radial_profiles", "vertical_gradients", "chemical_tagging", "kiel", "global_maps",
                     "polar_maps", "feh_slices", "coverage")
    }  # fmt: skip
    assert moved["radial_profiles"] == {"r": "r_guide", "abs_z": "z_max"}
    assert moved["vertical_gradients"] == BOTH
    assert moved["chemical_tagging"] == {"r": "r_guide"}
    assert not any(moved[name] for name in ("kiel", "global_maps", "polar_maps", "feh_slices", "coverage"))
    assert plane.columns({}, ("r", "abs_z")) == {}


def test_reductions_read_the_other_columns_and_keep_their_names():
    axes = (Axis("r", "r", (0, 5, 10)), Axis("height", "abs_z", (0, 1)), Axis("fe_h", "fe_h", (0, 1)))
    asked = {
        "n": Request("main", Counts(Key(axes))),
        "windows": Request("main", RunningMedians(Key(axes[1:]), "z", "fe_h")),
    }
    found = plane.requests(asked, BOTH)
    assert [(a.name, a.column) for a in found["n"].reduction.key.axes] == [
        ("r", "r_guide"),
        ("height", "z_max"),
        ("fe_h", "fe_h"),
    ]
    assert found["windows"].reduction.abscissa == SIGNED
    assert found["windows"].reduction.quantity == "fe_h"
    assert found["n"].id != asked["n"].id


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("R", "guiding radius"),
        ("|Z|", "z_max"),
        ("Z", "signed z_max"),
        ("median R of the window", "median R_guide of the window"),
        ("slope of [Fe/H] against |Z|", "slope of [Fe/H] against z_max"),
        ("d[Fe/H]/dR", "d[Fe/H]/dR_guide"),
        ("Radius", "Radius"),
        ("[Fe/H]", "[Fe/H]"),
    ],
)
def test_long_names(text, wanted):
    assert plane._worded(text, BOTH) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"$R \geq 7$ kpc", r"$R_\mathrm{guide} \geq 7$ kpc"),
        (r"$3 \leq R < 6$ kpc", r"$3 \leq R_\mathrm{guide} < 6$ kpc"),
        (r"d[Fe/H]/d$R$", r"d[Fe/H]/d$R_\mathrm{guide}$"),
        (r"$\left|Z\right| < 1$ kpc", r"$z_\mathrm{max} < 1$ kpc"),
        (r"all $Z$", r"all $\pm z_\mathrm{max}$"),
        ("Slope against z_max", r"Slope against $z_\mathrm{max}$"),
        ("R and no formula", "R and no formula"),
    ],
)
def test_symbols_of_pictures(text, wanted):
    assert replaced(text, BOTH) == wanted
    assert replaced(wanted, BOTH) == wanted
