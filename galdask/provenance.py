"""What a product was made from: one record, stored as one JSON text in every artefact."""

from __future__ import annotations

import datetime
import functools
import importlib.metadata
import json
import os
import platform
import sys
from typing import Any

#: libraries whose versions are told
LIBRARIES = (
    "galdask",
    "numpy",
    "scipy",
    "numba",
    "pyarrow",
    "pandas",
    "astropy",
    "dask",
    "distributed",
    "xarray",
    "zarr",
    "galpy",
    "emcee",
    "matplotlib",
)


@functools.cache
def versions() -> dict[str, str]:
    """Return the version of Python and of every library that enters a result."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


@functools.cache
def cpu_features() -> tuple[str, ...]:
    """Return the instruction sets that numpy dispatches to here: equal sets give equal last bits."""
    from numpy._core._multiarray_umath import __cpu_features__

    return tuple(sorted(name for name, there in __cpu_features__.items() if there))


def now() -> str:
    """Return the time in UTC, to the second; honours SOURCE_DATE_EPOCH."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = (
        datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
        if epoch
        else datetime.datetime.now(datetime.UTC)
    )
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def command() -> list[str]:
    """Return the words that started this process; galdask by any way of starting it is `galdask`."""
    name = os.path.basename(sys.argv[0])
    package = os.path.basename(os.path.dirname(os.path.abspath(sys.argv[0])))
    if name == "__main__.py" and package == "galdask":
        name = "galdask"
    return [name, *sys.argv[1:]]


def record(**what: Any) -> dict[str, Any]:
    """Return a provenance record: `what`, and the versions, machine level, command and time."""
    return {
        **what,
        "versions": versions(),
        "cpu_features": list(cpu_features()),
        "command": command(),
        "made": now(),
    }


def text(what: dict[str, Any]) -> str:
    """Return a record as the one-line JSON text that artefacts carry."""
    return json.dumps(what, sort_keys=True)
