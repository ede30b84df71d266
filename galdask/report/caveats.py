"""What a reader must know before believing a run: sentences, by what the run is and has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from galdask.report.facts import Shown

MOCK = (
    "The stars of this run are made up: a mock catalogue with known truth. Nothing here is a measurement of"
    " the Milky Way."
)
#: true of every run of these products
ALWAYS = (
    "No correction is made for the survey's selection: numbers of stars say where the survey looked, not how"
    " many stars there are. Medians over large regions lean towards where most stars were observed.",
)
#: true of runs that have one of some products
SOMETIMES = (
    (
        ("radial_gradients", "vertical_gradients", "age_gradients", "profiles_by_age"),
        "Windows of running medians overlap by half, so the least-squares errors of lines through them are"
        " too small: their pulls have a standard deviation of about 1.4. The errors that are shown come from"
        " a bootstrap of the stars; the others are in the tables.",
    ),
    (
        ("age_profiles", "age_gradients", "adf_grid", "adf_moments", "amr", "age_alpha", "chemical_tagging"),
        "Only stars whose age-quality flag is clear have an age, which leaves out the metal-poor ones: far"
        " from the plane and far out, ages are those of the metal-richer stars there. Ages are not cut at"
        " the age of the Universe, as the isochrones behind them reach 20 Gyr.",
    ),
    (
        ("polar_maps",),
        "The range of slopes over azimuth is above zero for noise alone; the range that noise alone would"
        " give is saved beside it.",
    ),
)


def of(context: Mapping[str, Any], catalogue: Mapping[str, Any], shown: Sequence[Shown]) -> list[str]:
    """Return the caveats of a run: those of its catalogue, its own, and those of its products."""
    names = {one.name for one in shown}
    found = [MOCK] if catalogue.get("mock") else []
    about = [text for products, text in SOMETIMES if names.intersection(products)]
    return [*found, *(str(text) for text in context.get("caveats", ())), *ALWAYS, *about]
