"""What moves when the fit is done in another way: shifts of the maximum in combined errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from galdask.migration.fit.folder import Fit
from galdask.migration.model.parameters import FREE

if TYPE_CHECKING:
    import pandas as pd


def shifts(fit: Fit, others: Mapping[str, Fit], titles: Mapping[str, str]) -> pd.DataFrame:
    """Return how far each variant's maximum lies from that of the fit.

    Parameters
    ----------
    fit : Fit
        The fit itself.
    others : mapping of str to Fit
        Its variants.
    titles : mapping of str to str
        What each variant is.

    Returns
    -------
    DataFrame
        One row a variant and parameter: value, error, shift and ``combined``, the shift over the root of the
        sum of both squared errors. The stars are the same, so this is small unless the way matters.
    """
    import pandas as pd

    rows = [
        {
            "variant": variant,
            "title": titles[variant],
            "parameter": name,
            "fit": fit.parameters_best[name],
            "fit_err": fit.errors[name],
            "value": other.parameters_best[name],
            "err": other.errors[name],
            "shift": other.parameters_best[name] - fit.parameters_best[name],
            "combined": (other.parameters_best[name] - fit.parameters_best[name])
            / np.hypot(fit.errors[name], other.errors[name]),
            "log_likelihood": other.optimum["best"]["value"],
        }
        for variant, other in others.items()
        for name in FREE
    ]
    return pd.DataFrame(rows)


def text(table: pd.DataFrame) -> str:
    """Return the shifts in combined errors, one line a variant; those above one are marked."""
    lines = ["shifts of the maximum, in combined errors (* above 1)"]
    lines.append(" " * 22 + " ".join(f"{name:>9}" for name in FREE))
    for variant, rows in table.groupby("variant", sort=False):
        values = rows.set_index("parameter")["combined"]
        cells = [f"{values[name]:+.2f}{'*' if abs(values[name]) > 1.0 else ' '}" for name in FREE]
        lines.append(f"{variant:<22}" + " ".join(f"{cell:>9}" for cell in cells))
        lines.append(f"  {rows['title'].iloc[0]}")
    return "\n".join(lines)
