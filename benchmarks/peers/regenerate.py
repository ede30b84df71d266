"""`galdask regenerate` and `galdask plan` with their numbers told, two workers."""

import sys
from pathlib import Path

from benchmarks import harness


def main(what: str, source: str, store: str, out: str) -> None:
    """Renew a store and its results from a folder of files, or only say what that would be."""
    from galdask import foresight, renewal

    with harness.timed() as told:
        if what == "plan":
            found = foresight.forecast("two_disks", store, out)
            told |= {"states": found.states_computed, "read": len(found.partitions_read)}
        else:
            done = renewal.regenerate("two_disks", "dr17", source, store, out)
            told |= {
                "states": done.run.states_computed,
                "reused": done.run.states_reused,
                "read": done.run.partitions_read,
                "partitions": done.ingest.partitions if done.ingest else 0,
                "map": done.run.map_seconds,
                "ingest": done.ingest.seconds if done.ingest else 0.0,
                "run": done.run.seconds,
            }
    harness.tell(told)


if __name__ == "__main__":
    main(sys.argv[1], *(str(Path(word)) for word in sys.argv[2:]))
