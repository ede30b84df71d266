"""Coverage of intervals over Monte Carlo draws, on the mock survey with known truth."""

from __future__ import annotations

from tests.stars.orbits import coverage, known

SPECTRA, DRAWS, SEED = 200_000, 80, 5
#: factor of the survey's errors -> how it is called
ERRORS = {1.0: "the survey's errors", 3.0: "three times these errors"}
NAMES = {
    "lz": "Lz",
    "r_guide": "guiding radius",
    "jr": "JR",
    "jz": "Jz",
    "ecc": "eccentricity",
    "z_max": "z_max",
}


def summary(found: dict[float, dict[str, coverage.Intervals]]) -> list[str]:
    """Return one row a quantity and size of errors."""
    lines = ["| errors | quantity | stars | truth inside | below | above | bias of p50 | of the value |"]
    lines.append("|" + "---|" * 8)
    for times, title in ERRORS.items():
        for name, text in NAMES.items():
            one = found[times][name]
            cells = f"{one.truth.size:,} | {one.held():.1%} | {one.below():.1%} | {one.above():.1%}"
            lines.append(
                f"| {title} | {text} | {cells} | {one.bias():+.2f} sigma | {one.bias('value'):+.2f} sigma |"
            )
    return lines


def bands(one: coverage.Intervals, by: str, title: str) -> list[str]:
    """Return one row a band of `by` (middle or truth) over sigma."""
    lines = [f"| {title} / sigma | stars | truth inside | below | above | p50 / truth | value / truth |"]
    lines.append("|" + "---|" * 7)
    for low, high, part in one.bands(by):
        if part.truth.size < 100:
            continue
        band = f"{low:g} to {high:g}" if high < 1e9 else f"> {low:g}"
        cells = f"{part.truth.size:,} | {part.held():.1%} | {part.below():.1%} | {part.above():.1%}"
        lines.append(f"| {band} | {cells} | {part.ratio():.2f} | {part.ratio('value'):.2f} |")
    return lines


def run() -> list[str]:
    """Return the lines of the results."""
    stars = known.survey_stars(SPECTRA, SEED)
    found = {times: coverage.intervals(coverage.scaled(stars, times), DRAWS) for times in ERRORS}
    lines = [
        "## Coverage of intervals over draws",
        "",
        f"Stars of the mock survey ({SPECTRA:,} spectra, seed {SEED}) with all six coordinates;",
        f"{DRAWS} draws of distance (log-normal), proper motions and radial velocity; MWPotential2014,",
        "ro = 8.3, vo = 220, d = 3.69 kpc. The interval is p16 to p84 of the draws, sigma is half its width;",
        f"sample quantiles of so many draws hold {coverage.expected(DRAWS):.1%} where all is well. Bias:",
        "median of (p50, or the catalogue's value, less truth) / sigma.",
        "",
        *summary(found),
    ]
    for name in ("jr", "jz"):
        text = NAMES[name]
        for times, title in ERRORS.items():
            one = found[times][name]
            lines += ["", f"### {text} by {text} p50 / sigma, as a user sees it: {title}", ""]
            lines += bands(one, "middle", f"p50 of {text}")
        lines += ["", f"### {text} by true {text} / sigma, as nobody sees it: {ERRORS[1.0]}", ""]
        lines += bands(found[1.0][name], "truth", f"true {text}")
    return lines
