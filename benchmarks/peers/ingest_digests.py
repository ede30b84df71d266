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


def main(source: str, target: str, columns: str, digests: str) -> None:
    """Ingest the DR17 release in `source` into `target`; `digests` is "with" or "without"."""
    from galdask import api
    from galdask.catalog import build
    from galdask.engine import warm
    from galdask.engine.cluster import ClusterConfig

    if digests == "without":
        build.ColumnDigest = Without  # type: ignore[assignment, misc]
    warm.kernels()
    shutil.rmtree(target, ignore_errors=True)
    cluster = ClusterConfig("inline", "inline", {"threads": 1})
    began = time.process_time()
    with harness.timed() as told:
        api.ingest("dr17", source, target, columns=columns, cluster=cluster)
    told["cpu"] = time.process_time() - began
    harness.tell(told)


if __name__ == "__main__":
    main(*sys.argv[1:])
