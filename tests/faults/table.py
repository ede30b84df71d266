"""The table of faults in benchmarks/RESULTS.md: one line a fault, renewed by the tests that ran."""

import re

HEAD = "| fault | times | outcome | noticed after, s | recovered or ended after, s | same bytes |"
ABOUT = [
    "## Faults: the two-disks pipeline on a small mock, two worker processes unless it says otherwise",
    "",
    "Written by `make test-long` and `make test-system` (tests/faults). After each fault no process and no",
    "temporary file was left. *Recovered*: when the run that met the fault ended, or its successor, with the",
    "undisturbed run's seconds included; the machine was shared, so seconds are upper bounds.",
    "",
]


def rows_of(text):
    """Return the rows that stand in the results: fault -> row."""
    part = re.search(r"<!-- faults -->.*?<!-- end faults -->", text, re.DOTALL)
    found = {}
    for line in part.group(0).splitlines() if part else ():
        if line.startswith("| ") and line != HEAD and not line.startswith("| ---"):
            found[line.split(" | ")[0].removeprefix("| ")] = line
    return found


def row(fault, times, outcome, noticed, ended, same):
    """Return one line of the table."""

    def number(value):
        return "" if value is None else value if isinstance(value, str) else f"{value:.1f}"

    cells = (fault, times, outcome, number(noticed), number(ended), same)
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def write(rows):
    """Put rows into the results beside those that stand there."""
    from benchmarks.__main__ import RESULTS, rewrite

    merged = {**rows_of(RESULTS.read_text() if RESULTS.exists() else ""), **rows}
    lines = [merged[fault] for fault in sorted(merged)]
    rewrite("faults", [*ABOUT, HEAD, "| --- " * 6 + "|", *lines])
