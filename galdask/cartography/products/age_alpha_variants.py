"""Age and [Mg/Fe] across the disk of other samples and other ages, beside those of the main sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography import zones
from galdask.cartography.tables import long_table
from galdask.cartography.variants import Again

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

NAME = "age_alpha_variants"


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return the modes of each variant, one a row, and the stars of its zones."""
    frame = long_table(dataset, ["n_modes", "p_modes", "mode_log_age", "mode_log_age_err"])
    stars = long_table(dataset, ["n_all", "n_age", "f_distmass", "f_distmass_err"])
    return {f"{NAME}_modes": frame[frame["mode_log_age"].notna()], f"{NAME}_zones": stars}


PRODUCT = Again(NAME, "age_alpha").product(
    title="Age and [Mg/Fe] across the disk, of other samples and ages",
    figure="Figure A.4",
    caption=(
        "The relation of age and [Mg/Fe] with other stars or other ages: (a) the main sample, (b) test"
        " sample A of higher surface gravity, (c) B with the ages that were corrected with Gaia, (d) C with"
        " the ages of astroNN. Density of stars in log10 age, older to the left, and [Mg/Fe]."
        f" {zones.CAPTION} Contours enclose the stated fractions of the stars of a panel; panels of fewer"
        " than 50 stars show"
        " them as points. Gray: the region that holds 90 % of all stars of the same variant. Ticks at the"
        " bottom are the modes of the smoothed ages of low-alpha stars. In the corner: the number of stars"
        " with an age, and what part of the zone's stars they are; below it the median +-1 sigma error of a"
        " star. Bins and smoothing are those of age_alpha."
    ),
    default=("A", "B", "C"),
    tables=tables,
)
