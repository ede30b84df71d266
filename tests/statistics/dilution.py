"""How much of a slope errors of the abscissa take away, from the errors themselves."""

from __future__ import annotations

import numpy as np

from galdask.mocks import draw_sample


def dilution(stars: int, seed: int, r_min: float, heights: np.ndarray) -> np.ndarray:
    """Ratio of found to true slope of low-alpha stars at each height that errors of R alone should leave.

    Stars that are chosen by the measured R and lie about a straight line in the true R have their slope
    multiplied by cov(true R, measured R) / var(measured R) (Fuller 1987, Measurement Error Models, S 1.1).
    """
    measured, true = draw_sample(stars, seed), draw_sample(stars, seed, noise=False)
    ratio = []
    for low, high in heights:
        chosen = (true["population"] == 0) & (true["abs_z"] >= low) & (true["abs_z"] < high)
        r = np.stack([true["r"], measured["r"]])[:, chosen & (measured["r"] >= r_min)]
        covariance = np.cov(r)
        ratio.append(covariance[0, 1] / covariance[1, 1])
    return np.array(ratio)
