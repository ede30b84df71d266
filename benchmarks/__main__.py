"""`python -m benchmarks [NAME ...]`: run benchmarks and rewrite their parts of benchmarks/RESULTS.md."""

from __future__ import annotations

import datetime
import importlib
import re
import subprocess
import sys
from pathlib import Path

from benchmarks import harness

RESULTS = Path(__file__).with_name("RESULTS.md")
NAMES = (
    "startup",
    "ingest",
    "digests",
    "medians",
    "coordinates",
    "actions",
    "staeckel",
    "likelihood",
    "coverage",
    "orbits",
    "pipeline",
    "regenerate",
    "scale",
    "workers",
)
HEAD = """# Speed and memory

Ratios of runs side by side: same columns, cuts and output for every peer, two threads or two worker
processes where a peer can use them, state and sample caches off unless the cache is what is measured;
medians of alternating runs. Written by `make bench`; each part says when and where it ran. Machines differ
and are noisy: compare ratios, not seconds.
"""


def commit() -> str:
    """Return the short hash of the checkout."""
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def rewrite(name: str, lines: list[str]) -> None:
    """Replace one part of the results, or append it."""
    text = RESULTS.read_text() if RESULTS.exists() else HEAD
    today = datetime.date.today().isoformat()
    body = "\n".join(
        [
            f"<!-- {name} -->",
            *lines,
            "",
            f"*{today}, commit {commit()}; {harness.machine()}*",
            f"<!-- end {name} -->",
        ]
    )
    pattern = re.compile(rf"<!-- {name} -->.*?<!-- end {name} -->", re.DOTALL)
    text = pattern.sub(lambda _: body, text) if pattern.search(text) else text.rstrip() + "\n\n" + body + "\n"
    RESULTS.write_text(text)


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all."""
    harness.SCRATCH.mkdir(exist_ok=True)
    for name in names or NAMES:
        lines = importlib.import_module(f"benchmarks.{name}").run()
        print("\n".join(lines), flush=True)
        rewrite(name, lines)


if __name__ == "__main__":
    main(sys.argv[1:])
