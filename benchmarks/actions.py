"""Actions in the Staeckel approximation: speed against galpy's C code, and agreement with it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping

import numpy as np

from benchmarks import harness
from tests.stars.orbits import stars as samples

ONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
RUNNER = "benchmarks.peers.actions"
TITLES = {"disk": "disk stars", "everything": "all bound orbits"}
#: (title, from, to) of the eccentricity
BANDS = ((0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 0.99), (0.99, 1.0))


def speed() -> list[str]:
    """Compare on one core, in turn, 5 times."""
    lines = []
    for sample, title in TITLES.items():
        told = harness.compare(
            {
                "galdask, `actions`": (RUNNER, "fast", sample, "1000000"),
                "galdask, `orbit_quantities`": (RUNNER, "fast", sample, "1000000", "orbit_quantities"),
                "galpy 1.12 C, actions": (RUNNER, "galpy", sample, "20000"),
            },
            environment=ONE,
        )
        lines += ["", f"### A million {title}: CPU seconds, that is microseconds a star", ""]
        lines += harness.rows(told, "galdask, `actions`")
    with tempfile.TemporaryDirectory() as empty:
        cold = harness.once(RUNNER, "fast", "disk", "1000", environment={**ONE, "NUMBA_CACHE_DIR": empty})
        warm = harness.once(RUNNER, "fast", "disk", "1000", environment={**ONE, "NUMBA_CACHE_DIR": empty})
    galpy = harness.once(RUNNER, "galpy", "disk", "1000", environment=ONE)
    lines += [
        "",
        f"First call with imports, CPU seconds: {cold['first']:.1f} s when the kernels must be compiled "
        "(once a machine), "
        f"{warm['first']:.1f} s from their cache on disk; galpy {galpy['first']:.1f} s.",
    ]
    return lines


def _errors(own: Mapping[str, np.ndarray], theirs: Mapping[str, np.ndarray], use: np.ndarray) -> list[str]:
    cells = [f"{use.sum():,}"]
    for name in ("jr", "jz"):
        error = np.abs(own[name] - theirs[name])[use]
        relative = error / np.abs(theirs[name][use])
        told = [*np.quantile(relative, [0.5, 0.99]), relative.max(), *np.quantile(error, [0.99]), error.max()]
        cells += [f"{value:.0e}" for value in told]
        cells.append(str(int(((relative > 1e-4) & (error > 1e-8)).sum())))
    return cells


def agreement(disk: int = 40_000, everything: int = 100_000) -> list[str]:
    """Tabulate differences of the two backends, by sample and eccentricity."""
    from galdask.stars import orbit_quantities
    from galdask.stars.orbits.status import count, failed

    told = ("rel. 50 %", "99 %", "max", "abs. 99 %", "max", "> 1e-4")
    head = " | ".join(f"{name} {what}" for name in ("JR", "Jz") for what in told)
    lines = ["", "### Differences of the two, absolute ones in kpc km/s", "", f"| stars | number | {head} |"]
    lines.append("|" + "---|" * 14)
    for sample, number in (("disk", disk), ("everything", everything)):
        stars = getattr(samples, sample)(number, seed=12)
        own, theirs = orbit_quantities(*stars), orbit_quantities(*stars, backend="galpy")
        both = ~failed(own["status"]) & ~failed(theirs["status"])
        lines.append(f"| {TITLES[sample]} | " + " | ".join(_errors(own, theirs, both)) + " |")
        if sample == "everything":
            for low, high in BANDS:
                use = both & (own["ecc"] >= low) & (own["ecc"] < high)
                cells = " | ".join(_errors(own, theirs, use))
                lines.append(f"| eccentricity {low} to {high} | {cells} |")
            bits = {k: v for k, v in count(own["status"]).items() if v}
            lost = int(failed(theirs["status"]).sum())
            said = f"Of all bound orbits, the status of the fast backend: {bits}; galpy gives no action for"
            lines += ["", f"{said} {lost} (apocentres beyond 37.5 ro)."]
    return lines


def run() -> list[str]:
    """Return the lines of the results."""
    return ["## Actions: Staeckel fudge, MWPotential2014, one focal length", *speed(), *agreement()]
