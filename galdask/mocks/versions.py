"""The mock's other releases: which spectra of the DR17 mock one has, and what it says of them.

Every release sees the same true stars. An earlier one has some of them, with fewer visits behind some, and
all were analysed by another version of the pipeline: labels are shifted and stretched by known amounts, and
their noise is partly that of DR17, because the photons are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from galdask.mocks import elements, spectra
from galdask.mocks.footprint import Footprint
from galdask.mocks.observation import Observation
from galdask.mocks.stars import Arrays
from galdask.mocks.streams import stream

#: labels that a version measures anew
LABELS = ("teff", "logg", "fe_h", "mg_fe")


@dataclass(frozen=True, slots=True)
class Version:
    """How one release differs from the DR17 mock of the same seed."""

    name: str
    """Name of the release."""
    number: int
    """Of the random stream; no two versions share one."""
    share: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Share of the stars that it has: of APOGEE-1 fields, of later ones in the north, and in the south."""
    teff: float = 0.0
    """Shift of T_eff, K."""
    logg: float = 0.0
    """Shift of log g, dex."""
    fe_h: float = 0.0
    """Shift of [Fe/H], dex."""
    stretch: float = 1.0
    """What true [Fe/H] is multiplied with: gradients of [Fe/H] are stretched by it."""
    mg_fe: float = 0.0
    """Shift of [Mg/Fe], dex."""
    noise: float = 1.0
    """Errors of labels in units of those of DR17 at the same S/N."""
    kept: float = 1.0
    """Correlation of the labels' errors with those in DR17."""
    snr: float = 1.0
    """S/N of APOGEE-2 spectra in units of that in DR17: visits were still to come."""
    sn_bad_below: float = spectra.SN_BAD_BELOW
    """S/N below which SN_BAD is set; the documented 50 before DR17."""


#: release -> how it differs; shares are close to 277,371 and 473,307 of 733,901 spectra
VERSIONS = {
    "dr14": Version(
        "dr14", 14, (0.90, 0.367, 0.0), -60.0, 0.08, 0.03, 1.08, -0.020, 1.6, 0.5, 0.80, sn_bad_below=50.0
    ),
    "dr16": Version(
        "dr16", 16, (1.0, 0.75, 0.26), -30.0, 0.04, 0.02, 1.05, -0.010, 1.25, 0.7, 0.90, sn_bad_below=50.0
    ),
    "dr19": Version(
        "dr19", 19, teff=20.0, logg=-0.02, fe_h=-0.01, stretch=0.98, mg_fe=0.010, noise=0.9, kept=0.8
    ),
}  # fmt: skip


def revise(seen: Observation, version: Version, fields: Footprint, seed: int, cell: int) -> Observation:
    """Return what a version of the survey lists of a cell of the DR17 mock.

    Parameters
    ----------
    seen : Observation
        Spectra of the cell in DR17.
    version : Version
        The release.
    fields : Footprint
        The fields.
    seed, cell : int
        Seed of the mock, number of the cell.

    Returns
    -------
    Observation
        Of the stars that the version has, all spectra of each; so every earlier release is part of the later
        ones, and the best spectrum of a star stays the best.
    """
    # the same uniform number for all versions
    of_star = stream(seed, "versions", cell << 8).random(int(seen.row["index"].max(initial=-1)) + 1)
    field = seen.star["field"]
    kind = np.where(fields.survey[field] == 1, 0, 1 + fields.telescope[field])
    keep = np.flatnonzero(of_star[seen.row["index"]] < np.array(version.share)[kind])
    parts = (seen.star, seen.light, seen.gaia, seen.label, seen.flag, seen.vac, seen.row)
    star, light, gaia, label, flag, vac, row = ({k: v[keep] for k, v in part.items()} for part in parts)
    later = fields.survey[star["field"]] == 2
    row["snr"] = (row["snr"] * np.where(later, version.snr, 1.0)).astype(np.float32)
    rng = stream(seed, "versions", cell << 8 | version.number)
    relabel(rng, star, label, row["snr"], version)
    bad = np.int64(1) << np.int64(spectra.ASPCAP_BITS["SN_BAD"])
    flag["aspcapflag"] = (flag["aspcapflag"] & ~bad) | np.where(row["snr"] < version.sn_bad_below, bad, 0)
    return Observation(star, light, gaia, label, flag, vac, row)


def relabel(rng: np.random.Generator, star: Arrays, label: Arrays, snr: np.ndarray, version: Version) -> None:
    """Measure the labels of spectra by another version of the pipeline, in place.

    Parameters
    ----------
    rng : numpy.random.Generator
        Stream of what is not kept of the old noise.
    star : dict of (n,) arrays
        True stars.
    label : dict of arrays
        Labels of DR17, replaced.
    snr : (n,) float32
        S/N of the version's spectra.
    version : Version
        Shifts, stretch and noise.
    """
    error = spectra.errors(star, snr)
    fresh = rng.standard_normal((len(LABELS), snr.size))
    old_fe_h, m_h = label["fe_h"], label["m_h"] - label["fe_h"]
    for k, name in enumerate(LABELS):
        old = (label[name] - star[name]) / label[f"{name}_err"]
        noise = version.kept * old + np.sqrt(1.0 - version.kept**2) * fresh[k]
        width = version.noise * error[name]
        true = star[name] * (version.stretch if name == "fe_h" else 1.0) + getattr(version, name)
        label[name], label[f"{name}_err"] = (
            (true + width * noise).astype(np.float32),
            width.astype(np.float32),
        )
    label["m_h"] = label["fe_h"] + m_h
    x_h, x_h_err = (
        label["x_h"] + (label["fe_h"] - old_fe_h)[:, None],
        label["x_h_err"] * np.float32(version.noise),
    )
    x_h[:, elements.FE], x_h[:, elements.MG] = label["fe_h"], label["fe_h"] + label["mg_fe"]
    x_h_err[:, elements.FE], x_h_err[:, elements.MG] = label["fe_h_err"], label["mg_fe_err"]
    label["x_h"], label["x_h_err"] = x_h, x_h_err


def select(seen: Observation, keep: np.ndarray) -> Observation:
    """Return some of the spectra."""
    names = ("star", "light", "gaia", "label", "flag", "vac", "row")
    return replace(seen, **{name: {k: v[keep] for k, v in getattr(seen, name).items()} for name in names})
