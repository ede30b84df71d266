"""Where the paper is silent or can be read in two ways: the choices, each with its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from galdask.config import Section
from galdask.errors import ConfigError
from galdask.migration.model.parameters import Parameters
from galdask.stars.orbits import open_potential

BirthRadius = Literal["guiding", "flat"]
FrequencyAt = Literal["guiding", "present"]
Drift = Literal["exponential", "none"]
_WORDS: dict[str, tuple[str, ...]] = {
    "birth_radius": get_args(BirthRadius),
    "vertical_frequency": get_args(FrequencyAt),
    "drift": get_args(Drift),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """How the model is read.

    Parameters
    ----------
    birth_radius : {"guiding", "flat"}
        Birth radius in the mean vertical action: that of the circular orbit with Lz0 in the present
        potential, or Lz0 / VC.
    vertical_frequency : {"guiding", "present"}
        nu of eq. 12 at the guiding radius, so that p(z) depends on actions alone, or at the star's radius.
    drift : {"exponential", "none"}
        Drift of eq. 3: the one that keeps exp(-Lz / L0) steady, or none.
    mean_radius_floor : float
        The mean of birth and present radius is not taken below this, kpc: Ting & Rix (2019) fitted 3 to
        14 kpc, and their vertical action is negative near the centre.
    potential : mapping or Potential, optional
        As `galdask.stars.open_potential` takes it; MWPotential2014 with ro = R0, vo = VC by default.

    Raises
    ------
    ConfigError
        If a choice is unknown.
    """

    birth_radius: BirthRadius = "guiding"
    vertical_frequency: FrequencyAt = "guiding"
    drift: Drift = "exponential"
    mean_radius_floor: float = 3.0
    potential: Any = None

    def __post_init__(self) -> None:
        for name, words in _WORDS.items():
            if getattr(self, name) not in words:
                raise ConfigError(
                    f"unknown choice of {name}", expected=" or ".join(words), found=repr(getattr(self, name))
                )
        if not self.mean_radius_floor >= 3.0:
            raise ConfigError(
                "the mean vertical action is not known further in",
                where="mean_radius_floor",
                expected="at least 3 kpc",
                found=self.mean_radius_floor,
            )

    def potential_of(self, parameters: Parameters) -> Any:
        """Return the potential, opened."""
        if self.potential is not None:
            return open_potential(self.potential)
        return open_potential({"name": "MWPotential2014", "ro": parameters.R0, "vo": parameters.VC})

    def settings(self) -> dict[str, Any]:
        """Return what was chosen, as plain values."""
        own = {name: getattr(self, name) for name in (*_WORDS, "mean_radius_floor")}
        potential = None if self.potential is None else open_potential(self.potential).settings()
        return {**own, "potential": potential}


DEFAULT = Choices()


def choices_of(values: Mapping[str, Any] | Section | Choices | None) -> Choices:
    """Return choices from any mapping; what is not named has its default.

    Raises
    ------
    ConfigError
        If a name or a word is unknown.
    """
    if values is None:
        return DEFAULT
    if isinstance(values, Choices):
        return values
    if isinstance(values, Section):
        given: dict[str, Any] = {n: values.text(n, choices=w) for n, w in _WORDS.items() if n in values}
        if "mean_radius_floor" in values:
            given["mean_radius_floor"] = float(values.number("mean_radius_floor", low=3.0))
        if (block := values.section("potential", None)) is not None:
            given["potential"] = open_potential(block)
        values.done()
        return Choices(**given)
    unknown = sorted(set(values) - set(Choices.__slots__))
    if unknown:
        raise ConfigError(
            f"the migration model has no choice {unknown[0]!r}", expected=", ".join(Choices.__slots__)
        )
    return Choices(**values)
