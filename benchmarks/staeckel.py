"""The error of the Staeckel approximation itself: actions along integrated orbits, region by region."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.stars.orbits import stars as samples

RO, VO = samples.RO, samples.VO
#: Gyr in natural units of MWPotential2014 at (RO, VO)
GYR = 1.0 / (0.9777922 * RO / VO)
ORBITS, AVERAGED, TIMES = 60, 12, 1201


def regions() -> dict[str, list[np.ndarray]]:
    """Return stars of each region, by what the approximation itself tells of their orbits."""
    from galdask.stars import orbit_quantities

    parts = samples.disk(40_000, seed=1), samples.everything(40_000, seed=2)
    stars = [np.concatenate(pair) for pair in zip(*parts, strict=True)]
    q = orbit_quantities(*stars)
    guide, top, ecc, far = q["r_guide"], q["z_max"], q["ecc"], q["r_apo"]
    halo = (top > 2) & (far > 4) & (far < 30)
    chosen = {
        "thin disk, guiding radius 6-10 kpc": (guide > 6) & (guide < 10) & (top < 0.5) & (ecc < 0.2),
        "thin disk, 10-18 kpc": (guide > 10) & (guide < 18) & (top < 1) & (ecc < 0.25),
        "thick disk, 5-12 kpc": (guide > 5) & (guide < 12) & (top > 0.5) & (top < 2) & (ecc < 0.4),
        "inner Galaxy, 0.5-4 kpc": (guide > 0.5) & (guide < 4) & (top < 2) & (ecc < 0.6),
        "high above the plane": (top > 5) & (ecc < 0.5) & (far < 40),
        "halo, eccentricity 0.4-0.8": halo & (ecc > 0.4) & (ecc < 0.8),
        "halo, eccentricity > 0.8": halo & (ecc > 0.8),
    }
    return {name: [s[np.flatnonzero(use)[:ORBITS]] for s in stars] for name, use in chosen.items()}


def along(galpy: Any, stars: list[np.ndarray]) -> list[np.ndarray]:
    """Return r, vr, vphi, z, vz (star, time) of 6 Gyr."""
    times = np.linspace(0.0, 6.0 * GYR, TIMES)
    orbit = galpy.orbit.Orbit(np.array(samples.natural(stars)).T)
    orbit.integrate(times, galpy.potential.MWPotential2014, method="dop853_c")
    rows = [getattr(orbit, name)(times, use_physical=False) for name in ("R", "vR", "vT", "z", "vz")]
    return [row * scale for row, scale in zip(rows, (RO, VO, VO, RO, VO), strict=True)]


def averaged(galpy: Any, stars: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Return actions by averages over long integrated orbits (Bovy 2014), kpc km/s.

    The average is taken with three isochrones; where these differ by more than 1 % it has not converged
    and is NaN.
    """
    model, found = galpy.potential.MWPotential2014, []
    for star in np.array(samples.natural(stars)).T[:AVERAGED]:
        scale = float(np.median(galpy.actionAngle.estimateBIsochrone(model, star[0], star[3])))
        three = []
        for factor in (0.8, 1.0, 1.25):
            method = galpy.actionAngle.actionAngleIsochroneApprox(pot=model, b=factor * scale)
            three.append([float(np.ravel(j)[0]) * RO * VO for j in method(*star, 0.0)])
        found.append(np.where(np.ptp(three, axis=0) < 0.01 * np.max(three, axis=0), three[1], np.nan))
    jr, _, jz = np.array(found).T
    return {"jr": jr, "jz": jz}


def run() -> list[str]:
    """Return the lines of the results."""
    from types import SimpleNamespace

    from galdask.stars import actions
    from galdask.stars.orbits.galpy_backend import quiet_galpy

    with quiet_galpy():
        import galpy.actionAngle
        import galpy.orbit
        import galpy.potential
    modules = SimpleNamespace(actionAngle=galpy.actionAngle, orbit=galpy.orbit, potential=galpy.potential)
    lines = [
        "## The error of the Staeckel approximation, MWPotential2014 (ro = 8.2, vo = 235)",
        "",
        f"{ORBITS} orbits a region, 6 Gyr, {TIMES} times. Scatter: the standard deviation of an action along",
        "an orbit, its median over orbits in kpc km/s, then median and 90th percentile relative to the mean.",
        "Bias: the mean along the orbit over the action by long averages, less 1; median, 16th and 84th",
        f"percentile of those of {AVERAGED} orbits whose average converged, and their number. z_max in kpc:",
        "< 0.5, < 1, 0.5-2, < 2, > 5, > 2, > 2.",
        "",
        "| region | focal length | JR scatter | rel. | 90 % | Jz scatter | rel. | 90 % | JR bias | Jz bias |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, stars in regions().items():
        with quiet_galpy():
            path, truth = along(modules, stars), averaged(modules, stars)
        for delta, title in ((3.69, "3.69 kpc"), ("table", "table")):
            own, cells, bias = actions(*path, delta=delta), [], []
            for j in ("jr", "jz"):
                mean, scatter = own[j].mean(axis=1), own[j].std(axis=1)
                relative = scatter / mean
                told = np.median(relative), np.quantile(relative, 0.9)
                cells += [f"{np.median(scatter):.3g}", f"{told[0]:.2%}", f"{told[1]:.1%}"]
                known = np.isfinite(truth[j])
                if not known.any():
                    bias.append("unknown (0)")
                    continue
                off = mean[:AVERAGED][known] / truth[j][known] - 1
                low, middle, high = np.quantile(off, [0.16, 0.5, 0.84])
                bias.append(f"{middle:+.1%} ({low:+.1%} to {high:+.1%}, {known.sum()})")
            lines.append(f"| {name} | {title} | " + " | ".join([*cells, *bias]) + " |")
    return lines
