"""Ages on a linear or a logarithmic axis: one setting of a product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.cartography.settings import Setting
from galdask.errors import ProductError

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan

SETTINGS = (
    Setting("logarithmic", False, "take log10 age instead of age", "flag"),
    Setting("age", {"low": 0.0, "high": 20.0, "step": 0.5}, "bins of age, Gyr", "axis"),
    Setting("log_age", {"low": 8.0, "high": 10.4, "step": 0.05}, "bins of log10 age, log(yr)", "axis"),
)


def quantity(plan: Plan, name: str) -> str:
    """Return the quantity of a product: "age", or "log_age" where its setting says so.

    Raises
    ------
    ProductError
        If the setting asks for log_age and the pipeline has none.
    """
    if not plan.settings[name]["logarithmic"]:
        return "age"
    if "log_age" not in plan.quantities:
        raise ProductError(
            f"{name} is to have a logarithmic axis, but there is no log_age",
            where=plan.file,
            todo="add the quantity log_age, or set logarithmic: false",
        )
    return "log_age"
