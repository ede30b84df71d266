"""Running median of age along R in bins of |Z|, and along Z in bins of R, for each population."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import cell_statistics as cs
from galdask.cartography import overlays, profiles, radial, vertical
from galdask.cartography.dataset import build
from galdask.cartography.grids import coordinates
from galdask.cartography.product import Product, Request
from galdask.cartography.tables import long_table

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.cartography.product import Tables

NAMES = ("age_profiles", "age_gradients")
ALONG_R = radial.Radial("age", NAMES)
ALONG_Z = vertical.Vertical("age", NAMES, bins="r_bin")
#: of all stars of a population together
ALL = ("median", "median_err")
NOTE = (
    "The paper gives about 8.5 Gyr for the median age of the high-alpha population everywhere and calls it"
    " likely too young (Imig et al. 2023, section 3.6)."
)


def requests(plan: Plan) -> dict[str, Request]:
    """Ask for the running medians, the stars in each bin, and the median of each population."""
    return {
        **ALONG_R.profile_requests(plan),
        **ALONG_Z.profile_requests(plan),
        **cs.requests(plan, "age", (), ALL, "all_"),
    }


def finish(plan: Plan, tables: Tables) -> xr.Dataset:
    """Label them."""
    along_r, along_z = ALONG_R.profile(plan), ALONG_Z.profile(plan)
    found = ALONG_R.profile_variables(plan, tables) | ALONG_Z.profile_variables(plan, tables, "vertical_")
    found |= cs.map_variables(plan, "age", (), ALL, tables, 3, "all_")
    labels = coordinates((along_r.bins, along_z.bins), plan)
    points, about = overlays.variables(plan, "age_profiles", ("r", "age"), ("z", "age"))
    attrs = profiles.attributes(along_r) | about
    return build(plan, "age_profiles", labels, found | points, **attrs, published_note=NOTE)


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return one row a window, and the median age of each population."""
    names = ("age_median", "age_median_err", "n_window")
    radially = long_table(dataset, ["r", *names])
    vertically = long_table(dataset, ["vertical_z", *(f"vertical_{name}" for name in names)])
    return {
        "age_profiles": radially[radially["n_window"] > 0],
        "age_profiles_vertical": vertically[vertically["vertical_n_window"] > 0],
        "age_profiles_medians": long_table(dataset, ["all_age_n", "all_age_median", "all_age_median_err"]),
    }


PRODUCT = Product(
    name="age_profiles",
    title="Radial and vertical profiles of age",
    figure="Figure 20",
    caption=(
        "Running median of age, for all stars and for the low-alpha and high-alpha populations. Left: against"
        " R, one line for each bin of |Z|; right: against Z, one line for each bin of R. Windows hold a fixed"
        " number of stars in the order of R or Z and overlap by half; each stands at the median R or Z of its"
        " stars. The last partial window is left out. Bands are +-1 sigma of the median; dotted lines are the"
        " R of the Sun and the plane."
    ),
    quantities=("age",),
    coordinates=("r", "z", "abs_z"),
    settings=(*radial.BINS, *vertical.BINS, *profiles.WINDOWS),
    requests=requests,
    finish=finish,
    tables=tables,
)
