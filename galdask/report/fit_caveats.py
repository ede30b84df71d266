"""What a reader must know before believing a fit: sentences, by what the fit is and has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.report.caveats import MOCK

if TYPE_CHECKING:
    from galdask.migration.fit.folder import Fit

#: true of every fit of this model
ALWAYS = (
    "The errors are those of the model: that every star is born on a cold circular orbit with the [Fe/H] that"
    " its radius and time give, that orbits diffuse with one strength everywhere, that the potential never"
    " changed, and that the errors of the stars are known. None of these is varied here.",
    "No outliers are modelled: a star with a wrong age or velocity pulls on the parameters.",
    "Cuts on observed ages, metallicities or actions are not part of the selection function; a sample that"
    " was cut so is fitted as if it had not been.",
    "Radial actions are those in the plane. High above it they are an approximation, as in the paper.",
)
#: where the paper says two things
TWOFOLD = (
    (
        "The two sets of parameters",
        "Table 1 prints sigma_Lz = 582 kpc km/s, sigma_vR0 = 49 km/s and R_sigmaR = 19 kpc; the text prints"
        " 567 and 572 kpc km/s, 43 km/s at the Sun and about 27 kpc; its 619, 63 and 1824 kpc"
        " km/s go with these.",
        "Parameters are compared with Table 1; of each derived number it is said which set it goes with.",
    ),
    (
        "Errors of Table 1",
        "The table prints no errors.",
        "Half of the last printed digit stands in for them, so differences are mostly in this fit's errors.",
    ),
)


def mock(fit: Fit) -> str:
    """Return the warning of a mock; empty for real stars."""
    return MOCK if "mock" in str(fit.configuration.get("store", {}).get("name", "")) else ""


def of(fit: Fit) -> list[str]:
    """Return the caveats of a fit."""
    settings, best, found = fit.settings, fit.optimum["best"], []
    if fit.source == "hessian":
        found.append(
            "There is no chain: bands and errors come from a normal distribution with the curvature at the"
            " maximum, which knows nothing of tails."
        )
    elif not fit.summary.get("converged"):
        found.append(f"The chain is not long enough to trust its errors. {fit.summary.get('verdict', '')}")
    if not best["converged"]:
        found.append("The search did not end at a clear maximum of the likelihood.")
    if best["floored"]:
        found.append(
            f"{int(best['floored']):,} stars have no live draw at the maximum: they count with ln p = -300,"
            " the model cannot hold them."
        )
    survey, dust = settings.get("survey") or {}, settings.get("dust") or {}
    if survey.get("kind") == "toy" and not mock(fit):
        found.append(
            "The survey is the small one of the mocks, not the one that observed these stars: the numbers"
            " mean nothing."
        )
    if dust.get("kind") == "exponential" and not mock(fit):
        found.append("Extinction is an analytic layer without clouds, not a map.")
    if settings.get("outside_fields") == "leave_out":
        found.append(
            "Stars in no field of the survey were left out; the fields are as good as that number is small."
        )
    if (settings.get("tracer") or {}).get("ages") == "flat":
        found.append(
            "The weight of ages is flat: how the tracer's numbers depend on age is not known, and goes into"
            " the history of star formation, x_io and tau_sfr, one for one. Neither can be concluded from it."
        )
    if (settings.get("noise") or {}).get("velocity_jacobian") == "paper":
        found.append(
            "Velocities, not proper motions, carry the errors: distances and velocities then are independent."
        )
    return [*([mock(fit)] if mock(fit) else []), *found, *ALWAYS]


def contradictions() -> list[dict[str, str]]:
    """Return where the paper says two things, and what is done."""
    return [{"topic": topic, "printed": printed, "done": done} for topic, printed, done in TWOFOLD]
