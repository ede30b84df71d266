"""The derived quantities beside the printed ones: section 6 of Frankel et al. 2020."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.migration.derived import posterior
from galdask.migration.products.product import Product, Work, variable

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_NUMBERS = {
    "best": "at the maximum of the likelihood",
    "median": "median of the posterior",
    "q16": "16 % of the posterior",
    "q84": "84 % of the posterior",
    "printed": "as printed",
}


def make(work: Work) -> xr.Dataset:
    """Return the numbers with the posterior's errors, the printed ones and why they differ."""
    import xarray as xr

    numbers = posterior.tables(work.fit)["numbers"]
    texts = {
        name: ("quantity", [str(text) for text in numbers[name]])
        for name in ("where", "unit", "goes_with", "remark")
    }
    return xr.Dataset(
        {name: variable("quantity", numbers[name].to_numpy(float), what) for name, what in _NUMBERS.items()},
        {"quantity": [str(name) for name in numbers["quantity"]], **texts},
        {
            "stars": len(work.fit.stars),
            "source": work.fit.source,
            "sets": int(numbers.attrs["sets"]),
            "printed_numbers": int(np.count_nonzero(np.isfinite(numbers["printed"]))),
        },
    )


def tables(dataset: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return the numbers as a table."""
    frame = dataset.to_dataframe().reset_index()
    return {"derived": frame[["quantity", "where", "unit", *_NUMBERS, "goes_with", "remark"]]}


PRODUCT = Product(
    "derived",
    "Derived numbers beside the printed ones",
    "section 6",
    "Each number that follows from the parameters, over the printed one, with the posterior's 16 to 84 %. The"
    " paper's text and its Table 1 do not come from one set of parameters, so that no fit can give all of"
    " them: the table says which set a printed number goes with.",
    make,
    tables,
)
