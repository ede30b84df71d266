"""What the digests of the written columns cost an ingest of DR17's size: inside them, with and without."""

from __future__ import annotations

import shutil
import statistics

from benchmarks import harness, ingest

RUNNER = "benchmarks.peers.ingest_digests"
REPEATS = 3
WAYS = ("without", "with", "clocked")
#: share of an ingest that was asked for, at most
COST = 0.15


def run() -> list[str]:
    """Time both in processor time of one thread, which a busy machine stretches least."""
    source, target = ingest.main_table_alone(), harness.SCRATCH / "digests"
    lines = [
        "## Digests of the written columns: 733,901 rows, one thread, file in the page cache",
        "",
        "| columns | inside the digests, s of processor | of the ingest's | with | without "
        "| cost, median of the pairs | lowest - highest |",
        "|---|---|---|---|---|---|---|",
    ]
    for columns in ("needed", "all"):
        runners = {word: (RUNNER, source, str(target / word), columns, word) for word in WAYS}
        target.mkdir(parents=True, exist_ok=True)
        told = harness.compare(runners, repeats=REPEATS)
        pairs = zip(told["with"], told["without"], strict=True)
        cost = sorted(1 - float(b["cpu"]) / float(a["cpu"]) for a, b in pairs)
        inside = [(float(one["digests"]), float(one["cpu"])) for one in told["clocked"]]
        share = statistics.median(spent / cpu for spent, cpu in inside)
        lines.append(
            f"| {columns} | {statistics.median(spent for spent, _ in inside):.3g} | {share:.1%} "
            f"| {harness.median(told['with'], 'cpu'):.3g} "
            f"| {harness.median(told['without'], 'cpu'):.3g} "
            f"| {statistics.median(cost):.1%} | {cost[0]:.1%} - {cost[-1]:.1%} |"
        )
        shutil.rmtree(target)
    return [
        *lines,
        "",
        f"Asked for at most {COST:.0%}. Inside the digests: the processor time of their calls, noted one by",
        "one. The cost of the pairs is the share of the ingest's time that is gone without digests: less",
        "than what two equal runs differ by on a machine that others use, too.",
    ]
