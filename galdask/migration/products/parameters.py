"""The parameters of the fit beside those of the paper's Table 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.migration.model.parameters import FREE, KNOWN, TABLE_1
from galdask.migration.products.posterior import SYMBOLS
from galdask.migration.products.product import Product, Work, variable

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

#: half of the last printed digit of Table 1, which prints no errors
ROUNDING = dict(zip(FREE, (0.05, 0.005, 0.5, 0.5, 0.5, 0.05, 0.5, 0.005, 0.0005, 0.00005, 0.05), strict=True))


def make(work: Work) -> xr.Dataset:
    """Return best values, posterior and published values."""
    import xarray as xr

    fit = work.fit
    best, errors = fit.parameters_best.vector(), np.array([fit.errors[name] for name in FREE])
    low, middle, high = np.quantile(fit.posterior(seed=work.seed), [0.16, 0.5, 0.84], axis=0)
    spread = 0.5 * (high - low)
    printed, rounding = TABLE_1.vector(), np.array([ROUNDING[name] for name in FREE])
    return xr.Dataset(
        {
            "best": variable("parameter", best, "maximum of the likelihood"),
            "error": variable("parameter", errors, "standard error from the curvature"),
            "median": variable("parameter", middle, "median of the posterior"),
            "q16": variable("parameter", low, "16 % of the posterior"),
            "q84": variable("parameter", high, "84 % of the posterior"),
            "published": variable("parameter", printed, "Frankel et al. 2020, Table 1"),
            "published_rounding": variable("parameter", rounding, "half of the last printed digit"),
            "difference": variable(
                "parameter",
                (middle - printed) / np.hypot(spread, rounding),
                "median less published, in combined errors",
            ),
        },
        {
            "parameter": list(FREE),
            "label": ("parameter", [SYMBOLS[name] for name in FREE]),
            "unit": ("parameter", [KNOWN[name].unit for name in FREE]),
            "meaning": ("parameter", [KNOWN[name].meaning for name in FREE]),
        },
        {"stars": len(fit.stars), "source": fit.source},
    )


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return the table of parameters."""
    frame = dataset.to_dataframe().reset_index()
    numbers = ["best", "error", "median", "q16", "q84", "published", "published_rounding", "difference"]
    return {"parameters": frame[["parameter", "unit", *numbers]]}


PRODUCT = Product(
    "parameters",
    "Parameters beside Table 1",
    "Table 1",
    "The posterior's median less the printed value, in combined errors: the posterior's half width from 16 to"
    " 84 %, and half of the last digit that the paper prints, which gives no errors. Table 1 and the paper's"
    " text do not come from one set of parameters.",
    make,
    tables,
)
