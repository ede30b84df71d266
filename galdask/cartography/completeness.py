"""Zones of the disk in which the fraction of stars with an age is published, and that fraction in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.cartography import cell_statistics as cs
from galdask.cartography.fractions import fraction
from galdask.reductions import Axis

if TYPE_CHECKING:
    from galdask.cartography.product import Tables

#: beyond every star, kpc
FAR = 1e6
WORDS = {"n_all": "number of stars of the sample", "n_age": "number of stars with an age"}
SHARE = {"units": "1", "long_name": "fraction of stars with an age"}
SHARE_ERR = {"units": "1", "long_name": "error of the fraction, half a Wilson interval"}
Range = tuple[float, float]


def zones(settings: Mapping[str, Any]) -> dict[str, tuple[Range, Range]]:
    """Return the ranges of R and |Z| of each zone."""
    (low, high), top = settings["solar_r"], settings["plane"]
    return {
        "solar": ((low, high), (0.0, top)),
        "inner": ((0.0, settings["inner_r"]), (0.0, top)),
        "outer": ((settings["outer_r"], FAR), (0.0, FAR)),
        "above": ((0.0, FAR), (top, FAR)),
    }


def coarse(settings: Mapping[str, Any]) -> tuple[Axis, Axis]:
    """Return R and |Z| in bins of which all zones are made."""
    ends = zones(settings).values()
    r = sorted({0.0, FAR, *(edge for radii, _ in ends for edge in radii)})
    z = sorted({0.0, FAR, *(edge for _, heights in ends for edge in heights)})
    return Axis("r", "r", tuple(r)), Axis("abs_z", "abs_z", tuple(z))


def in_zones(settings: Mapping[str, Any], tables: Tables) -> dict[str, cs.Variable]:
    """Return the stars of both samples and their ratio in each zone."""
    axes, found, names = coarse(settings), dict[str, cs.Variable](), ("population", "zone")
    places = [a.edges for a in axes]
    for count, words in WORDS.items():
        counts = cs.dense(tables[f"{count}/zones"], "n", axes).astype(np.int64)
        sums = []
        for ranges in zones(settings).values():
            r, z = (slice(e.index(a), e.index(b)) for e, (a, b) in zip(places, ranges, strict=True))
            sums.append(counts[:, r, z].sum(axis=(1, 2)))
        found[f"zone_{count}"] = (names, np.stack(sums, axis=1), {"units": "1", "long_name": words})
    share, err = fraction(found["zone_n_age"][1], found["zone_n_all"][1])
    return found | {
        "zone_f_distmass": (names, share, SHARE),
        "zone_f_distmass_err": (names, err, SHARE_ERR),
    }


def low_cells(
    settings: Mapping[str, Any], axes: tuple[Axis, Axis], share: np.ndarray
) -> dict[str, cs.Variable]:
    """Return the cells of the edge-on map in each zone, by their middles, and those below a fraction."""
    (r, z), sums = axes, []
    middle_r, middle_z = np.abs(r.centres)[:, None], np.abs(z.centres)[None, :]
    for (r_low, r_high), (z_low, z_high) in zones(settings).values():
        inside = (middle_r >= r_low) & (middle_r < r_high) & (middle_z >= z_low) & (middle_z < z_high)
        there = inside & np.isfinite(share)
        sums.append((there.sum(axis=(1, 2)), (there & (share < settings["low"])).sum(axis=(1, 2))))
    cells, low = np.array(sums).transpose(1, 2, 0)
    names = ("population", "zone")
    return {
        "zone_cells": (names, cells, {"units": "1", "long_name": "cells of R-Z with enough stars"}),
        "zone_cells_low": (names, low, {"units": "1", "long_name": "those below the fraction `low`"}),
    }
