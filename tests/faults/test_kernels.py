"""A worker that computes is not taken for a silent one: kernels release Python's lock."""

import ast
from pathlib import Path

import galdask

MAKERS = {"njit", "jit", "vectorize", "guvectorize"}
#: functions of a few numbers that only kernels call
INNER = {"_position", "_between"}


def kernels():
    """Return every function that numba compiles: (file, name, keywords)."""
    for path in sorted(Path(galdask.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            for made in getattr(node, "decorator_list", ()):
                maker = getattr(made, "func", None)
                if getattr(maker, "attr", getattr(maker, "id", "")) in MAKERS:
                    yield path, node.name, {word.arg: word.value for word in made.keywords}


def test_kernels_that_are_called_from_python_release_the_lock():
    found, holding = 0, []
    for path, name, words in kernels():
        inside = "inline" in words or name in INNER
        found += 1
        if not inside and not getattr(words.get("nogil"), "value", False) and None not in words:
            holding.append(f"{path.name}: {name}")
    assert found > 20
    assert holding == []
