"""galdask's ingest in this process, with its digests of columns or without them."""

import shutil
import sys
import time

from benchmarks import harness


class Without:
    """In the place of a digest of a column: a different text for each, at no cost."""

    made = 0

    def __init__(self, column: object) -> None:
        Without.made += 1
        self.number = Without.made

    def update(self, content: object) -> None:
        """Do nothing."""

    def hexdigest(self) -> str:
        """Return a text as long as a digest."""
        return f"{self.number:032x}"


def clocked(plain: type) -> type:
    """Return digests of columns that note the processor time spent in them."""

    class Clocked(plain):  # type: ignore[misc]
        spent = 0.0

        def update(self, content: object) -> None:
            """Add the next rows."""
            began = time.thread_time()
            super().update(content)
            Clocked.spent += time.thread_time() - began

        def hexdigest(self) -> str:
            """Return 32 hexadecimal characters."""
            began = time.thread_time()
            try:
                return str(super().hexdigest())
            finally:
                Clocked.spent += time.thread_time() - began

    return Clocked


def main(source: str, target: str, columns: str, digests: str) -> None:
    """Ingest the DR17 release in `source` into `target`; `digests` is "with", "without" or "clocked"."""
    from galdask import api
    from galdask.catalog import build
    from galdask.engine import warm
    from galdask.engine.cluster import ClusterConfig

    if digests == "without":
        build.ColumnDigest = Without  # type: ignore[assignment, misc]
    if digests == "clocked":
        build.ColumnDigest = clocked(build.ColumnDigest)  # type: ignore[misc]
    warm.kernels()
    shutil.rmtree(target, ignore_errors=True)
    cluster = ClusterConfig("inline", "inline", {"threads": 1})
    began = time.process_time()
    with harness.timed() as told:
        api.ingest("dr17", source, target, columns=columns, cluster=cluster)
    told["cpu"] = time.process_time() - began
    told["digests"] = getattr(build.ColumnDigest, "spent", 0.0)
    harness.tell(told)


if __name__ == "__main__":
    main(*sys.argv[1:])
