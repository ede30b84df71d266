"""The file of a fit (`galdask_fit: 1`): what is fitted, with what, and how; no value is hidden."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask import config
from galdask.config import Section
from galdask.errors import ConfigError
from galdask.migration.fit.columns import Columns
from galdask.migration.model.choices import Choices, choices_of
from galdask.migration.model.parameters import FIXED, FREE, KNOWN, Parameters
from galdask.migration.parameter_file import NAMED
from galdask.migration.settings_stars import columns_from_section
from galdask.migration.settings_survey import SurveySettings, survey_from_section
from galdask.migration.survey.noise import Noise
from galdask.migration.survey.sky import Sun
from galdask.migration.survey.tracer import Tracer
from galdask.stars.orbits import open_potential

if TYPE_CHECKING:
    from galdask.catalog.store import Store

#: names of the optimisers
OPTIMISERS = ("bfgs", "nelder_mead")
#: how velocities carry their noise -> the word of `Noise`
_NOISE_IN = {"proper_motions": "pm", "velocities": "paper"}


@dataclass(frozen=True, slots=True)
class Maximum:
    """How the maximum of the likelihood is looked for."""

    starts: int
    spread: float
    """Of the starts about the first guess, as a fraction."""
    optimisers: tuple[str, ...]
    evaluations: int
    """Most evaluations of ln L of one Nelder-Mead search."""


@dataclass(frozen=True, slots=True)
class Sampler:
    """How the posterior is sampled; the number of steps is no part of the identity of a fit."""

    walkers: int
    steps: int
    seed: int
    hypercube: float
    """Side of the box in which the walkers begin, in standard errors."""
    check_volume_every: int
    """Steps between two looks at the effective size of the survey volume."""


@dataclass(frozen=True, slots=True)
class FitSettings:
    """What a fit's file says, resolved for a store."""

    name: str
    title: str
    reference: str
    columns: Columns
    outside_fields: str
    sun: Sun
    first_guess: Parameters
    """With the fixed parameters of the fit."""
    choices: Choices
    tracer_name: str
    tracer: Tracer
    noise: Noise
    survey: SurveySettings
    draws: int
    volume_points: float
    """A star."""
    actions: str
    seed: int
    maximum: Maximum
    sampler: Sampler
    variants: dict[str, str]
    """Name -> what it is."""

    def points(self, stars: int) -> int:
        """Return the number of volume points for a number of stars."""
        return int(np.ceil(self.volume_points * stars))

    def settings(self) -> dict[str, Any]:
        """Return everything that decides a result, as plain values."""
        sampler = asdict(self.sampler)
        del sampler["steps"]
        return {
            "stars": self.columns.settings(),
            "outside_fields": self.outside_fields,
            "sun": asdict(self.sun),
            "fixed": {name: self.first_guess[name] for name in FIXED},
            "first_guess": {name: self.first_guess[name] for name in FREE},
            "choices": self.choices.settings(),
            "tracer": asdict(self.tracer),
            "noise": asdict(self.noise),
            **self.survey.settings(),
            "likelihood": {
                "draws": self.draws,
                "volume_points": self.volume_points,
                "actions": self.actions,
                "seed": self.seed,
            },
            "maximum": asdict(self.maximum),
            "sampler": sampler,
        }


def read_settings(
    path: Path | str, store: Store, files: Path | str | None = None, variant: str | None = None
) -> FitSettings:
    """Read the file of a fit.

    Parameters
    ----------
    path : path
        The file.
    store : Store
        Whose columns it names.
    files : path, optional
        Folder against which relative paths in the file are read; that of the file itself by default.
    variant : str, optional
        One of its variants: what that section changes is changed.

    Raises
    ------
    ConfigError
        If a key is missing or unknown, or a value cannot be; the message has its line.
    """
    path = Path(path)
    section = config.load(path)
    variants = section.section("variants", None)
    known = {} if variants is None else {name: _told(variants.section(name)) for name in variants}
    if variant is not None:
        if variants is None or variant not in known:
            raise ConfigError(
                f"there is no variant {variant!r}", where=path, expected=", ".join(known) or "none has a name"
            )
        section = section.overlaid(variants.section(variant).section("change"))
        section.value("variants")
    section.whole("galdask_fit", low=1, high=1)
    name = section.text("name")
    title, reference = section.text("title"), section.text("reference")
    cuts = section.section("cuts", None)
    stars = section.section("stars")
    outside = stars.text("outside_fields", choices=("refuse", "leave_out"))
    columns = columns_from_section(stars, cuts, store)
    sun = _sun(section.section("sun"))
    guess, choices = _model(section.section("model"))
    tracer_name, tracer, noise_in = _tracer(section.section("tracer"))
    noise = replace(_noise(section.section("noise")), velocity_jacobian=noise_in)
    folder = path.parent if files is None else Path(files)
    survey = survey_from_section(section.section("survey"), section.section("dust"), folder)
    block = section.section("likelihood")
    draws, points = block.whole("draws", low=1, high=100_000), block.number("volume_points", low=1, high=1e6)
    actions, seed = (
        block.text("actions", choices=("planar", "staeckel")),
        block.whole("seed", low=0, high=2**31),
    )
    block.done()
    maximum, sampler = _maximum(section.section("maximum")), _sampler(section.section("sampler"))
    section.done()
    return FitSettings(
        name, title, reference, columns, outside, sun, guess, choices, tracer_name, tracer, noise, survey,
        draws, float(points), actions, seed, maximum, sampler, known,
    )  # fmt: skip


def _told(section: Section) -> str:
    title: str = section.text("title")
    section.section("change")
    section.done()
    return title


def _sun(section: Section) -> Sun:
    v = section.list("v")
    if len(v) != 3 or not all(isinstance(x, int | float) and not isinstance(x, bool) for x in v):
        raise section.fail(
            "v", "the velocity of the Sun is three numbers", expected="[outward, along the rotation, north]"
        )
    sun = Sun(
        float(section.number("r", low=1.0, high=20.0)),
        float(section.number("z", low=-1.0, high=1.0)),
        (float(v[0]), float(v[1]), float(v[2])),
    )
    section.done()
    return sun


def _model(section: Section) -> tuple[Parameters, Choices]:
    inner = section.section("fixed")
    fixed = {name: float(inner.number(name)) for name in FIXED}
    inner.done()
    guess = section.value("first_guess")
    if isinstance(guess, str):
        start = NAMED[section.text("first_guess", choices=tuple(NAMED))].change(**fixed)
    else:
        inner = section.section("first_guess")
        start = Parameters(**{name: float(inner.number(name)) for name in FREE}, **fixed)
        inner.done()
    for name, value in start.outside_prior().items():
        known = KNOWN[name]
        raise section.fail(
            "first_guess",
            "the first guess lies outside the prior",
            expected=f"{name} between {known.low:g} and {known.high:g} {known.unit}".rstrip(),
            found=f"{value:g}",
        )
    block = section.section("choices")
    for key in ("birth_radius", "vertical_frequency", "drift", "mean_radius_floor"):
        block.value(key)  # each must be there
    choices = replace(choices_of(block), potential=open_potential(section.section("potential")))
    section.done()
    return start, choices


def _tracer(section: Section) -> tuple[str, Tracer, Any]:
    name = section.text("name")
    tracer = Tracer(
        section.text("ages", choices=("red_clump", "flat")),
        float(section.number("youngest")),
        float(section.number("absolute_h")),
        float(section.number("spread_h")),
    )
    noise_in = _NOISE_IN[section.text("noise_in", choices=tuple(_NOISE_IN))]
    section.done()
    return name, tracer, noise_in


def _noise(section: Section) -> Noise:
    noise = Noise(
        float(section.number("log_age")),
        float(section.number("distance")),
        float(section.number("fe_h")),
        section.text("distance_law", choices=("gaussian", "lognormal")),
    )
    section.done()
    return noise


def _maximum(section: Section) -> Maximum:
    chosen = section.list("optimisers")
    if not chosen or any(name not in OPTIMISERS for name in chosen):
        raise section.fail(
            "optimisers", "unknown optimisers", expected="some of " + ", ".join(OPTIMISERS), found=chosen
        )
    maximum = Maximum(
        section.whole("starts", low=1, high=1000),
        float(section.number("spread", low=0.0, high=0.9)),
        tuple(chosen),
        section.whole("evaluations", low=1, high=10_000_000),
    )
    section.done()
    return maximum


def _sampler(section: Section) -> Sampler:
    sampler = Sampler(
        section.whole("walkers", low=2, high=100_000),
        section.whole("steps", low=1, high=100_000_000),
        section.whole("seed", low=0, high=2**32 - 1),
        float(section.number("hypercube", low=0.01, high=1000.0)),
        section.whole("check_volume_every", low=1, high=1_000_000),
    )
    if sampler.walkers < 2 * len(FREE) or sampler.walkers % 2:
        raise section.fail(
            "walkers",
            "the sampler moves its walkers in two halves, each of which must span the parameters",
            expected=f"an even number, at least {2 * len(FREE)}: twice the free parameters",
            found=sampler.walkers,
        )
    section.done()
    return sampler
