"""How far the slopes of other samples and ages are from those of the main sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from galdask.cartography import differences, gradients, published, variants
from galdask.cartography.cell_statistics import Variable
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product, Request
from galdask.cartography.products import profiles_by_age
from galdask.cartography.products.age_profiles import ALONG_R
from galdask.cartography.tables import long_table
from galdask.cartography.variants import Variant

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

NAME = "variant_differences"
#: products whose slopes are compared, and whose settings hold
BASES = ("profiles_by_age", "age_profiles", "age_gradients")


@dataclass(frozen=True, slots=True)
class Family:
    """Slopes that are compared: name, quantity, bins, and what the lines are."""

    name: str
    quantity: str
    bins: str
    text: str


#: columns of the table of a family, in order
COLUMNS = (
    *("n", "slope", "slope_err", "main_n", "main_slope", "main_slope_err"),
    *("difference", "difference_err", "reason"),
)
FAMILIES = (
    Family("feh_radial", "fe_h", "age", "[Fe/H] against R by age"),
    Family("feh_vertical", "fe_h", "age", "[Fe/H] against |Z| by age"),
    Family("age_radial", "age", "abs_z", "age against R by |Z|"),
)


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for all lines of each variant."""
    found: dict[str, Request] = {}
    for variant in variants.shown(plan, NAME):
        own = variants.plan_of(plan, variant, *BASES)
        ages = {f"age/{word}": one for word, one in ALONG_R.gradient_requests(own, 1).items()}
        found |= variants.requests(own, variant, {**profiles_by_age.line_requests(own), **ages})
    return found


def lines(plan: Plan, variant: Variant, tables: Tables) -> dict[str, differences.Pair]:
    """Return the lines of each family for one variant."""
    own, mine = variants.plan_of(plan, variant, *BASES), variants.tables_of(variant, tables)
    ages = {word.removeprefix("age/"): one for word, one in mine.items() if word.startswith("age/")}
    return {
        "feh_radial": profiles_by_age.lines_of(own, mine, "radial_"),
        "feh_vertical": profiles_by_age.lines_of(own, mine, "vertical_"),
        "age_radial": ALONG_R.lines(own, ages, 1),
    }


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Take the differences, and set the published ones beside them."""
    main, *others = variants.shown(plan, NAME)
    own, each = lines(plan, main, tables), [lines(plan, one, tables) for one in others]
    found: dict[str, Variable] = {}
    known = {row["family"]: float(row["difference"]) for row in published.rows(NAME)}
    for family in FAMILIES:
        unit = f"{plan.quantities[family.quantity].unit}/kpc"
        pairs = [one[family.name] for one in each]
        found |= differences.variables(family.name, own[family.name], pairs, family.bins, unit)
        about = {"units": unit, "long_name": f"published difference of the slope of {family.text}"}
        found[f"{family.name}_published"] = ((), np.array(known.get(family.name, np.nan)), about)
    base = variants.plan_of(plan, main, *BASES)
    ages, heights = profiles_by_age.ways(base)["radial_"].bins, ALONG_R.profile(base).bins
    coords = {**coordinates((ages, heights), plan), **gradients.labels(plan), **variants.labels(plan, others)}
    text = {"published_source": published.source(NAME), **variants.attributes(plan, NAME)}
    return build(plan, NAME, coords, found, **text)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return one table a family, a row a slope, and the mean differences."""
    found = {}
    for family in FAMILIES:
        columns = [f"{family.name}_{name}" for name in COLUMNS]
        found[f"{NAME}_{family.name}"] = long_table(dataset, columns)
    means = [f"{f.name}_mean_difference{end}" for f in FAMILIES for end in ("", "_err")]
    known = [f"{f.name}_published" for f in FAMILIES if np.isfinite(dataset[f"{f.name}_published"])]
    frame = long_table(dataset, means)
    for name in known:
        frame[name] = float(dataset[name])
        frame.attrs["units"][name] = dataset[name].attrs["units"]
    found[NAME] = frame
    return found


PRODUCT = Product(
    name=NAME,
    title="Slopes of other samples, less those of the main sample",
    figure="Appendix A.2, text",
    caption=(
        "Slopes of straight lines in the main sample and in each variant (left), and their difference, the"
        " variant less the main sample (right): of [Fe/H] of low-alpha stars against R and against |Z| by"
        " age, and of age against R by |Z|. Lines go through the running medians, or through the stars"
        " themselves where few bins have enough windows; the dataset has both. Bands are means over the bins."
        " Errors are +-1 sigma of a Poisson bootstrap in which a star has one"
        " weight in both samples, so that stars that they share do not count twice. Dotted lines: the"
        " differences that the paper gives for test sample A, in its text. Bins, ranges and windows are those"
        " of profiles_by_age, age_profiles and age_gradients."
    ),
    quantities=("fe_h", "age"),
    coordinates=("r", "z", "abs_z"),
    settings=(variants.setting(("A",)),),
    requests=requests,
    finish=finish,
    tables=tables,
)
