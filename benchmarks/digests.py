"""What the digests of the written columns cost an ingest of DR17's size: with and without them, in turn."""

from __future__ import annotations

import shutil
import statistics

from benchmarks import harness, ingest

RUNNER = "benchmarks.peers.ingest_digests"
REPEATS = 3


def run() -> list[str]:
    """Time both in processor time of one thread, which a busy machine stretches least."""
    source, target = ingest.main_table_alone(), harness.SCRATCH / "digests"
    lines = [
        "## Digests of the written columns: 733,901 rows, one thread, file in the page cache",
        "",
        "| columns | with, s of processor | without | cost, median of the pairs | lowest - highest |",
        "|---|---|---|---|---|",
    ]
    for columns in ("needed", "all"):
        runners = {word: (RUNNER, source, str(target / word), columns, word) for word in ("without", "with")}
        target.mkdir(parents=True, exist_ok=True)
        told = harness.compare(runners, repeats=REPEATS)
        pairs = zip(told["with"], told["without"], strict=True)
        cost = sorted(1 - float(b["cpu"]) / float(a["cpu"]) for a, b in pairs)
        lines.append(
            f"| {columns} | {harness.median(told['with'], 'cpu'):.3g} "
            f"| {harness.median(told['without'], 'cpu'):.3g} "
            f"| {statistics.median(cost):.1%} | {cost[0]:.1%} - {cost[-1]:.1%} |"
        )
        shutil.rmtree(target)
    return [*lines, "", "The cost is the share of the ingest's time that is gone without digests."]
