"""The errors of what is observed, and stars as they are observed: section 2 of Frankel et al. 2020."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from galdask.errors import ConfigError, InputError


@dataclass(frozen=True, slots=True)
class Noise:
    """Errors that are the same for all stars.

    Parameters
    ----------
    log_age : float
        Of log10 of the age, dex; Gaussian.
    distance : float
        Of the distance, as a fraction of the true one.
    fe_h : float
        Of [Fe/H], dex; Gaussian.
    distance_law : {"gaussian", "lognormal"}
        Distribution of the observed distance.
    velocity_jacobian : {"pm", "paper"}
        Which velocities carry the noise: proper motions, whose density has a factor k D beside that of a
        velocity, or the velocities in the plane, as the paper writes it.

    Raises
    ------
    ConfigError
        If an error is not above 0, or a word is unknown.
    """

    log_age: float = 0.15
    distance: float = 0.07
    fe_h: float = 0.05
    distance_law: Literal["gaussian", "lognormal"] = "gaussian"
    velocity_jacobian: Literal["pm", "paper"] = "pm"

    def __post_init__(self) -> None:
        for name, high in (("log_age", 2.0), ("distance", 0.5), ("fe_h", 2.0)):
            value = getattr(self, name)
            if not 0.0 < value <= high:
                raise ConfigError(
                    "an error of the observations cannot be",
                    where=f"noise, {name}",
                    expected=f"above 0, at most {high:g}; a small number stands for none",
                    found=value,
                )
        for name, words in (
            ("distance_law", ("gaussian", "lognormal")),
            ("velocity_jacobian", ("pm", "paper")),
        ):
            if getattr(self, name) not in words:
                raise ConfigError(
                    f"unknown {name}", expected=" or ".join(words), found=repr(getattr(self, name))
                )


@dataclass(frozen=True, slots=True, eq=False)
class Stars:
    """Stars as they are observed, one array a quantity, each of shape (n,).

    Raises
    ------
    InputError
        If a value is missing or cannot be; the message names the first row.
    """

    key: np.ndarray
    """Key of the star, uint64."""
    l: np.ndarray  # noqa: E741 - the field's name
    """Galactic longitude, radians."""
    b: np.ndarray
    """Galactic latitude, radians."""
    distance: np.ndarray
    """Kpc."""
    age: np.ndarray
    """Gyr."""
    fe_h: np.ndarray
    """Dex."""
    vlos: np.ndarray
    """Km/s."""
    pml: np.ndarray
    """Proper motion in l, with cos b, mas/yr."""
    pmb: np.ndarray
    """Proper motion in b, mas/yr."""
    vlos_err: np.ndarray
    """Km/s."""
    pml_err: np.ndarray
    """Mas/yr."""
    pmb_err: np.ndarray
    """Mas/yr."""

    def __post_init__(self) -> None:
        if self.size == 0:
            raise InputError("there is no star to fit", expected="at least one")
        for field in fields(self)[1:]:
            values = getattr(self, field.name)
            good = np.isfinite(values)
            if field.name in ("distance", "age"):
                good &= values > 0.0
            elif field.name.endswith("_err"):
                good &= values >= 0.0
            elif field.name == "b":
                good &= np.abs(values) <= np.pi / 2
            if values.shape != (self.size,) or not np.all(good):
                first = int(np.flatnonzero(~good)[0]) if not np.all(good) else 0
                raise InputError(
                    "a star cannot be used",
                    where=f"column {field.name}, row {first}",
                    expected="one finite number a star; distances and ages above 0, errors not below 0",
                    found=f"{np.count_nonzero(~good)} others of {self.size}",
                    todo="leave these stars out by a cut",
                )

    @property
    def size(self) -> int:
        """Number of stars."""
        return int(self.key.size)
