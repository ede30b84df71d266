"""The alpha populations: which side of a line in abundance a star lies on, or what its catalogue says.

References
----------
Imig et al. 2023, Eq. 1: [Mg/Fe] = 0.15 - 0.13 [Fe/H] for [Fe/H] <= 0 and 0.15 above; stars within 0.025 dex
of the line belong to neither population.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from galdask.config import Section
from galdask.stars.readings import nearest

#: class -> name; a star with a missing coordinate is undefined
CLASSES = ("low_alpha", "high_alpha", "buffer", "undefined")
LOW, HIGH, BUFFER, UNDEFINED = range(4)


@dataclass(frozen=True, slots=True)
class Populations:
    """A boundary that falls with slope up to a knee and is level beyond it.

    Parameters
    ----------
    x, y : str
        Quantities: metallicity and alpha abundance, dex.
    level : float
        Boundary at and above the knee, dex.
    slope : float
        Slope of the boundary below the knee, dex per dex; not positive.
    knee : float
        Where it becomes level, dex.
    buffer : float
        Half-width of the strip that belongs to neither population, dex.
    along_x : bool
        Whether the half-width is taken along x and not along y.
    """

    x: str
    y: str
    level: float
    slope: float
    knee: float
    buffer: float
    along_x: bool

    @classmethod
    def from_section(cls, section: Section, quantities: tuple[str, ...]) -> Populations:
        """Read the boundary; `quantities` are the names that x and y may have.

        Raises
        ------
        ConfigError
            If a key is missing or unknown, or names no quantity.
        """
        names = {key: _quantity(section, key, quantities) for key in ("x", "y")}
        populations = cls(
            **names,
            level=float(section.number("level")),
            slope=float(section.number("slope", high=0.0)),
            knee=float(section.number("knee")),
            buffer=float(section.number("buffer", low=0.0)),
            along_x=section.text("buffer_along", choices=(names["y"], names["x"])) == names["x"],
        )
        section.done()
        return populations

    @property
    def quantities(self) -> tuple[str, str]:
        """Quantities that `classify` takes, in order."""
        return self.x, self.y

    def boundary(self, x: np.ndarray) -> np.ndarray:
        """Return the y of the boundary at x (dex)."""
        return self.level + self.slope * np.minimum(np.asarray(x, dtype=np.float64) - self.knee, 0.0)

    def classify(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the class of each star.

        Parameters
        ----------
        x, y : (n,) float, dex
            Abundances; computed in double precision.

        Returns
        -------
        (n,) int8
            Index in `CLASSES`.

        Notes
        -----
        The strip is closed: a star exactly on its edge, and one exactly on the boundary for any half-width,
        is in the buffer. Along y the strip is boundary(x) +- buffer. Along x it holds the stars that cross
        the boundary when x moves by up to the half-width: boundary(x + buffer) <= y <= boundary(x - buffer),
        which is a line without width beyond the knee.
        """
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        if self.along_x:
            bottom, top = self.boundary(x + self.buffer), self.boundary(x - self.buffer)
            low, high = y < bottom, y > top
        else:
            height = y - self.boundary(x)
            low, high = height < -self.buffer, height > self.buffer
        classes = np.full(x.shape, BUFFER, dtype=np.int8)
        classes[low] = LOW
        classes[high] = HIGH
        classes[~(np.isfinite(x) & np.isfinite(y))] = UNDEFINED
        return classes

    def settings(self) -> dict[str, Any]:
        """Return the numbers and names of the boundary."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Flags:
    """The catalogue's own classes, as numbers in one of its columns.

    Parameters
    ----------
    by : str
        Quantity that holds the flag.
    low_alpha, high_alpha : int
        Its value for each population. Any other value is in neither, and no value is undefined.
    """

    by: str
    low_alpha: int
    high_alpha: int

    @classmethod
    def from_section(cls, section: Section, quantities: tuple[str, ...]) -> Flags:
        """Read the flag; `quantities` are the names that it may have.

        Raises
        ------
        ConfigError
            If a key is missing or unknown, the two values are one, or there is no such quantity.
        """
        by = _quantity(section, "by", quantities)
        limit = 1 << 24  # whole numbers up to here are exact in a quantity's float32
        low, high = (section.whole(key, low=-limit, high=limit) for key in ("low_alpha", "high_alpha"))
        if low == high:
            raise section.fail("high_alpha", "both populations have one flag", found=low)
        section.done()
        return cls(by, low, high)

    @property
    def quantities(self) -> tuple[str]:
        """Quantities that `classify` takes."""
        return (self.by,)

    def classify(self, flags: np.ndarray) -> np.ndarray:
        """Return the class of each star, (n,) int8: index in `CLASSES`."""
        flags = np.asarray(flags)
        classes = np.full(flags.shape, BUFFER, dtype=np.int8)
        classes[flags == self.low_alpha] = LOW
        classes[flags == self.high_alpha] = HIGH
        classes[~np.isfinite(flags)] = UNDEFINED
        return classes

    def settings(self) -> dict[str, Any]:
        """Return the name and the two values."""
        return asdict(self)


def populations_from_section(section: Section, quantities: tuple[str, ...]) -> Populations | Flags:
    """Read the section ``populations``: a boundary, or with the key ``by`` a flag of the catalogue.

    Raises
    ------
    ConfigError
        As each of the two.
    """
    return (Flags if "by" in section else Populations).from_section(section, quantities)


def _quantity(section: Section, key: str, quantities: tuple[str, ...]) -> str:
    name: str = section.text(key)
    if name not in quantities:
        raise section.fail(
            key,
            f"there is no quantity {name!r}",
            expected="one of " + ", ".join(quantities),
            todo=nearest(name, quantities) or "declare it under quantities",
        )
    return name
