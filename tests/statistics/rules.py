"""The rules by which estimates and their errors are judged against a known truth."""

from __future__ import annotations

import numpy as np
from scipy import stats

#: pooled pulls must have a mean this near to 0, and a standard deviation in this range
MEAN, LOW, HIGH = 0.2, 0.8, 1.2
#: the sum of squared pulls of one mock must be at least this probable
PROBABLE = 1e-3


def finite(pulls) -> np.ndarray:
    """Pulls that exist, in a row."""
    pulls = np.asarray(pulls, dtype=float).ravel()
    return pulls[np.isfinite(pulls)]


def calibrated(pulls) -> bool:
    """Whether pooled pulls say that estimates are right and errors have the right size."""
    pulls = finite(pulls)
    return bool(abs(pulls.mean()) <= MEAN and LOW <= pulls.std(ddof=1) <= HIGH)


def p_value(pulls) -> float:
    """Probability of a sum of squares as large as that of the pulls of one mock, its bins independent."""
    pulls = finite(pulls)
    return float(stats.chi2.sf(np.sum(pulls**2), pulls.size))
