"""The stars of the mock in the survey's order: by RA, then DEC, made as they come without holding them all.

Every field has its own stream of places, so the stars of one narrow stripe of RA can be gathered from the
few fields that cross it. Stripes are cut into cells of a fixed number of stars; cells, not blocks of
writing, own the streams of everything else, so no choice of block size changes a byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from galdask.mocks import identifiers
from galdask.mocks.footprint import Footprint
from galdask.mocks.stars import in_circle
from galdask.mocks.streams import stream

#: stars of a cell
CELL = 2048
#: spectra of one star: chances of 1, 2 and 3 (DR17: 733,901 spectra of 657,135 stars)
REPEATS = (0.8966, 0.0900, 0.0134)
#: spectra from which on the table ends with Vesta
WITH_VESTA = 1000
#: stars that a stripe should hold on average
PER_STRIPE = 400


@dataclass(frozen=True, slots=True)
class Cell:
    """Consecutive stars in the survey's order."""

    number: int
    """Which cell, from 0."""
    field: np.ndarray
    """Field of each star."""
    repeats: np.ndarray
    """Spectra of each star."""
    ra: np.ndarray
    """Deg."""
    dec: np.ndarray
    """Deg."""


Places = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def spectra_of_fields(fields: Footprint, spectra: int, seed: int) -> np.ndarray:
    """Return how many spectra each field has; they sum to `spectra`."""
    return stream(seed, "fields").multinomial(spectra, fields.weight)


def places(fields: Footprint, number: int, spectra: int, seed: int) -> Places:
    """Return field, repeats, ra and dec of the stars of one field, whose repeats sum to `spectra`."""
    rng = stream(seed, "places", number)
    u = rng.random((3, spectra))
    repeats = 1 + (u[0] > REPEATS[0]) + (u[0] > REPEATS[0] + REPEATS[1])
    total = np.cumsum(repeats)
    size = int(np.searchsorted(total, spectra)) + 1 if spectra else 0
    repeats = repeats[:size]
    if size:
        repeats[-1] -= total[size - 1] - spectra
    ra, dec = in_circle(
        fields.ra[number], fields.dec[number], fields.radius[number], u[1, :size], u[2, :size]
    )
    return np.full(size, number, dtype=np.int32), repeats, ra, dec


def _reach(fields: Footprint) -> np.ndarray:
    """Return half the width in RA of every field, deg; 180 where it holds a pole."""
    sine = np.sin(np.radians(fields.radius)) / np.cos(np.radians(fields.dec))
    pole = np.abs(fields.dec) + fields.radius >= 90.0
    return np.where(pole, 180.0, np.degrees(np.arcsin(np.minimum(sine, 1.0)))) + 1e-5


def stripes(fields: Footprint, spectra: int, seed: int) -> Iterator[Places]:
    """Yield the stars of stripes of RA, each sorted by RA, then DEC."""
    counts = spectra_of_fields(fields, spectra, seed)
    number = 360 * max(1, round(spectra / PER_STRIPE / 360))
    reach = _reach(fields)
    held: dict[int, Places] = {}
    for k in range(number):
        low, high = 360.0 * k / number, 360.0 * (k + 1) / number
        off = np.abs((fields.ra - 0.5 * (low + high) + 180.0) % 360.0 - 180.0)
        active = np.flatnonzero((off <= reach + 0.5 * (high - low)) & (counts > 0))
        held = {
            f: held[f] if f in held else places(fields, f, int(counts[f]), seed) for f in map(int, active)
        }
        if not held:
            continue
        found = [np.concatenate([place[i] for place in held.values()]) for i in range(4)]
        inside = np.flatnonzero((found[2] >= low) & (found[2] < high))
        order = inside[np.lexsort((found[3][inside], found[2][inside]))]
        if order.size:
            field, repeats, ra, dec = (values[order] for values in found)
            yield _apart((field, repeats, ra, dec))


def _apart(stars: Places) -> Places:
    """Move the second of two stars that would share a name to the next tenth of an arcsecond."""
    field, repeats, ra, dec = stars
    while True:
        time, arc = identifiers.grid(ra, dec)
        key = (time << 24) | (arc << 1) | (dec < 0.0)
        _, first = np.unique(key, return_index=True)
        if first.size == key.size:
            return field, repeats, ra, dec
        again = np.setdiff1d(np.arange(key.size), first)
        dec = dec.copy()
        dec[again] = np.round(dec[again] - np.copysign(1.0 / 36000.0, dec[again]), 6)
        order = np.lexsort((dec, ra))
        field, repeats, ra, dec = field[order], repeats[order], ra[order], dec[order]


def cells(fields: Footprint, spectra: int, seed: int) -> Iterator[Cell]:
    """Yield all stars in the survey's order, `CELL` at a time; their repeats sum to `spectra`.

    From 1,000 spectra on, the last one is the survey's spectrum of the asteroid Vesta, which has no place
    on the sky: RA and DEC are NaN.
    """
    vesta = spectra >= WITH_VESTA
    waiting: Places = (np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0), np.empty(0))
    number = 0
    for stripe in _with_vesta(stripes(fields, spectra - vesta, seed), vesta):
        waiting = _joined(waiting, stripe)
        while waiting[0].size >= CELL:
            yield Cell(number, *(values[:CELL] for values in waiting))
            waiting = tuple(values[CELL:] for values in waiting)  # type: ignore[assignment]
            number += 1
    if waiting[0].size:
        yield Cell(number, *waiting)


def _joined(one: Places, two: Places) -> Places:
    return tuple(np.concatenate(pair) for pair in zip(one, two, strict=True))  # type: ignore[return-value]


def _with_vesta(found: Iterator[Places], vesta: bool) -> Iterator[Places]:
    yield from found
    if vesta:
        yield np.zeros(1, np.int32), np.ones(1, np.int64), np.full(1, np.nan), np.full(1, np.nan)
