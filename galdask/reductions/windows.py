"""Running medians of one group of stars: windows of a fixed number of stars along the abscissa."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from galdask.reductions import maritz_jarrett

#: numbers sorted at one time
_AT_ONCE = 1 << 17


@dataclass(slots=True)
class Windows:
    """Windows k = ranks [k step, k step + window) of stars that come sorted, in blocks of any length.

    The last partial window gives nothing. Between blocks only the stars of open windows are kept.

    Parameters
    ----------
    window, step : int
        Stars in a window, and from one window to the next; step <= window.
    """

    window: int
    step: int
    abscissa: list[np.ndarray] = field(default_factory=list)
    median: list[np.ndarray] = field(default_factory=list)
    median_err: list[np.ndarray] = field(default_factory=list)
    open_abscissa: np.ndarray = field(default_factory=lambda: np.empty(0))
    open_value: np.ndarray = field(default_factory=lambda: np.empty(0))

    def push(self, abscissa: np.ndarray, value: np.ndarray) -> None:
        """Push stars that follow those pushed before; float32 values."""
        xs = np.concatenate([self.open_abscissa, abscissa.astype(np.float64)])
        ys = np.concatenate([self.open_value, value.astype(np.float64)])
        full = max(0, (xs.size - self.window) // self.step + 1)
        chunk = max(1, _AT_ONCE // self.window)
        for first in range(0, full, chunk):
            last = min(first + chunk, full)
            rows = slice(first * self.step, (last - 1) * self.step + self.window)
            self._cut(xs[rows], ys[rows])
        self.open_abscissa, self.open_value = xs[full * self.step :], ys[full * self.step :]

    def _cut(self, xs: np.ndarray, ys: np.ndarray) -> None:
        """Cut stars that fill a whole number of windows."""
        lower, upper = (self.window - 1) // 2, self.window // 2
        x = np.lib.stride_tricks.sliding_window_view(xs, self.window)[:: self.step]
        y = np.sort(np.lib.stride_tricks.sliding_window_view(ys, self.window)[:: self.step], axis=1)
        self.abscissa.append(0.5 * (x[:, lower] + x[:, upper]))
        self.median.append(0.5 * (y[:, lower] + y[:, upper]))
        self.median_err.append(np.array([maritz_jarrett.of_sorted(row) for row in y]))

    def columns(self) -> dict[str, np.ndarray]:
        """Return the windows cut so far: number, abscissa, median, its standard error, stars."""
        several = {"abscissa": self.abscissa, "median": self.median, "median_err": self.median_err}
        out = {k: np.concatenate([np.empty(0), *v]) for k, v in several.items()}
        count = out["abscissa"].size
        return {"window": np.arange(count), **out, "n": np.full(count, self.window)}
