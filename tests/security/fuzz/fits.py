"""FITS files with wounds in their cards: sizes, types, places, nulls, dimensions, ends."""

from __future__ import annotations

import gzip
import re

from tests.security.fuzz.words import NUMBERS, TEXTS, Rng, scars

FORMS = [
    "A",
    "18A",
    "0A",
    "30A10",
    "A5",
    "L",
    "X",
    "9X",
    "B",
    "I",
    "J",
    "K",
    "E",
    "D",
    "C",
    "M",
    "PJ(3)",
    "QD(9)",
    "1PB()",
    "3E",
    "27E",
    "0D",
    "-1E",
    "999999999999E",
    "999999999999A",
    "99999999999999E",
    "Z",
    "",
    "I5",
    "F8.3",
    "E12.4",
    "A18",
    "D25.17",
    "I0",
    "F",
]
SHAPES = [
    "(2,3)",
    "(9,3)",
    "(1)",
    "()",
    "(0,0)",
    "(-1,2)",
    "(999999999,999999999)",
    "(1" + ",1" * 33 + ")",
    "(3,9",
    "x",
]
KEYS = [
    "SIMPLE",
    "XTENSION",
    "BITPIX",
    "NAXIS",
    "NAXIS1",
    "NAXIS2",
    "NAXIS3",
    "PCOUNT",
    "GCOUNT",
    "GROUPS",
    "TFIELDS",
    "EXTNAME",
    "THEAP",
    "EXTEND",
    "CHECKSUM",
    "CONTINUE",
    "COMMENT",
]
COLUMN_KEYS = ["TTYPE", "TFORM", "TUNIT", "TNULL", "TSCAL", "TZERO", "TDIM", "TBCOL", "TDISP"]
LINES = [
    "T",
    "F",
    "",
    "1.5",
    "1.0E999",
    "-1D300",
    "1E-999",
    "9" * 68,
    "(1, 2)",
    "'unclosed",
    "'BINTABLE'",
    "'TABLE   '",
    "'IMAGE'",
]


def value(rng: Rng, key: str) -> str:
    """Return what stands behind a card's name."""
    kind = rng.randrange(5)
    if key.startswith("TFORM") and kind:
        return f"'{rng.choice(FORMS)}'"
    if key.startswith("TDIM") and kind:
        return f"'{rng.choice(SHAPES)}'"
    if key.startswith(("TSCAL", "TZERO")) and kind:
        return rng.choice(
            [
                "0",
                "2",
                "-1",
                "1E300",
                "1E308",
                "1E-320",
                "128",
                "-128",
                "32768",
                "2147483648",
                "9223372036854775808",
            ]
        )
    if kind == 1:
        return "'" + rng.choice(TEXTS)[:66].replace("'", "''") + "'"
    if kind == 2:
        return rng.choice(LINES)
    return f"{rng.choice(NUMBERS):>20}"


def card(key: str, text: str) -> bytes:
    return f"{key[:8]:<8}= {text}"[:80].ljust(80).encode("latin-1", "replace")


def _headers(content: bytes) -> list[tuple[int, int]]:
    """Return where headers begin, and where their END stands."""
    starts = [0] + [m.start() for m in re.finditer(rb"XTENSION=", content) if m.start() % 2880 == 0]
    found = []
    for start in starts:
        at = start
        while at + 80 <= len(content) and content[at : at + 8].rstrip() != b"END":
            at += 80
        found.append((start, at))
    return found


def _wound(rng: Rng, content: bytes) -> bytes:
    start, end = rng.choice(_headers(content))
    names = [content[at : at + 8].decode("latin-1").strip() for at in range(start, end, 80)]
    kind = rng.randrange(8)
    if kind < 4 and names:
        place = rng.randrange(len(names))
        at = start + 80 * place
        return content[:at] + card(names[place], value(rng, names[place])) + content[at + 80 :]
    if kind == 4:  # over a card of no importance, so that the length stays
        key = rng.choice(KEYS + [f"{name}{rng.randrange(1, 12)}" for name in COLUMN_KEYS])
        at = start + 80 * rng.randrange(max(1, len(names)))
        return content[:at] + card(key, value(rng, key)) + content[at + 80 :]
    if kind == 5 and end + 160 <= len(content):  # in the padding behind END
        key = f"{rng.choice(COLUMN_KEYS)}{rng.randrange(1, 12)}"
        return content[:end] + card(key, value(rng, key)) + b"END".ljust(80) + content[end + 160 :]
    if kind == 6:
        return content[:end] + content[end : end + 3].replace(b"END", b"ENX") + content[end + 3 :]
    return scars(rng, content, 1)


def _fill_the_row(content: bytes) -> bytes:
    """Make NAXIS1 what the forms ask for, so that a wound is not refused at the door."""
    widths = {
        "L": 1,
        "B": 1,
        "I": 2,
        "J": 4,
        "K": 8,
        "E": 4,
        "D": 8,
        "A": 1,
        "C": 8,
        "M": 16,
        "P": 8,
        "Q": 16,
    }
    total = 0
    for match in re.finditer(rb"TFORM\d+ *= '(\d*)([A-Z])", content):
        total += int(match[1] or 1) * widths.get(match[2].decode(), 1)
    at = content.find(b"NAXIS1  =")
    return content if at < 0 else content[:at] + card("NAXIS1", f"{total:>20}") + content[at + 80 :]


def mutate(rng: Rng, content: bytes) -> bytes:
    for _ in range(rng.randrange(1, 5)):
        content = _wound(rng, content)
    return _fill_the_row(content) if rng.randrange(3) == 0 else content


def mutate_packed(rng: Rng, content: bytes) -> bytes:
    """A compressed file: wounds inside and outside."""
    if rng.randrange(2):
        content = mutate(rng, content)
    packed = gzip.compress(content, 1, mtime=0)
    return b"\x1f\x8b" + scars(rng, packed, 2)[2:] if rng.randrange(2) else packed
