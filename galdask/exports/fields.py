"""What a column is, in words that other programs know: unit, UCD, description."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

#: units of galdask -> as FITS and VOTable spell them; for logarithmic ones they have no word
UNITS = {
    "kpc": "kpc", "pc": "pc", "km/s": "km/s", "m/s": "m/s", "Gyr": "Gyr", "Myr": "Myr", "yr": "yr",
    "K": "K", "mag": "mag",
    "rad": "rad", "deg": "deg", "mas": "mas", "arcsec": "arcsec", "mas/yr": "mas/yr", "kpc km/s": "kpc.km/s",
    "Msun": "solMass", "Rsun": "solRad", "uHz": "uHz", "km2/s2": "km**2/s**2",
}  # fmt: skip
#: name of a column -> unified content descriptor (IVOA UCD1+ 1.4)
UCDS = {
    "star_id": "meta.id;meta.main", "apogee_id": "meta.id", "gaia_id": "meta.id", "star_key": "meta.record",
    "ra": "pos.eq.ra;meta.main", "dec": "pos.eq.dec;meta.main",
    "glon": "pos.galactic.lon", "glat": "pos.galactic.lat", "parallax": "pos.parallax.trig",
    "pmra": "pos.pm;pos.eq.ra", "pmdec": "pos.pm;pos.eq.dec", "rv": "spect.dopplerVeloc",
    "distance": "pos.distance",
    "x": "pos.cartesian.x;pos.galactocentric",
    "y": "pos.cartesian.y;pos.galactocentric",
    "z": "pos.cartesian.z;pos.galactocentric", "r": "pos.distance;pos.galactocentric",
    "teff": "phys.temperature.effective",
    "logg": "phys.gravity", "fe_h": "phys.abund.Fe", "mg_fe": "phys.abund", "m_h": "phys.abund.Z",
    "age": "time.age",
    "snr": "stat.snr", "j_mag": "phot.mag;em.IR.J", "h_mag": "phot.mag;em.IR.H", "k_mag": "phot.mag;em.IR.K",
    "g_mag": "phot.mag;em.opt", "n": "meta.number", "lz": "phys.angMomentum", "vr": "phys.veloc",
    "vphi": "phys.veloc",
}  # fmt: skip
#: endings of names -> the word that goes before, or after, the descriptor of the rest
BEFORE = {"err": "stat.error", "std": "stat.stdev"}
AFTER = {"median": "stat.median", "mean": "stat.mean", "lo": "stat.min", "hi": "stat.max"}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of an exported table."""

    name: str
    """Its name."""
    type: np.dtype
    """Of its values; texts are objects."""
    unit: str = ""
    """As galdask spells it; empty for none."""
    text: str = ""
    """What it is."""
    nullable: bool = False
    """Whether integers or flags may be missing."""
    width: int = 1
    """Bytes of the longest text."""

    @property
    def is_text(self) -> bool:
        """Whether its values are texts."""
        return self.type.kind == "O"

    @property
    def standard_unit(self) -> str:
        """The unit as FITS and VOTable spell it; empty where they have no word."""
        return UNITS.get(self.unit, "")

    @property
    def description(self) -> str:
        """The text, and the unit where the standards have no word for it; ASCII."""
        told = self.unit if self.unit not in ("", "1", "-") and not self.standard_unit else ""
        words = " ".join(part for part in (self.text, f"[{told}]" if told else "") if part)
        return words.encode("ascii", "replace").decode("ascii")

    @property
    def ucd(self) -> str:
        """The unified content descriptor; empty where none is known."""
        return ucd(self.name)


def ucd(name: str) -> str:
    """Return the descriptor of a column by its name, or an empty text."""
    name = re.sub(r"^(face|edge|slice|map)_", "", name)
    if name in UCDS:
        return UCDS[name]
    if name == "n_stars" or re.search(r"(^|_)n(_|$)", name):
        return "meta.number"
    head, _, end = name.rpartition("_")
    inner = ucd(head).split(";")[0] if head else ""
    if end in BEFORE:
        return f"{BEFORE[end]};{inner}" if inner and not inner.startswith("stat.") else BEFORE[end]
    if end in AFTER and inner:
        return f"{inner};{AFTER[end]}"
    return ""
