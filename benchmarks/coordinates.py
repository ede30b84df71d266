"""Sky to Galactocentric, positions and velocities."""

from __future__ import annotations

from benchmarks import harness


def run() -> list[str]:
    """Compare with astropy on one core, a million stars."""
    one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    told = harness.compare(
        {
            "galdask": ("benchmarks.peers.coordinates", "galdask", "1000000"),
            "astropy SkyCoord.transform_to": ("benchmarks.peers.coordinates", "astropy", "1000000"),
        },
        environment=one,
    )
    return [
        "## Coordinates: 1 million stars, sky and motions to Galactocentric, one core",
        "",
        *harness.rows(told, "galdask"),
        "",
        "galdask's output has also R, theta, vR, vphi and Lz.",
    ]
