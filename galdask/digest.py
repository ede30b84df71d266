"""Canonical digests: of settings (sha256 of sorted JSON) and of column contents (xxh3-128).

Digests of settings name states and runs; digests of contents detect change and damage, not malice.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import xxhash


def canonical(value: Any) -> Any:
    """Return `value` as plain JSON types with one spelling for each meaning.

    Raises
    ------
    TypeError
        If the value holds something without a canonical spelling (a function, an object, NaN).
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if not math.isfinite(number):
            raise TypeError(f"{number} has no canonical spelling")
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    if isinstance(value, Mapping):
        return {str(k): canonical(value[k]) for k in sorted(value, key=str)}
    if isinstance(value, np.ndarray):
        return [canonical(v) for v in value.tolist()]
    if isinstance(value, (list, tuple)):
        return [canonical(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return sorted((canonical(v) for v in value), key=str)
    raise TypeError(f"no canonical spelling for {type(value).__name__}")


def canonical_text(value: Any) -> str:
    """Return the canonical JSON text of `value`."""
    return json.dumps(canonical(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def of_settings(*values: Any) -> str:
    """Return the sha256 of the canonical text of `values`, 64 hexadecimal characters."""
    return hashlib.sha256(canonical_text(list(values)).encode()).hexdigest()


def of_arrays(arrays: Iterable[np.ndarray | bytes | memoryview | str]) -> str:
    """Return the xxh3-128 of arrays, their types and shapes, 32 hexadecimal characters."""
    state = xxhash.xxh3_128()
    for item in arrays:
        if isinstance(item, str):
            state.update(item.encode())
        elif isinstance(item, np.ndarray):
            array = np.ascontiguousarray(item)
            state.update(f"|{array.dtype.str}{array.shape}|".encode())
            state.update(array.reshape(-1).view(np.uint8).data)
        else:
            state.update(item)
    return state.hexdigest()


def of_file(path: Any, block: int = 1 << 22) -> str:
    """Return the xxh3-128 of a file's bytes."""
    state = xxhash.xxh3_128()
    with open(path, "rb") as handle:
        while chunk := handle.read(block):
            state.update(chunk)
    return state.hexdigest()
