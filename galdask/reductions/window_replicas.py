"""Bootstrap replicas of running medians and of straight lines through them, in one stream of stars.

In a replica every star stands w times in its place of the sorted order. Windows are cut anew, each gives
a median abscissa and a median value, and the window medians inside a range of fit enter a line.
Stars come in sorted blocks of any length: what is kept between blocks is one window a replica.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numba import njit

from galdask.reductions.bootstrap import BLOCK, poisson_rows
from galdask.reductions.lines import straight_line
from galdask.rng import poisson_weights


@njit("uint32(uint32[::1], int64, int64)", cache=True, nogil=True)
def _ranked(values: np.ndarray, size: int, rank: int) -> int:
    """Return the value at `rank` of the sorted first `size` values, by bisection of its bits."""
    low = high = values[0]
    for i in range(1, size):
        low, high = min(low, values[i]), max(high, values[i])
    while low < high:
        middle = np.uint32(low + np.uint32((high - low) >> np.uint32(1)))
        below = 0
        for i in range(size):
            below += values[i] <= middle
        if below > rank:
            high = middle
        else:
            low = np.uint32(middle + np.uint32(1))
    return low


@njit(
    "void(float32[::1], uint32[::1], uint8[:, ::1], int64, int64, float64[:, ::1],"
    " float32[:, ::1], uint32[:, ::1], int64[::1], float64[:, :, ::1])",
    cache=True,
    nogil=True,
)
def _push(
    abscissa: np.ndarray,
    bits: np.ndarray,
    weights: np.ndarray,
    window: int,
    step: int,
    fits: np.ndarray,
    open_abscissa: np.ndarray,
    open_bits: np.ndarray,
    fill: np.ndarray,
    lines: np.ndarray,
) -> None:
    """Push a block of stars through every replica; see `WindowReplicas` for the arrays."""
    pair = np.empty(2, dtype=np.uint32)
    real = pair.view(np.float32)
    lower, upper = (window - 1) // 2, window // 2
    for b in range(weights.shape[0]):
        xs, ys, n = open_abscissa[b], open_bits[b], fill[b]
        for i in range(abscissa.size):
            for _ in range(weights[b, i]):
                xs[n], ys[n] = abscissa[i], bits[i]
                n += 1
                if n < window:
                    continue
                pair[0] = _ranked(ys, window, lower)
                pair[1] = pair[0]
                if upper != lower:
                    not_above, above = 0, np.uint32(0xFFFFFFFF)
                    for j in range(window):
                        if ys[j] <= pair[0]:
                            not_above += 1
                        else:
                            above = min(above, ys[j])
                    if not_above <= upper:
                        pair[1] = above
                for j in range(2):
                    sign = pair[j] >> np.uint32(31)
                    pair[j] ^= np.uint32(0x80000000) if sign else np.uint32(0xFFFFFFFF)
                x = 0.5 * (np.float64(xs[lower]) + np.float64(xs[upper]))
                y = 0.5 * (np.float64(real[0]) + np.float64(real[1]))
                for f in range(fits.shape[0]):
                    at = abs(x) if fits[f, 2] else x
                    if fits[f, 0] <= at <= fits[f, 1]:
                        line = lines[b, f]
                        line[0] += 1.0
                        dx, dy = at - line[1], y - line[2]
                        line[1] += dx / line[0]
                        line[2] += dy / line[0]
                        line[3] += dx * (at - line[1])
                        line[4] += dx * (y - line[2])
                n = window - step
                for j in range(n):
                    xs[j], ys[j] = xs[j + step], ys[j + step]
        fill[b] = n


@dataclass(slots=True)
class WindowReplicas:
    """Replicas of one group of stars; push sorted blocks, then ask for the slopes.

    Parameters
    ----------
    window, step : int
        Stars in a window, and from one window to the next; step <= window.
    fits : (f, 3) float64
        Of each line: the range of the window's median abscissa that enters, both ends included, and 1 where
        the line is one against the absolute abscissa (then so is the range), else 0.
    replicas : int
        Number of replicas.
    seed : int
        Seed of the weights.
    """

    window: int
    step: int
    fits: np.ndarray
    replicas: int
    seed: int
    open_abscissa: np.ndarray = field(init=False)  # (replicas, window): stars of the window not yet full
    open_bits: np.ndarray = field(init=False)
    fill: np.ndarray = field(init=False)  # (replicas,): their number
    lines: np.ndarray = field(init=False)  # (replicas, f, 5): n, mean x, mean y, Sxx, Sxy

    def __post_init__(self) -> None:
        shape = (self.replicas, self.window)
        self.open_abscissa = np.zeros(shape, dtype=np.float32)
        self.open_bits = np.zeros(shape, dtype=np.uint32)
        self.fill = np.zeros(self.replicas, dtype=np.int64)
        self.lines = np.zeros((self.replicas, len(self.fits), 5))

    def push(self, star: np.ndarray, abscissa: np.ndarray, bits: np.ndarray) -> None:
        """Push stars that follow those pushed before; `bits` are the order bits of their values."""
        if not self.lines.size:
            return
        abscissa, bits = np.ascontiguousarray(abscissa), np.ascontiguousarray(bits)
        for i in range(0, star.size, BLOCK):
            rows = slice(i, i + BLOCK)
            weights = poisson_rows(star[rows], self.replicas, self.seed)
            _push(
                abscissa[rows],
                bits[rows],
                weights,
                self.window,
                self.step,
                self.fits,
                self.open_abscissa,
                self.open_bits,
                self.fill,
                self.lines,
            )

    def slopes(self) -> np.ndarray:
        """Return the slope of every replica and fit, (replicas, f); NaN below 3 windows or without spread."""
        number, spread, joint = self.lines[..., 0], self.lines[..., 3], self.lines[..., 4]
        valid = (number >= 3) & (spread > 0.0)
        return np.divide(joint, spread, out=np.full(number.shape, np.nan), where=valid)


def slopes_plainly(
    star: np.ndarray, abscissa: np.ndarray, value: np.ndarray, replicas: WindowReplicas
) -> np.ndarray:
    """Return what `WindowReplicas.slopes` returns, by plain numpy; all stars at once."""
    weights = poisson_weights(star, replicas.replicas, replicas.seed)
    out = np.full((replicas.replicas, len(replicas.fits)), np.nan)
    for b in range(replicas.replicas):
        x = np.repeat(abscissa.astype(np.float64), weights[:, b])
        y = np.repeat(value.astype(np.float64), weights[:, b])
        starts = range(0, x.size - replicas.window + 1, replicas.step)
        mx = np.array([np.median(x[i : i + replicas.window]) for i in starts])
        my = np.array([np.median(y[i : i + replicas.window]) for i in starts])
        for f, (low, high, folded) in enumerate(replicas.fits):
            at = np.abs(mx) if folded else mx
            inside = (at >= low) & (at <= high)
            out[b, f] = straight_line(at[inside], my[inside]).slope
    return out
