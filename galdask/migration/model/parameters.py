"""The parameters of the model: names, units, ranges, and a mapping that knows them."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from galdask.config import Section
from galdask.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Parameter:
    """What is known of a parameter before any star is seen."""

    meaning: str
    unit: str
    low: float
    """Lower bound of the uniform prior (free), or of what makes sense (fixed)."""
    high: float
    sign: int = 0
    """+1: the density needs it positive; -1: negative; 0: any number."""
    is_free: bool = True


#: name -> what it is; the free ones in the order of vectors and chains
KNOWN: dict[str, Parameter] = {
    "Rd0": Parameter("scale of the birth angular momenta over VC", "kpc", 0.5, 10.0, 1),
    "x_io": Parameter("inside-out coefficient of the star formation", "", -2.0, 2.0),
    "tau_sfr": Parameter("time-scale of the star formation", "Gyr", 0.1, 50.0, 1),
    "sigma_Lz": Parameter("diffusion in Lz after tau_m", "kpc km/s", 10.0, 3000.0, 1),
    "sigma_vR0": Parameter("radial velocity dispersion at R_ref, age tau_m", "km/s", 1.0, 200.0, 1),
    "beta": Parameter("exponent of the heating with age", "", 0.0, 2.0),
    "R_sigmaR": Parameter("radial scale of the velocity dispersion", "kpc", 1.0, 500.0, 1),
    "a_z": Parameter("scaling of the scale height", "", 0.1, 5.0, 1),
    "gamma_feh": Parameter("exponent of the enrichment with time", "", 0.01, 3.0, 1),
    "grad_feh": Parameter("gradient of [Fe/H] at birth outside R_break", "dex/kpc", -0.5, -0.005, -1),
    "feh_max": Parameter("[Fe/H] of the centre today", "dex", -0.5, 2.0),
    "tau_m": Parameter("oldest age", "Gyr", 0.1, 12.0, 1, False),
    "tau_1": Parameter("age that gives stars their first dispersion", "Gyr", 0.0, 12.0, 1, False),
    "R_ref": Parameter("radius at which sigma_vR0 holds", "kpc", 0.0, 50.0, 1, False),
    "grad_in": Parameter("gradient of [Fe/H] at birth inside R_break", "dex/kpc", -0.5, 0.0, -1, False),
    "R_break": Parameter("birth radius at which the gradient changes", "kpc", 0.0, 50.0, 1, False),
    "T_enr": Parameter("time over which the gas was enriched", "Gyr", 0.0, 20.0, 1, False),
    "VC": Parameter("velocity that turns Lz into kpc", "km/s", 50.0, 500.0, 1, False),
    "R0": Parameter("distance of the Sun from the centre", "kpc", 5.0, 12.0, 1, False),
}
FREE = tuple(name for name, known in KNOWN.items() if known.is_free)
FIXED = tuple(name for name, known in KNOWN.items() if not known.is_free)


def _known(values: Iterable[str]) -> None:
    for name in values:
        if name not in KNOWN:
            near = difflib.get_close_matches(str(name), KNOWN, 1)
            raise ConfigError(
                f"the migration model has no parameter {name!r}",
                expected="one of " + ", ".join(KNOWN),
                todo=f"did you mean {near[0]!r}?" if near else None,
            )


def _checked(name: str, value: Any, known: Parameter) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise ConfigError(
            "a parameter must be a number", where=f"parameter {name}", expected=known.unit, found=repr(value)
        ) from error
    if not math.isfinite(number) or number * known.sign < 0 or (known.sign and number == 0):
        kind = {1: "a finite number above 0", -1: "a finite number below 0", 0: "a finite number"}[known.sign]
        raise ConfigError(
            f"this cannot be the {known.meaning}",
            where=f"parameter {name}",
            expected=f"{kind}, {known.unit}" if known.unit else kind,
            found=f"{number:g}",
        )
    return number


@dataclass(frozen=True, slots=True)
class Parameters(Mapping[str, float]):
    """One set of parameters; a mapping of its names, in the units of `KNOWN`.

    Raises
    ------
    ConfigError
        If a value is not a finite number of the sign that the density needs.
    """

    Rd0: float
    x_io: float
    tau_sfr: float
    sigma_Lz: float  # noqa: N815 - the paper's symbols
    sigma_vR0: float  # noqa: N815
    beta: float
    R_sigmaR: float
    a_z: float
    gamma_feh: float
    grad_feh: float
    feh_max: float
    tau_m: float = 6.0
    tau_1: float = 0.11
    R_ref: float = 8.0
    grad_in: float = -0.03
    R_break: float = 3.0
    T_enr: float = 12.0
    VC: float = 235.0
    R0: float = 8.2

    def __post_init__(self) -> None:
        for name, known in KNOWN.items():
            object.__setattr__(self, name, _checked(name, getattr(self, name), known))
        if self.tau_m > self.T_enr:
            raise ConfigError(
                "the oldest age must lie within the time of the enrichment",
                where="parameter tau_m",
                expected=f"at most T_enr = {self.T_enr:g} Gyr",
                found=f"{self.tau_m:g} Gyr",
            )

    def __getitem__(self, name: str) -> float:
        if name not in KNOWN:
            raise KeyError(name)
        return float(getattr(self, name))

    def __iter__(self) -> Iterator[str]:
        return (field.name for field in fields(self))

    def __len__(self) -> int:
        return len(KNOWN)

    @property
    def scale(self) -> float:
        """L0 = VC Rd0: the scale of eq. 1, kpc km/s (its mean is 2 L0)."""
        return self.VC * self.Rd0

    def vector(self, names: Iterable[str] = FREE) -> np.ndarray:
        """Return the values of some parameters, the free ones by default, in the order of `names`."""
        return np.array([self[name] for name in names])

    def change(self, **values: float) -> Parameters:
        """Return a set with some values changed."""
        _known(values)
        return replace(self, **values)

    def with_vector(self, vector: np.ndarray, names: Iterable[str] = FREE) -> Parameters:
        """Return a set with the values of `names` taken from `vector`."""
        return self.change(**dict(zip(names, np.asarray(vector).tolist(), strict=True)))

    def check_fixed(self, others: Iterable[Parameters]) -> None:
        """Refuse sets with other fixed parameters: what was computed for these does not hold for them.

        Raises
        ------
        ConfigError
            If one differs.
        """
        for p in others:
            changed = [name for name in FIXED if p[name] != self[name]]
            if changed:
                raise ConfigError(
                    "fixed parameters cannot change during a fit",
                    where=f"parameter {changed[0]}",
                    expected=f"{self[changed[0]]:g}",
                    found=f"{p[changed[0]]:g}",
                    todo="draw stars and volume again for the new value",
                )

    def outside_prior(self) -> dict[str, float]:
        """Return the free parameters that lie outside the bounds of their uniform prior."""
        return {name: self[name] for name in FREE if not KNOWN[name].low < self[name] < KNOWN[name].high}


#: maximum likelihood of the paper's Table 1
TABLE_1 = Parameters(2.8, 0.65, 1.0, 582.0, 49.0, 0.3, 19.0, 1.16, 0.456, -0.0936, 0.7)
#: a set that the numbers of the paper's text and Figure 7 go with; Table 1 gives others (`derived/`)
TEXT = TABLE_1.change(Rd0=2.9, x_io=0.68, sigma_Lz=572.0, sigma_vR0=42.2, R_sigmaR=27.0, feh_max=0.6678)


def parameters_of(values: Mapping[str, Any] | Section | Parameters) -> Parameters:
    """Return a set of parameters from any mapping.

    Parameters
    ----------
    values : mapping, Section or Parameters
        All names of `FREE`; names of `FIXED` where they differ from the paper's.

    Raises
    ------
    ConfigError
        If a name is unknown or missing, or a value cannot be.
    """
    if isinstance(values, Parameters):
        return values
    if isinstance(values, Section):
        given = {name: values.number(name) for name in KNOWN if name in values or name in FREE}
        values.done()
        return Parameters(**given)
    _known(values)
    missing = [name for name in FREE if name not in values]
    if missing:
        raise ConfigError(
            "parameters of the migration model are missing",
            expected=", ".join(FREE),
            found=", ".join(values) or "none",
            todo="give " + ", ".join(missing),
        )
    return Parameters(**values)
