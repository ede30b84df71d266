"""What breaks readers: nothing, limits, signs of each format."""

from __future__ import annotations

import random

BYTES = [
    b"",
    b"0",
    b"-1",
    b"9" * 20,
    b"nan",
    b"1E999",
    b"-inf",
    b"\0",
    b"\0" * 8,
    b"\xff",
    b"\xc3\x28",
    b"\n",
    b"\r",
    b" " * 80,
    b"'",
    b'"',
    b"T",
    b"I3",
    b"(2,3)",
    b"[",
    b"]",
    b"{",
    b": ",
    b"- ",
    b"=",
    b",",
    b"\x1b[2J",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x80\x00\x00\x00",
    b"\xff\xff\xff\x7f",
    b"\xff" * 9,
    b"\xed\xa0\x80",
    b"../../x",
    b"%s%n",
]

#: numbers at and beyond limits
NUMBERS = [
    0,
    1,
    -1,
    2,
    7,
    8,
    127,
    128,
    255,
    256,
    999,
    1000,
    2**15,
    2**16,
    2**31 - 1,
    2**31,
    2**32,
    2**53,
    2**63 - 1,
    2**63,
    -(2**63),
    2**64,
    10**20,
    10**29,
]

TEXTS = [
    "",
    " ",
    "nan",
    "inf",
    "-inf",
    "1e999",
    "1e-999",
    "1_000",
    "0x10",
    "1.5",
    "-1",
    "true",
    "None",
    "2020-01-01",
    "25:61:61",
    "9" * 30,
    "9" * 5000,
    "é",
    "\u202e",
    "\x1b[31m",
    "a\0b",
    "../../etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "=1+1",
    "'; rm -rf /",
    "$(id)",
    "`id`",
    "<script>",
    "{{1}}",
    "%n",
    "a,b",
    'a"b',
    "x" * 70,
    "x" * 3000,
]

Rng = random.Random


def scar(rng: Rng, content: bytes) -> bytes:
    """Return bytes with one wound, whatever they mean."""
    at = rng.randrange(len(content) + 1)
    kind = rng.randrange(9)
    if kind == 0 and content:
        at = rng.randrange(len(content))
        return content[:at] + bytes([content[at] ^ (1 << rng.randrange(8))]) + content[at + 1 :]
    if kind == 1:
        return content[:at] + rng.choice(BYTES) + content[at:]
    if kind == 2:
        word = rng.choice(BYTES)
        return content[:at] + word + content[at + len(word) :]
    if kind == 3:
        return content[:at] + content[at + rng.randrange(1, 90) :]
    if kind == 4:
        piece = content[at : at + rng.randrange(1, 200)]
        return content[:at] + piece * rng.randrange(1, 5) + content[at:]
    if kind == 5:
        return content[:at]
    if kind == 6:
        return content[:at] + bytes(rng.randrange(256) for _ in range(rng.randrange(1, 9))) + content[at:]
    if kind == 7:
        to = rng.randrange(len(content) + 1)
        return content[:to] + content[at : at + 100] + content[to:]
    return content + rng.choice(BYTES) * rng.randrange(1, 40)


def scars(rng: Rng, content: bytes, most: int = 3) -> bytes:
    for _ in range(rng.randrange(1, most + 1)):
        content = scar(rng, content)
    return content
