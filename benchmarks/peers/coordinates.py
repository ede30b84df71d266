"""Sky to Galactocentric, positions and velocities, one core: galdask's kernel or astropy."""

import statistics
import sys

from benchmarks import harness


def main(way: str, count: str) -> None:
    """Transform `count` stars, `way` is "galdask" or "astropy"; tells the median of nine calls."""
    import numpy as np

    random = np.random.default_rng(1)
    n = int(count)
    sky = {
        "ra": random.uniform(0, 360, n),
        "dec": np.degrees(np.arcsin(random.uniform(-1, 1, n))),
        "distance": random.uniform(0.1, 20, n),
        "pmra": random.normal(0, 5, n),
        "pmdec": random.normal(0, 5, n),
        "rv": random.normal(0, 50, n),
    }
    transform = galdask(sky) if way == "galdask" else astropy(sky)
    seconds = []
    for _ in range(9):
        with harness.timed() as told:
            transform(n)
        seconds.append(told["seconds"])
    harness.tell({"seconds": statistics.median(seconds)})


def galdask(sky):
    from galdask.stars import FRAMES, galactocentric

    def transform(n):
        return galactocentric(FRAMES["imig2023"], **{k: v[:n] for k, v in sky.items()})

    return transform


def astropy(sky):
    import astropy.units as u
    from astropy.coordinates import ICRS, CartesianDifferential, Galactocentric, SkyCoord

    frame = Galactocentric(
        galcen_coord=ICRS(266.4051 * u.deg, -28.936175 * u.deg),
        galcen_distance=8.3 * u.kpc,
        z_sun=27 * u.pc,
        galcen_v_sun=CartesianDifferential([11.1, 232.24, 7.25] * u.km / u.s),
        roll=0 * u.deg,
    )

    def transform(n):
        stars = SkyCoord(
            ra=sky["ra"][:n] * u.deg,
            dec=sky["dec"][:n] * u.deg,
            distance=sky["distance"][:n] * u.kpc,
            pm_ra_cosdec=sky["pmra"][:n] * u.mas / u.yr,
            pm_dec=sky["pmdec"][:n] * u.mas / u.yr,
            radial_velocity=sky["rv"][:n] * u.km / u.s,
        ).transform_to(frame)
        return stars.cartesian.xyz.to_value(u.kpc), stars.velocity.d_xyz.to_value(u.km / u.s)

    return transform


if __name__ == "__main__":
    main(*sys.argv[1:])
