"""One sequence of stars sorted by an abscissa: its running medians, lines through them, and their errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from galdask.reductions.lines import OK, spread_of, straight_line
from galdask.reductions.order_bits import from_bits
from galdask.reductions.star_runs import Run
from galdask.reductions.window_replicas import WindowReplicas
from galdask.reductions.windows import Windows

#: columns of a line
LINE = {
    "slope": np.float64,
    "intercept": np.float64,
    "slope_err": np.float64,
    "slope_err_naive": np.float64,
    "n_windows": np.int64,
    "n": np.int64,
    "reason": np.int8,
    "slope_replicas": np.float64,
}


@dataclass(slots=True)
class Series:
    """Windows and replicas of one cell of the finished table.

    Parameters
    ----------
    cell : int
        Cell of the finalized key.
    population : int or None
        Class of the stars that enter; None = all.
    windows : Windows
        Of the stars themselves.
    replicas : WindowReplicas
        Of the same stars, with their weights.
    """

    cell: int
    population: int | None
    windows: Windows
    replicas: WindowReplicas
    stars: int = field(default=0, init=False)

    def push(self, run: Run, abscissa: np.ndarray) -> None:
        """Push records that follow those pushed before, with their abscissae; other classes are left out."""
        star, bits = run["star"], run["value"]
        if self.population is not None:
            rows = np.flatnonzero(run["population"] == self.population)
            star, bits, abscissa = star[rows], bits[rows], abscissa[rows]
        self.stars += star.size
        self.windows.push(abscissa, from_bits(bits))
        self.replicas.push(star, abscissa, bits)

    def lines(self) -> list[dict[str, Any]]:
        """Return the line through the windows inside each range of fit, as columns of `LINE`."""
        windows, slopes, out = self.windows.columns(), self.replicas.slopes(), []
        for k, (low, high, folded) in enumerate(self.replicas.fits):
            at = np.abs(windows["abscissa"]) if folded else windows["abscissa"]
            inside = (at >= low) & (at <= high)
            line = straight_line(at[inside], windows["median"][inside])
            row = {
                "slope": line.slope,
                "intercept": line.intercept,
                "slope_err": spread_of(slopes[:, k]) if line.reason == OK else np.nan,
                "slope_err_naive": line.slope_err_naive,
                "n_windows": line.n,
                "n": self.stars,
                "reason": line.reason,
                "slope_replicas": slopes[:, k],
            }
            out.append(row)
        return out
