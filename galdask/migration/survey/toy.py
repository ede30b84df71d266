"""A small survey for mocks and tests: thirty wide fields near the plane."""

from __future__ import annotations

import numpy as np

from galdask.migration.survey.fields import Fields

#: latitudes that the fields take in turn, deg; their radius, deg; their limits in H
LATITUDES = (0.0, 4.0, -4.0, 8.0, -8.0, 12.0)
RADIUS, H_MIN, H_MAX = 5.0, 7.0, 12.0


def toy_survey(count: int = 30) -> Fields:
    """Return fields evenly spread in longitude, of which 25 to 85 % of the candidates are observed."""
    k = np.arange(count)
    return Fields(
        tuple(f"toy {n:02d}" for n in k),
        np.radians((k + 0.5) * 360.0 / count),
        np.radians(np.array(LATITUDES)[k % len(LATITUDES)]),
        np.full(count, np.radians(RADIUS)),
        0.25 + 0.6 * ((7 * k) % count) / max(count - 1, 1),
        np.full(count, H_MIN),
        np.full(count, H_MAX),
    )
