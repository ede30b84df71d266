"""A small survey that the tests look through."""

import numpy as np

from galdask.migration.survey.fields import Fields


def toy_fields(count=12, radius=17.0):
    """Fields along the plane, some of which overlap."""
    l = np.linspace(15, 345, count)  # noqa: E741
    b = np.tile([0.0, -4.0, 8.0, 3.0], count)[:count]
    return Fields(
        tuple(f"field {k}" for k in range(count)),
        np.radians(l),
        np.radians(b),
        np.radians(np.full(count, radius)),
        np.linspace(0.2, 0.9, count),
        np.full(count, 7.0),
        np.full(count, 12.0),
    )
