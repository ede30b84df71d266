"""Running medians against Galactocentric radius by height (Imig et al. 2023, Figure 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import profiles, style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw one panel a population and one line a bin of |Z|, with its error as a band.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `radial_profiles`.
    """
    return profiles.draw(dataset)
