"""A quantity as the maps see it: its label and unit, its range, and the sample that its numbers come from."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

from galdask.config import Section


@dataclass(frozen=True, slots=True)
class Quantity:
    """One measured number of each star.

    Parameters
    ----------
    name : str
        Column of the sample.
    label : str
        As it stands at an axis, without the unit.
    unit : str
        Its unit, which is also the unit of every statistic of it.
    low, high : float or None
        Values outside are missing.
    sample : str
        Sample of its statistics.
    has_error : bool
        The sample has the column ``<name>_err``.
    """

    name: str
    label: str
    unit: str
    low: float | None
    high: float | None
    sample: str
    has_error: bool

    def among(self, columns: Collection[str] | None) -> Quantity:
        """Return the quantity as it is where a sample has only `columns` (None: any)."""
        return replace(self, has_error=self.has_error and (columns is None or f"{self.name}_err" in columns))

    @property
    def middle(self) -> float:
        """Middle of the range, 0 without one."""
        return 0.0 if self.low is None or self.high is None else 0.5 * (self.low + self.high)

    @property
    def reach(self) -> float:
        """Largest distance of a value from the middle of the range; infinite without one."""
        return math.inf if self.low is None or self.high is None else 0.5 * (self.high - self.low)

    @property
    def within(self) -> str:
        """The label inside a sentence: a word loses its capital, a symbol such as [Fe/H] keeps it."""
        word = self.label.split(" ")[0]
        return self.label[0].lower() + self.label[1:] if word.isalpha() and word.istitle() else self.label


def quantity_from_section(name: str, section: Section, main: str, samples: tuple[str, ...]) -> Quantity:
    """Read what the maps need of a quantity; `galdask.stars` reads the rest and checks the keys.

    Raises
    ------
    ConfigError
        If its sample is none of the pipeline's.
    """
    return Quantity(
        name=name,
        label=section.text("label", name),
        unit=section.text("unit", ""),
        low=section.number("low", None),
        high=section.number("high", None),
        sample=section.text("sample", main, choices=samples),
        has_error="error" in section,
    )
