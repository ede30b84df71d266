"""How the kernels of this folder are compiled, and how their cache stays true.

A kernel that Python calls has an explicit signature and is cached on disk; what it calls has neither, is
compiled into it, and costs nothing once it is cached. numba renews a cached kernel when its own file
changes, not when a file that it calls into does, so every kernel closes over `stamp()`, a digest of all
files of this folder: numba keeps what a function closes over in the key of its cache.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numba as nb
from numba.core.cpu import CPUTargetOptions

#: kernels allocate nothing, so the counting of references to arrays is left out where numba can do that
_BARE: dict[str, Any] = {"_nrt": False} if hasattr(CPUTargetOptions, "_nrt") else {}
#: of a kernel that Python calls
KERNEL: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", **_BARE}
#: of a function that kernels call
PART: dict[str, Any] = {"nogil": True, "error_model": "numpy", **_BARE}
#: of a part that is small or called once
INLINE: dict[str, Any] = {**PART, "forceinline": True}

F = nb.float64
#: read-only and writable arrays of one and two dimensions
IN = nb.types.Array(F, 1, "C", readonly=True)
IN2 = nb.types.Array(F, 2, "C", readonly=True)
IN3 = nb.types.Array(F, 3, "C", readonly=True)
IN4 = nb.types.Array(F, 4, "C", readonly=True)
STARTS = nb.types.Array(nb.int64, 1, "C", readonly=True)
OUT = F[::1]
OUT2 = F[:, ::1]
BITS = nb.uint16[::1]


@lru_cache(maxsize=1)
def stamp() -> int:
    """Return 63 bits of a digest over the source files of this folder."""
    digest = blake2b(digest_size=8)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return int.from_bytes(digest.digest(), "little") >> 1
