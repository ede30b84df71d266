"""A worker that takes its time: loaded by `--preload`, it makes every partition last some seconds more."""

import os
import time


def dask_setup(worker):
    from galdask.engine import tasks

    quick = tasks.map_partition

    def map_partition(job, task):
        time.sleep(float(os.environ["TEST_SECONDS"]))
        return quick(job, task)

    tasks.map_partition = map_partition
