"""JSON records with wounds: values of other types, paths that lead away, depth."""

from __future__ import annotations

import copy
import json

from tests.security.fuzz.settings import _places
from tests.security.fuzz.words import NUMBERS, TEXTS, Rng, scars

ODD = [
    None,
    True,
    [],
    {},
    [[]],
    {"a": {"b": []}},
    "../../etc/passwd",
    "/etc/passwd",
    "data/../../x",
    "data/needed",
    1.5,
    "\x1b[2J",
    "a\0b",
]


def mutate(rng: Rng, content: bytes) -> bytes:
    kind = rng.randrange(10)
    if kind == 0:
        return scars(rng, content)
    if kind == 1:
        return rng.choice(
            [b"[" * 100_000, b'{"a":' * 100_000, b"1", b"null", b"[]", b'"x"', b"NaN", b"{}", b"9" * 5000]
        )
    made = json.loads(content)
    places = _places(made)
    for _ in range(rng.randrange(1, 4)):
        path, inside = rng.choice(places), made
        try:
            for key in path[:-1]:
                inside = inside[key]
            kind = rng.randrange(5)
            if kind < 3:
                inside[path[-1]] = copy.deepcopy(
                    rng.choice([rng.choice(ODD), rng.choice(NUMBERS), rng.choice(TEXTS)])
                )
            elif kind == 3:
                del inside[path[-1]]
            else:
                other = made
                for key in rng.choice(places):
                    other = other[key]
                inside[path[-1]] = copy.deepcopy(other)
        except (KeyError, IndexError, TypeError):
            continue
    return json.dumps(made).encode("utf-8", "surrogatepass")
