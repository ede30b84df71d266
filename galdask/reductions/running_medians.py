"""Running medians along an abscissa, and the slopes of straight lines through them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Literal

import numpy as np

from galdask import digest
from galdask.errors import ReductionError
from galdask.reductions import star_runs, states
from galdask.reductions.axis import plain, required
from galdask.reductions.cells import CellTable
from galdask.reductions.key import CLASSES, POPULATIONS, Key
from galdask.reductions.lines import OK, spread_of
from galdask.reductions.order_bits import from_bits, to_bits
from galdask.reductions.protocol import register
from galdask.reductions.states import State
from galdask.reductions.window_replicas import WindowReplicas
from galdask.reductions.window_series import LINE, Series
from galdask.reductions.windows import Windows

_32 = np.uint64(32)
#: bytes that a record takes while a shard is merged and cut
_RECORD = 128


@register
@dataclass(frozen=True)
class RunningMedians:
    """Medians of a quantity in windows of `window` stars sorted by the abscissa, in each cell of a key.

    Stars of a cell stand in the order of (abscissa, star key, value); window k has the ranks
    [k step, k step + window); the last partial window is dropped. Stars without abscissa or quantity, or
    outside the key, do not enter. With populations, total is the union of all four classes.

    Parameters
    ----------
    key : Key
        Cells of the groups, each with its own windows.
    abscissa, quantity : str
        Columns; held as float32.
    window, step : int
        Stars in a window, and from one window to the next; 1 <= step <= window.
    fits : tuple of (low, high)
        Ranges of the window's abscissa, both ends included, None = open, each with a line of its own.
    folded : tuple of (low, high)
        The same for lines against the absolute abscissa, such as |Z|; they follow those of `fits`.
    replicas : int
        Poisson replicas of the stars for the error of a slope.
    seed : int
        Seed of the replicas' weights, 0 <= seed < 2**32.

    Notes
    -----
    The finished table has a row a window, sorted by cell and window (cells repeat): ``window``, ``abscissa``
    (median), ``median``, ``median_err`` (Maritz-Jarrett), ``n``. ``tables["slopes"]`` has a row for each
    cell with a star and line, at cell * number of lines + line: ``slope``, ``intercept``, ``slope_err``
    (standard deviation over the replicas with at least 3 windows), ``slope_err_naive`` (textbook error of
    the line; too small where windows overlap), ``n_windows``, ``n`` stars of the cell, ``reason``
    (`lines.REASONS`), ``slope_replicas`` (replicas,): slopes of the same stars under the same weights, so
    that errors of differences follow too.

    References
    ----------
    Imig et al. 2023, sections 3.2 and 3.3, figures 13 to 16.
    """

    kind: ClassVar[str] = "running_medians"
    version: ClassVar[int] = 2
    layout: ClassVar[Literal["sum", "runs"]] = "runs"

    key: Key
    abscissa: str
    quantity: str
    window: int = 200
    step: int = 100
    fits: tuple[tuple[float | None, float | None], ...] = ((None, None),)
    folded: tuple[tuple[float | None, float | None], ...] = ()
    replicas: int = 200
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("fits", "folded"):
            object.__setattr__(self, name, tuple((low, high) for low, high in getattr(self, name)))
        if not 1 <= self.step <= self.window:
            raise ReductionError(
                "windows must follow each other without a gap",
                expected="1 <= step <= window",
                found=f"step {self.step}, window {self.window}",
            )
        if self.key.places >= 2**32:
            raise ReductionError("a key has too many cells", expected="below 2**32", found=self.key.places)
        if self.replicas < 0 or not 0 <= self.seed < 2**32:
            raise ReductionError(
                "replicas and seed must be whole numbers that are not negative, the seed below 2**32",
                found=f"replicas {self.replicas}, seed {self.seed}",
            )

    def columns(self) -> tuple[str, ...]:
        """Names of the sample's columns that `map` reads."""
        return tuple(dict.fromkeys([*self.key.columns(), self.abscissa, self.quantity, "star_key"]))

    def parameters(self) -> dict[str, Any]:
        """Return everything that decides the numbers."""
        return dict(digest.canonical(self))

    def map(self, columns: Mapping[str, np.ndarray]) -> State:
        """Return the sorted records of one block of stars."""
        x = plain(required(columns, self.abscissa)).astype(np.float32)
        y = plain(required(columns, self.quantity)).astype(np.float32)
        cells = self.key.cells(columns, x.size)
        rows = np.flatnonzero((cells >= 0) & np.isfinite(x) & np.isfinite(y))
        place, kind = np.divmod(cells[rows], len(CLASSES)) if self.key.population else (cells[rows], None)
        run = {
            "order": (place.astype(np.uint64) << _32) | to_bits(x[rows]),
            "star": np.asarray(required(columns, "star_key"), dtype=np.uint64)[rows],
            "value": to_bits(y[rows]),
        }
        if kind is not None:
            run["population"] = kind.astype(np.uint8)
        return star_runs.sorted_run(run)

    def identity(self) -> State:
        """Return the state of no star."""
        return star_runs.empty_run(self.key.population)

    def combine(self, a: State, b: State) -> State:
        """Return the union of two runs as a multiset."""
        return star_runs.merged([a, b])

    def bound(self, rows: int) -> int:
        """Return an upper bound of the bytes of the state of `rows` stars."""
        return states.bound(*(rows * a.itemsize for a in self.identity().values()))

    def finalize(
        self, parts: Sequence[State], shard_bytes: int = 64 << 20, share: tuple[int, int] = (0, 1)
    ) -> CellTable:
        """Return windows and slopes; at most about `shard_bytes` of stars are held at a time.

        Of share k of n, the table has a part of the replicas alone, and errors of these; see `joined`.
        """
        limit, count = max(shard_bytes // _RECORD, self.window), len(self.fits) + len(self.folded)
        replicas = _drawn(self.replicas, share)
        windows, cells, fits = [Windows(1, 1).columns()], list[int](), list[int]()
        lines: list[dict[str, Any]] = []
        for series in self._series(star_runs.shards([self.identity(), *parts], limit), replicas):
            windows.append(series.windows.columns())
            cells += [series.cell] * windows[-1]["n"].size
            fits += [series.cell * count + k for k in range(count)]
            lines += series.lines()
        slopes = {k: np.array([line[k] for line in lines], dtype=t) for k, t in LINE.items()}
        slopes["slope_replicas"] = slopes["slope_replicas"].reshape(len(lines), len(replicas))
        return CellTable(
            np.array(cells, dtype=np.int64),
            {k: np.concatenate([w[k] for w in windows]) for k in windows[0]},
            {"slopes": CellTable(np.array(fits, dtype=np.int64), slopes)},
        )

    def joined(self, shares: Sequence[CellTable]) -> CellTable:
        """Return the table of all replicas from those of its shares, in their order; the same bits."""
        first, slopes = shares[0], shares[0].tables["slopes"]
        replicas = np.concatenate(
            [share.tables["slopes"].values["slope_replicas"] for share in shares], axis=1
        )
        known = slopes.values["reason"] == OK
        errors = [spread_of(row) if ok else np.nan for row, ok in zip(replicas, known, strict=True)]
        values = slopes.values | {
            "slope_err": np.array(errors, dtype=LINE["slope_err"]),
            "slope_replicas": replicas,
        }
        return CellTable(first.cells, first.values, {"slopes": CellTable(slopes.cells, values)})

    def _series(self, shards: Iterable[star_runs.Run], replicas: range) -> Iterator[Series]:
        """Push sorted stars through the series of their group; yield each series when it is complete."""
        current = -1
        held: list[Series] = []
        for run in shards:
            places = (run["order"] >> _32).astype(np.int64)
            abscissa = from_bits(run["order"].astype(np.uint32))
            starts = np.flatnonzero(np.diff(places, prepend=-1))
            for first, last in pairwise([*starts, places.size]):
                if places[first] != current:
                    yield from (s for s in held if s.stars)
                    current, held = int(places[first]), self._open(int(places[first]), replicas)
                part = {k: v[first:last] for k, v in run.items()}
                for series in held:
                    series.push(part, abscissa[first:last])
        yield from (s for s in held if s.stars)

    def _open(self, place: int, replicas: range) -> list[Series]:
        """Return the series of one group: of all stars, and of each population that is told apart."""
        bounds = [
            (-np.inf if low is None else low, np.inf if high is None else high, float(fold))
            for fold, ranges in enumerate((self.fits, self.folded))
            for low, high in ranges
        ]
        fits = np.array(bounds, dtype=np.float64).reshape(-1, 3)
        first = place
        kinds: list[int | None] = [None]
        if self.key.population:
            first, kinds = place * len(POPULATIONS), [None, *range(len(POPULATIONS) - 1)]
        return [
            Series(
                first + k,
                kind,
                Windows(self.window, self.step),
                WindowReplicas(self.window, self.step, fits, len(replicas), self.seed, replicas.start),
            )
            for k, kind in enumerate(kinds)
        ]


def _drawn(replicas: int, share: tuple[int, int]) -> range:
    """Return the replicas of share k of n; four come from one counter, so that they stay together."""
    fours, (k, n) = -(-replicas // 4), share
    first, last = (min(replicas, 4 * (fours * i // n)) for i in (k, k + 1))
    return range(first, last)
