"""Small real files for the readers' tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from astropy.io import fits

from galdask.catalog.readers import Table, open_table
from galdask.catalog.schema import TableSpec

REAL = Path(__file__).parents[4] / "shared" / "data" / "real"

MRT = """Title: Stars
Table: A few of them
================================================================================
Byte-by-byte Description of file: datafile1.txt
--------------------------------------------------------------------------------
   Bytes Format Units      Label      Explanations
--------------------------------------------------------------------------------
   1- 18 A18    ---        APOGEE     Identifier
  20- 25 F6.2   deg        RAdeg      Right ascension
  27- 31 I5     K          Teff       ?=-9999 Effective temperature
  33- 37 A5     kpc        Rkpc       Position, a number described as text,
                                      and a second line
      39 I1     ---        Flag       A single byte
  41- 45 F5.2   [Sun]      [Fe/H]     Iron
  47- 50 F4.1   Gyr      e_Age        Lower error
  52- 55 F4.1   Gyr      E_Age        Upper error
--------------------------------------------------------------------------------
Note (1): nothing.
--------------------------------------------------------------------------------
2M00000000+0000000 123.45  4800  8.12 1 -0.25  0.5  0.7
2M00000001+0000000   1.50 -9999         0.10
2M00000002+0000000
"""


def table(path: Path, kind: str = "fits", **settings: object) -> Table:
    return open_table(TableSpec("main", (path.name,), format=kind, **settings), path)  # type: ignore[arg-type]


def rows(n: int = 7) -> np.ndarray:
    """Every kind of column of a survey table, big-endian."""
    kinds = [
        ("APOGEE_ID", "S18"),
        ("RA", ">f8"),
        ("FLAG", ">i8"),
        ("TARGET", ">i4"),
        ("N", ">i2"),
        ("BYTE", "u1"),
        ("LOGG", ">f4"),
        ("X_H", ">f4", (27,)),
        ("COV", ">f8", (3, 2)),
        ("GOOD", "?"),
    ]
    made = np.zeros(n, dtype=kinds)
    draw = np.random.default_rng(3)
    made["APOGEE_ID"] = [b"2M%08d" % i for i in range(n)]
    for name in ("RA", "LOGG", "X_H", "COV"):
        made[name] = draw.normal(size=made[name].shape)
    made["LOGG"][:1] = np.nan
    made["FLAG"] = draw.integers(-(2**62), 2**62, n)
    made["TARGET"] = draw.integers(-(2**31), 2**31, n)
    made["N"] = np.arange(n) - 2
    made["BYTE"] = np.arange(n) + 250 - n
    made["GOOD"] = np.arange(n) % 2 == 0
    return made


def write_fits(path: Path, made: np.ndarray | None = None, **extra: object) -> np.ndarray:
    made = rows() if made is None else made
    unit = fits.BinTableHDU(made, name="STARS")
    for key, value in extra.items():
        unit.header[key] = value
    fits.HDUList([fits.PrimaryHDU(), unit, fits.ImageHDU(np.arange(4.0), name="LOOKUP")]).writeto(path)
    return made


def set_card(path: Path, key: str, value: object) -> None:
    """Write a card over the table's own, or over its name, as no library would."""
    content = path.read_bytes()
    at = content.find(f"{key:<8}=".encode(), 2880)
    at = content.find(b"EXTNAME =", 2880) if at < 0 else at
    text = f"'{value:<8}'" if isinstance(value, str) else f"{value:>20}"
    path.write_bytes(content[:at] + f"{key:<8}= {text}".ljust(80).encode() + content[at + 80 :])
