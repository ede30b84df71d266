"""The attributes that every product's dataset carries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from galdask.cartography.settings import Setting

if TYPE_CHECKING:
    import xarray as xr

    from galdask.cartography.plan import Plan

#: settings of every map on which the bar is drawn (Imig et al. 2023, figure 2)
BAR = (
    Setting("bar_length", 10.0, "length of the bar's major axis, kpc", low=0.0),
    Setting("bar_axis_ratio", 0.4, "minor to major axis of the bar", low=0.0, high=1.0),
    Setting("bar_angle", 25.0, "degrees from the Sun's line to the centre; near end at X < 0, Y > 0"),
)


def build(
    plan: Plan, name: str, coords: Mapping[str, Any], variables: Mapping[str, Any], **attrs: Any
) -> xr.Dataset:
    """Return the dataset of a product with what every product says about itself.

    Parameters
    ----------
    plan : Plan
        Says what the product was made with.
    name : str
        Of the product.
    coords, variables : dict of str to (dims, values, attributes)
        Contents.
    **attrs
        Attributes of this product alone.
    """
    import xarray as xr

    product, settings = plan.products[name], plan.settings[name]
    samples = {"main": plan.main} | {q: one.sample for q, one in plan.quantities.items()}
    about: dict[str, Any] = {
        "product": name,
        "title": product.title,
        "figure": product.figure,
        "caption": product.caption,
        "pipeline": plan.name,
        "reference": plan.reference,
        "samples": json.dumps(samples, sort_keys=True),
        "settings": json.dumps(settings, sort_keys=True),
        "frame": json.dumps(plan.frame, sort_keys=True),
        "Conventions": "CF-1.11",
    }
    for key in ("r_sun", "z_sun"):
        if key in plan.frame:
            about[key] = float(plan.frame[key])
    for key in ("min_n", "max_abs_z", *(s.name for s in BAR)):
        if key in settings:
            about[key] = settings[key]
    return xr.Dataset(dict(variables), dict(coords), {**about, **attrs})
