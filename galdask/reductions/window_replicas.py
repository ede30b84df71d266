"""Bootstrap replicas of running medians and of straight lines through them, in one stream of stars.

In a replica every star stands w times in its place of the sorted order. Windows are cut anew, each gives
a median abscissa and a median value, and the window medians inside a range of fit enter a line.
Stars come in sorted blocks of any length: what is kept between blocks is one window a replica.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import njit

from galdask.reductions.bootstrap import BLOCK, poisson_rows
from galdask.reductions.lines import straight_line
from galdask.rng import poisson_weights

#: codes of values; the code of a star is the number of edges that its value reaches
CODES = 256
#: stars of which edges are made
_SAMPLE = 4096
#: room behind a window: copies of one star, all of which are stored before the window is cut
_ROOM = 16


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


@njit("int64(uint8[::1], int64, uint8)", cache=True, nogil=True)
def _reached(codes: np.ndarray, size: int, code: Any) -> Any:
    """Return how many of the first `size` codes are at most `code`."""
    number = np.uint32(0)
    for i in range(size):
        number = np.uint32(number + np.uint32(codes[i] <= code))
    return np.int64(number)


@njit("void(uint8[::1], int32[::1], int64, uint32[::1], uint32[::1], uint32[::1])", cache=True, nogil=True)
def _middle(
    codes: np.ndarray, rows: np.ndarray, window: int, bits: np.ndarray, spare: np.ndarray, pair: np.ndarray
) -> None:
    """Write the bits at the two middle ranks: first their codes by bisection, then values of these codes."""
    rank, last = (window - 1) // 2, window // 2
    low: Any = np.int64(0)
    high: Any = np.int64(CODES - 1)
    before: Any = np.int64(0)
    through: Any = np.int64(window)
    while low < high:
        middle = (low + high) // 2
        number = _reached(codes, window, np.uint8(middle))
        if number > rank:
            high, through = middle, number
        else:
            low, before = middle + 1, number
    if last >= through:
        above, high = low + 1, np.int64(CODES - 1)
        while above < high:
            middle = (above + high) // 2
            if _reached(codes, window, np.uint8(middle)) > last:
                high = middle
            else:
                above = middle + 1
    lowest, width = np.uint8(low), np.uint8(high - low)
    n: Any = np.int64(0)
    for i in range(window):
        spare[n] = np.uint32(i)
        n += np.int64(np.uint8(codes[i] - lowest) <= width)
    for k in range(n):
        spare[k] = bits[rows[spare[k]]]
    if n > 32:
        pair[0], pair[1] = _ranked(spare, n, rank - before), _ranked(spare, n, last - before)
        return
    for k in range(1, n):
        value, j = spare[k], k
        while j > 0 and spare[j - 1] > value:
            spare[j] = spare[j - 1]
            j -= 1
        spare[j] = value
    pair[0], pair[1] = spare[rank - before], spare[last - before]


@njit(
    "void(float32[::1], uint32[::1], uint8[::1], int64, int64, uint8[:, ::1], int64, int64, float64[:, ::1],"
    " int32[:, ::1], uint8[:, ::1], int64[::1], float64[:, :, ::1])",
    cache=True,
    nogil=True,
)
def _push(
    abscissa: np.ndarray,
    bits: np.ndarray,
    codes: np.ndarray,
    begin: int,
    stars: int,
    weights: np.ndarray,
    window: int,
    step: int,
    fits: np.ndarray,
    open_rows: np.ndarray,
    open_codes: np.ndarray,
    fill: np.ndarray,
    lines: np.ndarray,
) -> None:
    """Push `stars` rows from `begin` on through every replica; see `WindowReplicas` for the arrays."""
    pair = np.empty(2, dtype=np.uint32)
    real = pair.view(np.float32)
    spare = np.empty(window + 1, dtype=np.uint32)
    lower, upper = (window - 1) // 2, window // 2
    for b in range(weights.shape[0]):
        rows, marks, n = open_rows[b], open_codes[b], fill[b]
        for i in range(stars):
            row, weight = begin + i, np.int64(weights[b, i])
            # two copies are written in any case: quicker than a branch that cannot be foretold
            rows[n] = rows[n + 1] = row
            marks[n] = marks[n + 1] = codes[row]
            for j in range(2, weight):
                rows[n + j] = row
                marks[n + j] = codes[row]
            n += weight
            while n >= window:
                _middle(marks, rows, window, bits, spare, pair)
                for j in range(2):
                    sign = pair[j] >> np.uint32(31)
                    pair[j] ^= np.uint32(0x80000000) if sign else np.uint32(0xFFFFFFFF)
                x = 0.5 * (np.float64(abscissa[rows[lower]]) + np.float64(abscissa[rows[upper]]))
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
                n -= step
                for j in range(n):
                    rows[j], marks[j] = rows[j + step], marks[j + step]
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
    first : int
        Number of the first of these replicas, a multiple of 4; others are drawn elsewhere.
    """

    window: int
    step: int
    fits: np.ndarray
    replicas: int
    seed: int
    first: int = 0
    edges: np.ndarray = field(init=False)  # (CODES - 1,): bits that part the codes of values
    open_abscissa: np.ndarray = field(init=False)  # (replicas, window + room): the window not yet full
    open_bits: np.ndarray = field(init=False)
    fill: np.ndarray = field(init=False)  # (replicas,): its stars
    lines: np.ndarray = field(init=False)  # (replicas, f, 5): n, mean x, mean y, Sxx, Sxy

    def __post_init__(self) -> None:
        self.edges = np.empty(0, dtype=np.uint32)
        self.open_abscissa = np.empty((self.replicas, 0), dtype=np.float32)
        self.open_bits = np.empty((self.replicas, 0), dtype=np.uint32)
        self.fill = np.zeros(self.replicas, dtype=np.int64)
        self.lines = np.zeros((self.replicas, len(self.fits), 5))

    def push(self, star: np.ndarray, abscissa: np.ndarray, bits: np.ndarray) -> None:
        """Push stars that follow those pushed before; `bits` are the order bits of their values."""
        if not self.lines.size or not star.size:
            return
        if not self.edges.size:
            self.edges = _edges(bits)
        held, room = self.open_bits.size, self.window + _ROOM
        abscissa = np.concatenate([self.open_abscissa.ravel(), abscissa])
        bits = np.concatenate([self.open_bits.ravel(), bits])
        codes = np.searchsorted(self.edges, bits, side="right").astype(np.uint8)
        rows = np.zeros((self.replicas, room), dtype=np.int32)
        marks = np.zeros((self.replicas, room), dtype=np.uint8)
        if held:
            rows[:] = np.arange(held, dtype=np.int32).reshape(rows.shape)
            marks[:] = codes[:held].reshape(rows.shape)
        for i in range(0, star.size, BLOCK):
            weights = poisson_rows(star[i : i + BLOCK], self.replicas, self.seed, self.first)
            _push(
                abscissa,
                bits,
                codes,
                held + i,
                weights.shape[1],
                weights,
                self.window,
                self.step,
                self.fits,
                rows,
                marks,
                self.fill,
                self.lines,
            )
        self.open_abscissa, self.open_bits = abscissa[rows], bits[rows]

    def slopes(self) -> np.ndarray:
        """Return the slope of every replica and fit, (replicas, f); NaN below 3 windows or without spread."""
        number, spread, joint = self.lines[..., 0], self.lines[..., 3], self.lines[..., 4]
        valid = (number >= 3) & (spread > 0.0)
        return np.divide(joint, spread, out=np.full(number.shape, np.nan), where=valid)


def _edges(bits: np.ndarray) -> np.ndarray:
    """Return bits that part values in about equal numbers; any edges give the same medians."""
    known = np.sort(bits[:: max(1, bits.size // _SAMPLE)])
    return known[np.arange(1, CODES) * known.size // CODES]


def slopes_plainly(
    star: np.ndarray, abscissa: np.ndarray, value: np.ndarray, replicas: WindowReplicas
) -> np.ndarray:
    """Return what `WindowReplicas.slopes` returns, by plain numpy; all stars at once."""
    weights = poisson_weights(star, replicas.first + replicas.replicas, replicas.seed)[:, replicas.first :]
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
