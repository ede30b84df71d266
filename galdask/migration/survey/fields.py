"""The fields of a survey: circles on the sky, their magnitude limits and the fraction that was observed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from galdask.errors import InputError
from galdask.migration.survey.sky import unit_vectors


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """Fields of a survey, one entry a field and cohort.

    Parameters
    ----------
    name : tuple of str
        For messages.
    l, b, radius : (n,) float64
        Centre and radius of the circle, radians.
    fraction : (n,) float64
        Share of the candidates that was observed, 0 to 1.
    h_min, h_max : (n,) float64
        Magnitude limits in H.
    distances : (m,) float64, optional
        Increasing distances (kpc) at which `visible` is known.
    visible : (n, m) float64, optional
        Share of the lines of sight of a field along which the tracer is within the limits; where a published
        table holds it, no dust model is needed.

    Raises
    ------
    InputError
        If there is no field, or a value of one cannot be.
    """

    name: tuple[str, ...]
    l: np.ndarray  # noqa: E741 - the field's name
    b: np.ndarray
    radius: np.ndarray
    fraction: np.ndarray
    h_min: np.ndarray
    h_max: np.ndarray
    distances: np.ndarray | None = None
    visible: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.size == 0:
            raise InputError(
                "the survey has no field", expected="at least one", todo="check the cuts on cohorts"
            )
        for what, good in (
            ("a direction", np.isfinite(self.l) & (np.abs(self.b) <= np.pi / 2)),
            ("a radius above 0 and below 90 deg", (self.radius > 0) & (self.radius < np.pi / 2)),
            ("a fraction within 0 and 1", (self.fraction >= 0) & (self.fraction <= 1)),
            ("limits in H that leave something", self.h_min < self.h_max),
        ):
            if not np.all(good):
                wrong = [self.name[k] for k in np.flatnonzero(~good)[:5]]
                raise InputError(
                    "a field of the survey cannot be", expected=what, where="field " + ", ".join(wrong)
                )

    @property
    def size(self) -> int:
        """Number of fields."""
        return len(self.name)

    @property
    def solid_angle(self) -> np.ndarray:
        """Solid angle of each field, sr."""
        return 2.0 * np.pi * (1.0 - np.cos(self.radius))

    def members(self, l: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # noqa: E741
        """Return (star, field) for every star inside a field; a star may lie in several.

        Parameters
        ----------
        l, b : (n,) float64
            Radians.
        """
        stars, homes = [], []
        centres, limit = unit_vectors(self.l, self.b).T, np.cos(self.radius)
        block = max(1, 4_000_000 // self.size)
        for first in range(0, np.size(l), block):
            part = slice(first, first + block)
            row, column = np.nonzero(unit_vectors(l[part], b[part]) @ centres >= limit)
            stars.append(row + first)
            homes.append(column)
        nothing = np.zeros(0, dtype=np.int64)
        return np.concatenate([nothing, *stars]), np.concatenate([nothing, *homes])

    def sightlines(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return l and b (radians) of directions spread evenly over each field, shape (n, count)."""
        k = np.arange(count) + 0.5
        across = (k / count)[None, :]
        turn = (np.pi * (1.0 + 5.0**0.5) * k)[None, :]
        return around(self.l[:, None], self.b[:, None], self.radius[:, None], across, turn)


def around(
    l: np.ndarray,  # noqa: E741
    b: np.ndarray,
    radius: np.ndarray,
    share: np.ndarray,
    turn: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return directions in circles on the sky, even in area for even `share` in (0, 1) and even `turn`."""
    height = 1.0 - share * (1.0 - np.cos(radius))
    width = np.sqrt(np.maximum(1.0 - height * height, 0.0))
    north, east = width * np.cos(turn), width * np.sin(turn)
    sine = np.clip(height * np.sin(b) + north * np.cos(b), -1.0, 1.0)
    offset = np.arctan2(east, height * np.cos(b) - north * np.sin(b))
    return (l + offset) % (2.0 * np.pi), np.arcsin(sine)
