"""Settings files with wounds: values of other types, keys gone, twice or new, tags, aliases, depth."""

from __future__ import annotations

import copy
from typing import Any

import yaml

from tests.security.fuzz.words import NUMBERS, TEXTS, Rng, scars

#: written as they are, in place of a value
RAW = [
    "!!python/object/apply:os.system [id]",
    "!!timestamp x",
    "!!binary aGk=",
    "!!set {a}",
    "&x [*x]",
    "*nothing",
    "2020-01-01",
    ".nan",
    ".inf",
    "-.inf",
    "1" + ":1" * 300,
    "0x" + "f" * 390,
    "9" * 390,
    "1e308",
    "1e-400",
    "[" * 60,
    "{a: " * 45 + "}" * 45,
    "[[[[1]]]]",
    "~",
    "''",
    "{}",
    "[]",
    "true",
    "no",
    "|\n  x\n",
    "? x",
    "%x",
    "@x",
    "`x`",
    '"\\e[2J"',
    '"\\0"',
    "'a b'",
    "[1, two, {three: 4}]",
    "=",
    "<<",
    "sqrt(sqrt(sqrt(ra)))",
    "ra + nothing",
    "__import__('os')",
    "ra ** 9",
    "(" * 50 + "ra" + ")" * 50,
    "log10(-1)",
    "1/0",
    "-" * 300 + "ra",
]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += _places(inner, (*path, key))
    return found


def odd(rng: Rng) -> Any:
    """Return a value of any type."""
    kind = rng.randrange(8)
    if kind == 0:
        return rng.choice(NUMBERS)
    if kind == 1:
        return rng.choice(TEXTS)
    if kind == 2:
        return rng.choice(
            [None, True, False, [], {}, [None], {"a": None}, [[]], [1, 2], ["ra", "dec"], {"ra": "deg"}]
        )
    if kind == 3:
        return rng.choice([0.0, -0.0, 1e308, -1e-308, 1.5, float("nan"), float("inf")])
    if kind == 4:
        return [odd(rng) for _ in range(rng.randrange(4))]
    if kind == 5:
        return {rng.choice(["x", "low", "high", "column", "unit", "kind", ""]): odd(rng) for _ in range(3)}
    return f"RAW{rng.randrange(len(RAW))}RAW"


def mutate(rng: Rng, content: bytes) -> bytes:
    if rng.randrange(4) == 0:
        return scars(rng, content)
    made = copy.deepcopy(yaml.safe_load(content))
    places = _places(made)
    for _ in range(rng.randrange(1, 4)):
        path = rng.choice(places)
        inside = made
        try:
            for key in path[:-1]:
                inside = inside[key]
            kind = rng.randrange(6)
            if kind < 3:
                inside[path[-1]] = odd(rng)
            elif kind == 3:
                del inside[path[-1]]
            elif kind == 4 and isinstance(inside, dict):
                inside[rng.choice(["nothing", "", "x y", "__class__", "é", "low", "star_key"])] = inside.pop(
                    path[-1]
                )
            else:  # a piece of elsewhere
                other = made
                for key in rng.choice(places):
                    other = other[key]
                inside[path[-1]] = copy.deepcopy(other)
        except (KeyError, IndexError, TypeError):  # an earlier wound took the place away
            continue
    text = yaml.safe_dump(made, sort_keys=False, allow_unicode=bool(rng.randrange(2)), width=200)
    for number, raw in enumerate(RAW):
        text = text.replace(f"RAW{number}RAW", raw)
    if rng.randrange(6) == 0:
        lines = text.split("\n")
        at = rng.randrange(len(lines))
        lines[at:at] = rng.choice([[lines[at]], ["\tx: 1"], ["---"], ["..."], ["%YAML 9.9"], ["# \x07"]])
        text = "\n".join(lines)
    return text.encode("utf-8", "surrogatepass")
