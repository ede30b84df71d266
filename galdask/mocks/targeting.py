"""Why the mock survey took each spectrum: targeting masks, their texts, programmes and limits."""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass

import numpy as np

from galdask.mocks.footprint import BULGE, CLOUDS, COHORTS, DISK, HALO_FIELD, KINDS, SEISMIC
from galdask.mocks.identifiers import padded
from galdask.mocks.stars import MAIN, ONE_METRE, OTHER, TELLURIC

#: bits of EXTRATARG
EXTRATARG = {"NOT_MAIN": 0, "COMMISSIONING": 1, "TELLURIC": 2, "APO1M": 3, "DUPLICATE": 4}
#: bit that marks every mask as checked: the sign of an int32
CHECKED = 31
#: column -> names of the bits that the mock sets
BITS = {
    "APOGEE_TARGET1": {
        "APOGEE_MEDIUM": 1, "APOGEE_WISE_DERED": 4, "APOGEE_WASH_GIANT": 7, "APOGEE_SCI_CLUSTER": 9,
        "APOGEE_SHORT": 11, "APOGEE_INTERMEDIATE": 12, "APOGEE_LONG": 13, "APOGEE_ANCILLARY": 17,
        "APOGEE_KEPLER_SEISMO": 27,
    },
    "APOGEE_TARGET2": {"APOGEE_TELLURIC": 9, "APOGEE_BULGE_GIANT": 11, "APOGEE_1MTARGET": 22},
    "APOGEE2_TARGET1": {
        "APOGEE2_ONEBIN_GT_0_5": 0, "APOGEE2_WISE_DERED": 4, "APOGEE2_WASH_GIANT": 7,
        "APOGEE2_CLUSTER_CANDIDATE": 10, "APOGEE2_SHORT": 11, "APOGEE2_MEDIUM": 12,
        "APOGEE2_LONG": 13, "APOGEE2_NORMAL_SAMPLE": 14,
        "APOGEE2_MAGCLOUD_MEMBER": 22, "APOGEE2_BULGE_RC": 25, "APOGEE2_APOKASC_GIANT": 27,
        "APOGEE2_APOKASC": 30,
    },
    "APOGEE2_TARGET2": {"APOGEE2_TELLURIC": 9, "APOGEE2_1M_TARGET": 22},
    "APOGEE2_TARGET3": {},
    "APOGEE2_TARGET4": {},
}  # fmt: skip
#: survey, kind of field -> names of the bits of a target outside the main survey
OTHERS = {
    (1, DISK): ("APOGEE_SCI_CLUSTER", "APOGEE_ANCILLARY"), (2, DISK): ("APOGEE2_CLUSTER_CANDIDATE",),
    (1, BULGE): ("APOGEE_BULGE_GIANT",), (2, BULGE): ("APOGEE2_BULGE_RC",),
    (1, HALO_FIELD): ("APOGEE_WASH_GIANT",), (2, HALO_FIELD): ("APOGEE2_WASH_GIANT",),
    (1, SEISMIC): ("APOGEE_KEPLER_SEISMO",), (2, SEISMIC): ("APOGEE2_APOKASC_GIANT", "APOGEE2_APOKASC"),
    (1, CLOUDS): ("APOGEE_ANCILLARY",), (2, CLOUDS): ("APOGEE2_MAGCLOUD_MEMBER",),
}  # fmt: skip
#: names of the cohort bits
COHORT_BITS = {
    1: ("APOGEE_SHORT", "APOGEE_INTERMEDIATE", "APOGEE_LONG"),
    2: ("APOGEE2_SHORT", "APOGEE2_MEDIUM", "APOGEE2_LONG"),
}
PROGRAMMES = {DISK: "disk", BULGE: "bulge", HALO_FIELD: "halo", SEISMIC: "kep_apokasc", CLOUDS: "magclouds"}
#: limits of a design without limits
NO_LIMITS = (-9999.99, 9999.99)


@dataclass(frozen=True, slots=True)
class Targeting:
    """What every combination of (survey, kind of field, class, cohort) carries, by its number."""

    masks: dict[str, np.ndarray]
    """The six masks, int32."""
    texts: dict[str, np.ndarray]
    """TARGFLAGS, SURVEY, PROGRAMNAME as blank-padded bytes."""
    limits: dict[str, np.ndarray]
    """MIN_H, MAX_H, MIN_JK, MAX_JK, float32."""
    extratarg: np.ndarray
    """EXTRATARG without the duplicate bit, int32."""


def number(survey: np.ndarray, kind: np.ndarray, target: np.ndarray, cohort: np.ndarray) -> np.ndarray:
    """Return the number of each combination."""
    return ((survey.astype(np.int64) - 1) * len(KINDS) + kind) * 12 + target.astype(np.int64) * 3 + cohort


@functools.cache
def targeting() -> Targeting:
    """Return the table of all combinations."""
    rows = list(itertools.product((1, 2), range(len(KINDS)), (MAIN, OTHER, TELLURIC, ONE_METRE), range(3)))
    names = [_names(*row) for row in rows]
    masks = {column: np.array([_mask(bits, row) for row in names]) for column, bits in BITS.items()}
    limits = np.array([_limits(*row) for row in rows], dtype=np.float32)
    texts = {
        "TARGFLAGS": padded([",".join(row) for row in names], 132),
        "SURVEY": padded(["apogee" if row[0] == 1 else "apogee2" for row in rows], 32),
        "PROGRAMNAME": padded(["apogee" if row[0] == 1 else PROGRAMMES[row[1]] for row in rows], 32),
    }
    bit = {name: 1 << k for name, k in EXTRATARG.items()}
    class_bits = {
        MAIN: 0,
        OTHER: bit["NOT_MAIN"],
        TELLURIC: bit["NOT_MAIN"] | bit["TELLURIC"],
        ONE_METRE: bit["NOT_MAIN"] | bit["APO1M"],
    }
    return Targeting(
        masks=masks,
        texts=texts,
        limits={name: limits[:, k] for k, name in enumerate(("MIN_H", "MAX_H", "MIN_JK", "MAX_JK"))},
        extratarg=np.array([class_bits[row[2]] for row in rows], dtype=np.int32),
    )


def _names(survey: int, kind: int, target: int, cohort: int) -> tuple[str, ...]:
    """Return the names of the bits of one combination."""
    prefix = "APOGEE" if survey == 1 else "APOGEE2"
    if target == TELLURIC:
        return (f"{prefix}_TELLURIC",)
    if target == ONE_METRE:
        return ("APOGEE_1MTARGET",) if survey == 1 else ("APOGEE2_1M_TARGET",)
    if target == OTHER:
        return OTHERS[survey, kind]
    # APOGEE-1 carries the medium bin with its intermediate cohort: DR17 looks for that bit by mistake
    plan = ("APOGEE_MEDIUM",) if survey == 1 else ("APOGEE2_ONEBIN_GT_0_5", "APOGEE2_NORMAL_SAMPLE")
    return (*plan, f"{prefix}_WISE_DERED", COHORT_BITS[survey][cohort])


def _mask(bits: dict[str, int], names: tuple[str, ...]) -> np.int32:
    value = sum(1 << bits[name] for name in names if name in bits)
    return np.uint32(value | 1 << CHECKED if value else 0).view(np.int32)


def _limits(survey: int, kind: int, target: int, cohort: int) -> tuple[float, float, float, float]:
    if target != MAIN:
        return (*NO_LIMITS, *NO_LIMITS)
    low, high, _ = COHORTS[kind][cohort]
    return (low, high, 0.5, NO_LIMITS[1])
