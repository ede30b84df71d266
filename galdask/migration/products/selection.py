"""The selection function S(D) of every field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.migration.products.product import Product, Work, variable

if TYPE_CHECKING:
    import xarray as xr

#: nodes in distance that are saved, at most
_NODES = 240


def make(work: Work) -> xr.Dataset:
    """Return S_i(D), and the space that the survey sees at each distance."""
    import xarray as xr

    selection = work.fit.selection()
    distance = np.linspace(0.0, selection.reach, min(_NODES, selection.distances.size))
    fields = selection.fields
    number = np.repeat(np.arange(fields.size)[:, None], distance.size, axis=1)
    curves = selection.curve(number, np.broadcast_to(distance, number.shape))
    space = distance**2 * (fields.solid_angle @ curves)
    far = work.fit.stars["distance"].to_numpy(dtype=float)
    return xr.Dataset(
        {
            "s": variable(("field", "distance"), curves, "probability that a star is observed"),
            "space": variable("distance", space, "D^2 S integrated over the fields", "sr kpc2"),
            "b": variable("field", np.degrees(fields.b), "latitude", "deg"),
            "n": variable(
                "distance_bin", np.histogram(far, np.linspace(0, selection.reach, 31))[0], "number of stars"
            ),
        },
        {
            "field": np.arange(fields.size),
            "name": ("field", list(fields.name)),
            "distance": variable("distance", distance, "distance", "kpc"),
        },
        {
            "stars": len(far),
            "reach": selection.reach,
            "farther": int(np.count_nonzero(far > selection.reach)),
        },
    )


PRODUCT = Product(
    "selection",
    "Selection function",
    "",
    "The probability S(D) that a star of the tracer at a true distance was observed, for every field,"
    " coloured by its distance from the plane: the fraction of candidates that were observed, times the share"
    " of the field's lines of sight along which the tracer is within the limits in magnitude. Right: the"
    " space that the survey sees at a distance (line), and the stars of the fit by their observed distances"
    " (steps), each scaled to its maximum.",
    make,
)
