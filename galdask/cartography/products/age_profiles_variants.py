"""Profiles of age along R and along Z of other samples, beside those of the main sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography.tables import long_table
from galdask.cartography.variants import Again

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

NAME = "age_profiles_variants"


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return one row a window, and the median age of each population, of each variant."""
    radially = long_table(dataset, ["r", "age_median", "age_median_err", "n_window"])
    return {
        NAME: radially[radially["n_window"] > 0],
        f"{NAME}_medians": long_table(dataset, ["all_age_n", "all_age_median", "all_age_median_err"]),
    }


PRODUCT = Again(NAME, "age_profiles", ("vertical",)).product(
    title="Radial profiles of age, of other samples",
    figure="Figure A.5",
    caption=(
        "Running median of age against R, one line for each bin of |Z|, for all stars and for the low-alpha"
        " and high-alpha populations: (a) the main sample, (b) test sample A of higher surface gravity."
        " Windows hold a fixed number of stars in the order of R and overlap by half; each stands at the"
        " median R of its stars. The last partial window is left out. Bands are +-1 sigma of the median; the"
        " dotted line is the R of the Sun. Bins and windows are those of age_profiles; the profiles along Z"
        " are in the dataset."
    ),
    default=("A",),
    tables=tables,
)
