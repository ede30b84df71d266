"""galdask's ingest, on workers that are already up."""

import shutil
import sys

from benchmarks import harness


def main(source: str, target: str, columns: str, workers: str) -> None:
    """Ingest the DR17 release in `source` into `target` with this many workers (0: in this process)."""
    from galdask import api
    from galdask.engine import warm
    from galdask.engine.cluster import ClusterConfig, open_executor

    warm.kernels()
    shutil.rmtree(target, ignore_errors=True)
    cluster = ClusterConfig("inline", "inline", {"threads": 1})
    if int(workers):
        cluster = ClusterConfig(
            "bench",
            "local",
            {
                "n_workers": int(workers),
                "threads_per_worker": 1,
                "memory_limit": "4GiB",
                "dashboard_address": None,
                "local_directory": None,
            },
        )
    with open_executor(cluster) as executor:
        list(executor.run(ready, list(range(8)), step="warm"))
        with harness.timed() as told:
            api.ingest("dr17", source, target, columns=columns, cluster=executor)
    harness.tell(told)


def ready(number: int) -> int:
    """Import what ingest needs in the worker."""
    from galdask.engine import warm

    warm.kernels()
    return number


if __name__ == "__main__":
    main(*sys.argv[1:])
