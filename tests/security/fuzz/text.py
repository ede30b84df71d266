"""Tables as text with wounds: names, cells, quotes, line ends, encodings, descriptions."""

from __future__ import annotations

import gzip

from tests.security.fuzz.words import NUMBERS, TEXTS, Rng, scars


def cell(rng: Rng) -> bytes:
    text = rng.choice(TEXTS) if rng.randrange(3) else str(rng.choice(NUMBERS))
    return text.encode("utf-8", "surrogatepass")


def mutate_csv(rng: Rng, content: bytes, sign: bytes = b",") -> bytes:
    lines = [line.split(sign) for line in content.split(b"\n")]
    for _ in range(rng.randrange(1, 5)):
        kind, row = rng.randrange(9), rng.randrange(len(lines))
        if kind < 3 and lines[row]:
            lines[row][rng.randrange(len(lines[row]))] = cell(rng)
        elif kind == 3:
            lines[row].insert(rng.randrange(len(lines[row]) + 1), cell(rng))
        elif kind == 4:
            lines[row] = lines[row][: rng.randrange(len(lines[row]) + 1)]
        elif kind == 5:
            lines.insert(row, list(lines[row]))
        elif kind == 6:
            lines[row] = lines[row] * rng.choice([2, 3, 500])
        elif kind == 7:
            lines[row] = [b'"' + one + rng.choice([b'"', b""]) for one in lines[row]]
        else:
            lines[row] = []
        if not lines:
            lines = [[b""]]
    made = rng.choice([b"\n", b"\n", b"\n", b"\r\n", b"\r"]).join(sign.join(line) for line in lines)
    kind = rng.randrange(12)
    if kind == 0:
        return made.decode("utf-8", "replace").encode(
            rng.choice(["utf-16", "utf-16-be", "utf-32", "latin-1"]), "replace"
        )
    if kind == 1:
        return b"\xef\xbb\xbf" + made
    if kind == 2:
        packed = gzip.compress(made, 1, mtime=0)
        return b"\x1f\x8b" + scars(rng, packed, 1)[2:] if rng.randrange(2) else packed
    return scars(rng, made, 2) if kind < 7 else made


def mutate_blanks(rng: Rng, content: bytes) -> bytes:
    return mutate_csv(rng, content, b" ")


KINDS = ["A18", "I5", "F6.2", "E12.4", "D9", "A", "I0", "F99999", "X3", "A5", "I1"]
NOTES = ["?=-9999", "?=-9\0", "?=1e999", "?=nan", "?=", "[0/1]?=-1 x", "?=\u0661", "?", "[", "]?=--"]


def _description(rng: Rng) -> bytes:
    """Return a line of a byte-by-byte description."""
    first = rng.choice([0, 1, 2, 20, 27, 41, 60, 999_999, 1_000_000, 999_999_999])
    last = first + rng.choice([-1, 0, 1, 5, 18, 999_000])
    place = f"{first:4d}-{last:4d}" if rng.randrange(4) else f"{last:9d}"
    name = rng.choice(["Teff", "APOGEE", "x", "é", "a\0b", "[Fe/H]", "---", "x" * 300])
    unit = rng.choice(["K", "---", "10+6K", "\x1b"])
    return f"  {place} {rng.choice(KINDS)} {unit} {name} {rng.choice(NOTES)} text".encode()


def mutate_mrt(rng: Rng, content: bytes) -> bytes:
    lines = content.split(b"\n")
    for _ in range(rng.randrange(1, 5)):
        kind, row = rng.randrange(7), rng.randrange(len(lines))
        described = [
            i for i, line in enumerate(lines) if line[:4].strip(b" 0123456789") == b"" and b"   " in line[:40]
        ] or [row]
        if kind < 2:
            lines[rng.choice(described)] = _description(rng)
        elif kind == 2:
            lines.insert(rng.choice(described), _description(rng))
        elif kind == 3:
            del lines[row]
            lines = lines or [b""]
        elif kind == 4:
            lines.insert(
                row, rng.choice([lines[row], b"-" * 80, b"=" * 80, b"", b"Byte-by-byte Description"])
            )
        elif kind == 5:
            at = rng.randrange(len(lines[row]) + 1)
            lines[row] = lines[row][:at] + cell(rng)[:40] + lines[row][at + rng.randrange(9) :]
        else:
            lines[row] = scars(rng, lines[row], 1)
    return rng.choice([b"\n", b"\n", b"\r\n"]).join(lines)
