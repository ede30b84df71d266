"""Which stars two samples share: by star, and by the digest of what is known of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Groups:
    """The stars of two samples.

    Parameters
    ----------
    a, b : (k,) int64
        Rows of the stars that both have, pair by pair.
    same : (k,) bool
        Which of them have the same values.
    lost, added : int64
        Rows of the stars that only A has, and only B.
    """

    a: np.ndarray
    b: np.ndarray
    same: np.ndarray
    lost: np.ndarray
    added: np.ndarray

    @property
    def changed(self) -> int:
        """Number of stars with other values."""
        return int(self.same.size - self.same.sum())


def mixed(columns: Sequence[np.ndarray], rows: int) -> np.ndarray:
    """Return a 64-bit digest of each row: equal bits, equal digests; every NaN is the same.

    Parameters
    ----------
    columns : sequence of (rows,) array
        Numbers.
    rows : int
        Their length.
    """
    out = np.full(rows, 0x9E3779B97F4A7C15, dtype=np.uint64)
    for column in columns:
        out = _mix(out ^ _bits(np.asarray(column)))
    return out


def _bits(column: np.ndarray) -> np.ndarray:
    if column.dtype.kind == "f":
        wide = column.astype(np.float64) + 0.0  # one zero
        wide[np.isnan(wide)] = np.nan
        return wide.view(np.uint64)
    return column.astype(np.int64).view(np.uint64) if column.dtype != np.uint64 else column


def _mix(x: np.ndarray) -> np.ndarray:
    """Spread the bits (Steele et al. 2014, the finisher of SplitMix64)."""
    with np.errstate(over="ignore"):
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(x ^ (x >> np.uint64(31)))


def match(a: Mapping[str, np.ndarray], b: Mapping[str, np.ndarray], key: str, names: Sequence[str]) -> Groups:
    """Pair the rows of two samples.

    Rows of one star and the same values are paired first; what is left of a star that has several rows
    is paired in the order of its digests.

    Parameters
    ----------
    a, b : mapping of str to (n,) array
        Columns.
    key : str
        The column that names the star.
    names : sequence of str
        Columns whose values count.
    """
    stars = [np.asarray(one[key]) for one in (a, b)]
    digests = [mixed([one[n] for n in names], s.size) for one, s in zip((a, b), stars, strict=True)]
    rows = [np.arange(s.size) for s in stars]
    first = _pairs(*(_numbered(s, d) for s, d in zip(stars, digests, strict=True)))
    left = [np.setdiff1d(r, f, assume_unique=True) for r, f in zip(rows, first, strict=True)]
    rest = []
    for s, d, r in zip(stars, digests, left, strict=True):
        order = r[np.lexsort((d[r], s[r]))]
        rest.append((order, _numbered(s[order], np.zeros(order.size, dtype=np.uint64))))
    found = _pairs(rest[0][1], rest[1][1])
    second = rest[0][0][found[0]], rest[1][0][found[1]]
    pair_a, pair_b = (np.concatenate([first[k], second[k]]) for k in (0, 1))
    same = np.concatenate([np.ones(first[0].size, bool), np.zeros(second[0].size, bool)])
    order = np.argsort(pair_b, kind="stable")
    return Groups(
        pair_a[order],
        pair_b[order],
        same[order],
        np.setdiff1d(rows[0], pair_a, assume_unique=True),
        np.setdiff1d(rows[1], pair_b, assume_unique=True),
    )


def _numbered(stars: np.ndarray, digests: np.ndarray) -> np.ndarray:
    """Return one number a row that no other row has: of star, digest, and which of the equal ones it is."""
    whole = mixed([stars, digests], stars.size)
    order = np.argsort(whole, kind="stable")
    ranked = whole[order]
    start = np.r_[True, ranked[1:] != ranked[:-1]] if ranked.size else np.zeros(0, bool)
    places = np.arange(ranked.size)
    count = np.empty(ranked.size, dtype=np.int64)
    count[order] = places - np.maximum.accumulate(np.where(start, places, 0)) if ranked.size else count
    return mixed([whole, count], stars.size)


def _pairs(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    _, first, second = np.intersect1d(a, b, assume_unique=True, return_indices=True)
    return first, second
