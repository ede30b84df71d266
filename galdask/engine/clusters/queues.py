"""What a batch queue says of our jobs, asked of its own commands: Slurm and PBS."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from galdask.errors import ClusterError

#: seconds that a command of the queue may take: a busy one answers late
PATIENCE = 60.0
#: states of Slurm and PBS that mean: it will run later
_WAITS = frozenset(
    {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "SUSPENDED", "Q", "H", "W", "T", "S"}
)
#: states in which a job has ended, or is about to
_ENDED = frozenset({"COMPLETING", "C", "E", "F", "X"})


class Standing(NamedTuple):
    """How a job stands in the queue."""

    state: str
    """The queue's own word."""
    reason: str
    """Why it waits, in the queue's words; may be empty."""

    @property
    def waits(self) -> bool:
        """Whether it has not started."""
        return self.state in _WAITS


class Queue(Protocol):
    """The commands of one kind of queue."""

    commands: tuple[str, ...]

    def standings(self, jobs: Iterable[str]) -> dict[str, Standing] | None:
        """Return the jobs that the queue still holds; None if it did not answer."""
        ...

    def end(self, job: str) -> str:
        """Return how a job ended, in the queue's words; empty if it does not know."""
        ...

    def cancel(self, jobs: Sequence[str]) -> None:
        """Cancel jobs; those that are gone are no error."""
        ...

    def log(self, folder: Path, job: str) -> Path | None:
        """Return the file that holds what a job wrote, if there is one."""
        ...


class Slurm:
    """squeue, scancel and scontrol."""

    commands: tuple[str, ...] = ("sbatch", "squeue", "scancel")

    def standings(self, jobs: Iterable[str]) -> dict[str, Standing] | None:
        """Return the jobs that the queue still holds; None if it did not answer."""
        answer = _ask("squeue", "--noheader", f"--user={os.getuid()}", "--format=%i|%T|%r")
        return None if answer is None else _of(jobs, squeue(answer))

    def end(self, job: str) -> str:
        """Return how a job ended; Slurm forgets it after some minutes."""
        answer = _ask("scontrol", "--oneliner", "show", "job", job) or ""
        words = dict(word.split("=", 1) for word in answer.split() if "=" in word)
        told = [words.get("JobState", "").lower(), f"exit code {words['ExitCode']}" if words else ""]
        if (node := words.get("NodeList", "(null)")) not in ("(null)", ""):
            told.append(f"on {node}")
        return ", ".join(filter(None, told))

    def cancel(self, jobs: Sequence[str]) -> None:
        """Cancel jobs; those that are gone are no error."""
        if jobs:
            _ask("scancel", *jobs)

    def log(self, folder: Path, job: str) -> Path | None:
        """Return the file of a job's standard error."""
        return next(iter(sorted(folder.glob(f"*-{job}.err"))), None)


class Pbs:
    """qstat and qdel, of PBS Pro, OpenPBS and Torque."""

    commands: tuple[str, ...] = ("qsub", "qstat", "qdel")

    def standings(self, jobs: Iterable[str]) -> dict[str, Standing] | None:
        """Return the jobs that the queue still holds; None if it did not answer."""
        wanted = list(jobs)
        answer = _ask("qstat", "-f", *wanted, unknown=("Unknown Job", "has finished"))
        return None if answer is None else _of(wanted, qstat(answer))

    def end(self, job: str) -> str:
        """Return how a job ended, where the server keeps a history."""
        found = qstat(_ask("qstat", "-x", "-f", job) or "").get(job)
        return "" if found is None else found.reason

    def cancel(self, jobs: Sequence[str]) -> None:
        """Cancel jobs; those that are gone are no error."""
        if jobs:
            _ask("qdel", *jobs)

    def log(self, folder: Path, job: str) -> Path | None:
        """Return the file of a job's standard error: NAME.eJOB, or JOB.SERVER.ER."""
        named = [*folder.glob(f"*.e{job}"), *folder.glob(f"{job}.*ER")]
        return next(iter(sorted(named)), None)


QUEUES: dict[str, Queue] = {"slurm": Slurm(), "pbs": Pbs()}


def squeue(answer: str) -> dict[str, Standing]:
    """Read lines of ``squeue --format='%i|%T|%r'``."""
    found = {}
    for line in answer.splitlines():
        job, _, rest = line.strip().partition("|")
        state, _, reason = rest.partition("|")
        found[job] = Standing(state, "" if reason == "None" else reason)
    return found


def qstat(answer: str) -> dict[str, Standing]:
    """Read what ``qstat -f`` prints: a block for each job, long lines continued after a tab."""
    found = {}
    for block in re.split(r"^Job Id:\s*", answer.replace("\n\t", ""), flags=re.M)[1:]:
        job = re.match(r"\d+", block)
        words = dict(re.findall(r"^\s+(\w+) = (.*)$", block, flags=re.M))
        if job:
            found[job.group()] = Standing(words.get("job_state", ""), words.get("comment", ""))
    return found


def missing(queue: Queue) -> list[str]:
    """Return the commands of a queue that this machine lacks."""
    return [name for name in queue.commands if shutil.which(name) is None]


def require(queue: Queue, where: str) -> None:
    """Refuse to go on without the queue's commands.

    Raises
    ------
    ClusterError
        If one is not installed here.
    """
    if absent := missing(queue):
        raise ClusterError(
            "this machine cannot submit jobs",
            where=where,
            expected=", ".join(queue.commands),
            found=f"no command {', '.join(absent)}",
            todo="run galdask on a login node of the cluster; elsewhere take --cluster laptop",
        )


def last_lines(path: Path | None, number: int = 8) -> list[str]:
    """Return the last lines of a job's log."""
    if path is None:
        return []
    with contextlib.suppress(OSError), path.open(encoding="utf-8", errors="replace") as handle:
        return [line.rstrip() for line in deque(handle, number)]
    return []


def _of(jobs: Iterable[str], all_of_them: dict[str, Standing]) -> dict[str, Standing]:
    return {job: found for job in jobs if (found := all_of_them.get(job)) and found.state not in _ENDED}


def _ask(*command: str, unknown: tuple[str, ...] = ()) -> str | None:
    """Return what a command prints, or None if it failed for another reason than that a job is `unknown`."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, check=False, start_new_session=True
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    fine = done.returncode == 0 or any(words in done.stderr for words in unknown)
    return done.stdout if fine else None
