"""The posterior: draws of the eleven parameters, beside the best ones and the published ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.migration.model.parameters import FREE, KNOWN, TABLE_1
from galdask.migration.products.product import Product, Work, variable

if TYPE_CHECKING:
    import xarray as xr

#: draws that are kept
_MOST = 4_000
#: parameter -> symbol
SYMBOLS = {
    "Rd0": "$R_{d0}$", "x_io": "$x_{io}$", "tau_sfr": r"$\tau_\mathrm{SFR}$", "sigma_Lz": r"$\sigma_{Lz}$",
    "sigma_vR0": r"$\sigma_{vR0}$", "beta": r"$\beta$", "R_sigmaR": r"$R_{\sigma R}$", "a_z": "$a_z$",
    "gamma_feh": r"$\gamma_\mathrm{[Fe/H]}$", "grad_feh": r"$\nabla_\mathrm{[Fe/H]}$",
    "feh_max": r"[Fe/H]$_\mathrm{max}$",
}  # fmt: skip


def make(work: Work) -> xr.Dataset:
    """Return the draws."""
    import xarray as xr

    draws = work.fit.posterior(seed=work.seed)
    if len(draws) > _MOST:
        draws = work.fit.posterior(_MOST, seed=work.seed)
    return xr.Dataset(
        {
            "value": variable(("draw", "parameter"), draws, "draw of the posterior"),
            "best": variable("parameter", work.fit.parameters_best.vector(), "maximum of the likelihood"),
            "published": variable("parameter", TABLE_1.vector(), "Frankel et al. 2020, Table 1"),
            "correlation": variable(
                ("parameter", "other"), np.corrcoef(draws, rowvar=False), "correlation coefficient"
            ),
        },
        {
            "parameter": list(FREE),
            "other": list(FREE),
            "label": ("parameter", [SYMBOLS[name] for name in FREE]),
            "unit": ("parameter", [KNOWN[name].unit for name in FREE]),
        },
        {"stars": len(work.fit.stars), "source": work.fit.source},
    )


PRODUCT = Product(
    "posterior",
    "Posterior of the parameters",
    "Figure 4",
    "Each parameter alone (diagonal, with the 16, 50 and 84 % quantiles above it) and each pair: contours"
    " hold 39, 86 and 99 % of the draws, those of one, two and three standard deviations of a Gaussian in two"
    " dimensions. Lines: the maximum of the likelihood (blue) and Table 1 of the paper (orange, dashed),"
    " where it lies within the panel.",
    make,
)
