"""The jobs of one cluster: submitted, watched, replaced when they end, and told of in words."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from galdask import events
from galdask.engine.clusters.queues import Queue, Standing, last_lines
from galdask.errors import ClusterError, GaldaskError

#: seconds between two looks at the workers; between two questions to the queue
LOOK, ASK = 1.0, 5.0
#: jobs that may end in succession before one worker has come
FRUITLESS = 3


class Jobs:
    """Keep a number of jobs in the queue while a cluster is open.

    Parameters
    ----------
    cluster : dask_jobqueue.JobQueueCluster
        The cluster; its scheduler runs in this process.
    queue : Queue
        The commands of the queue.
    wanted : int or None
        Jobs that there should be at any time; None if Dask's adaptive scaling decides.
    where : str
        Name of the cluster, for messages.
    logs : path
        Where jobs write.
    limit : float
        Seconds that a run waits when it has no worker.
    listen : callable
        Receives progress events.
    """

    def __init__(
        self,
        cluster: Any,
        queue: Queue,
        wanted: int | None,
        *,
        where: str,
        logs: Path,
        limit: float,
        listen: events.Listener,
    ) -> None:
        self.cluster, self.queue, self.wanted = cluster, queue, wanted
        self.where, self.logs, self.limit, self.listen = where, logs, limit, listen
        self.submitted: list[str] = []
        self.fruitless, self.useless = 0, False
        self._arrived: set[str] = set()
        self._standings: dict[str, Standing] = {}
        self._trouble: GaldaskError | None = None
        self._asked = -ASK
        self._number = 0
        self._end, self._lock = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._watch, name="galdask-jobs", daemon=True)

    def submit(self) -> None:
        """Submit the jobs and begin to watch them.

        Raises
        ------
        ClusterError
            If the queue refuses them.
        """
        try:
            self._fill()
        except (OSError, RuntimeError, ValueError) as error:
            raise ClusterError(
                "the queue does not take the job",
                where=self.where,
                found=_refusal(str(error)),
                todo="change the cluster file; `galdask cluster show` prints the job script",
            ) from error
        self._thread.start()

    def workers(self) -> int:
        """Return how many jobs have a worker now."""
        return len(self._present())

    def starting(self) -> bool:
        """Whether a job has started whose worker is not there yet, or has not been asked for."""
        with self._lock:
            self._look()
        present = self._present()
        lacking = [job.job_id for name, job in self._jobs().items() if name not in present]
        return any(job not in self._standings or not self._standings[job].waits for job in lacking)

    def check(self) -> None:
        """Raise the error of jobs that end before their worker is there."""
        if self._trouble is not None:
            raise self._trouble

    def words(self) -> str:
        """Return what the queue says of jobs without a worker."""
        present = self._present()
        counted: Counter[str] = Counter()
        for name, job in self._jobs().items():
            if name in present:
                counted["with a worker"] += 1
            elif (standing := self._standings.get(str(job.job_id))) is None:
                counted["submitted"] += 1
            elif standing.waits:
                reason = standing.reason or standing.state.lower()
                counted[f"in the queue ({reason})"] += 1
            else:
                counted["started, not connected yet"] += 1
        told = [f"{number} {'job' if number == 1 else 'jobs'} {what}" for what, number in counted.items()]
        return ", ".join(told) or "no job"

    def close(self) -> None:
        """Stop watching; jobs are cancelled by who closes the cluster."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join(timeout=60)

    def _jobs(self) -> dict[str, Any]:
        return {str(name): job for name, job in list(self.cluster.workers.items())}

    def _present(self) -> set[str]:
        """Return the jobs that have a worker; those of several processes have several."""
        names = [str(worker.name) for worker in list(self.cluster.scheduler.workers.values())]
        jobs = self._jobs()
        return {job for name in names for job in (name, name.rpartition("-")[0]) if job in jobs}

    def _watch(self) -> None:
        while not self._end.wait(LOOK):
            # what fails is tried again at the next look
            with self._lock, contextlib.suppress(OSError, RuntimeError, ValueError):
                self._look()

    def _look(self) -> None:
        """Find jobs that have ended, and submit others in their place."""
        jobs, present = self._jobs(), self._present()
        if present - self._arrived:
            self.fruitless = 0
        self._arrived |= present
        lacking = {name: str(job.job_id) for name, job in jobs.items() if name not in present}
        short = self.wanted is not None and len(jobs) < self.wanted
        if not (lacking or short) or time.monotonic() - self._asked < ASK:
            return
        self._asked = time.monotonic()
        found = self.queue.standings(lacking.values()) if lacking else {}
        if found is None:  # no answer: nothing is known, nothing is done
            return
        self._standings = found
        ended = {name: job for name, job in lacking.items() if job not in found}
        if ended:
            self._tell(ended)
            self.cluster.sync(self._drop, list(ended))
        if self._trouble is None and not self._end.is_set():
            self._fill()

    def _tell(self, ended: dict[str, str]) -> None:
        """Say how jobs ended; note the trouble if they do so without having been of use."""
        for name, job in ended.items():
            how = self.queue.end(job)
            told = f"job {job} ended" + (f" ({how})" if how else "")
            if name in self._arrived:
                self.listen(events.Event("cluster", text=f"{told}; what it had not finished is done again"))
                continue
            self.fruitless += 1
            self.useless = True
            log = self.queue.log(self.logs, job)
            self.listen(events.Event("cluster", text=f"{told} before its worker was there; log: {log}"))
            if self.fruitless >= FRUITLESS:
                lines = last_lines(log) or ["nothing was written"]
                self._trouble = ClusterError(
                    "jobs end before their worker is there",
                    where=f"{self.where}, {told}",
                    found="\n".join([f"at the end of {log or self.logs}:", *lines]),
                    todo="mend the cluster file; `galdask cluster show` prints the job script",
                )

    def _fill(self) -> None:
        if self.wanted is not None:
            self.cluster.sync(self._submit)

    async def _submit(self) -> None:
        """Bring the number of jobs to what is wanted (in the cluster's event loop)."""
        assert self.wanted is not None
        cluster = self.cluster
        for _ in range(self.wanted - len(cluster.worker_spec)):
            # a name is never used twice: the scheduler may not know yet that its first bearer is gone
            cluster.worker_spec[f"{cluster.name}-{self._number}"] = cluster.new_spec
            self._number += 1
        try:
            await cluster
        finally:
            await self._drop([name for name, job in cluster.workers.items() if job.job_id is None])
            self.submitted += [
                str(job.job_id) for job in cluster.workers.values() if str(job.job_id) not in self.submitted
            ]

    async def _drop(self, names: Iterable[str]) -> None:
        """Forget jobs that are gone (in the cluster's event loop)."""
        from distributed.deploy.spec import ProcessInterface

        for name in list(names):
            self.cluster.worker_spec.pop(name, None)
            job = self.cluster.workers.pop(name, None)
            if job is not None:
                await ProcessInterface.close(job)


def _refusal(text: str) -> str:
    """Return what the queue's command wrote, out of dask-jobqueue's account of it."""
    tail = text.partition("stderr:")[2].strip()
    return "; ".join(line.strip() for line in tail.splitlines() if line.strip()) or text.strip()
