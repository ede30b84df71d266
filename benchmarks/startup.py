"""How long a user waits for words."""

from __future__ import annotations

from benchmarks import harness


def run() -> list[str]:
    """Time `galdask --help` as a whole process."""
    told = harness.compare({"galdask --help": ("benchmarks.peers.command", "galdask", "--help")}, repeats=9)
    return ["## Start", "", *harness.rows(told, "galdask --help")]
