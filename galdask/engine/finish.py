"""Finishing reductions from their states: small ones together, those of many stars divided among workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from galdask.engine import cache, tasks
from galdask.engine.executor import Executor
from galdask.engine.plan import Work
from galdask.events import Share

#: tasks of a step for each worker thread, at most: what is small shares a task
BATCHES = 10
#: bytes of states from which on the work on one table may be divided; replicas of a share, at least
WORTH, REPLICAS = 64 << 20, 16

#: for each request and partition: where the state is, as (pack, key in it)
Where = dict[str, list[tuple[Path, str]]]


def finish(job: tasks.Job, where: Where, work: Work, executor: Executor, scratch: Path) -> int:
    """Finish every reduction of a job; those that take longest begin first.

    Parameters
    ----------
    job : Job
        Recipe and requests.
    where : dict
        Where the states of each request are.
    work : Work
        Names and places of the finished tables.
    executor : Executor
        Where tasks run.
    scratch : path
        Folder for the shares of tables whose replicas are drawn by several tasks.

    Returns
    -------
    int
        Peak memory of a process that ran a task, bytes.
    """
    slow = [key for key, (_, reduction) in job.requests.items() if getattr(reduction, "replicas", 0) > 0]
    slow.sort(key=lambda key: -job.requests[key][1].replicas)
    shares = divided(job, where, slow, executor.workers)
    groups, joins = [], []
    for key in slow:
        whole, n = _task(key, where, work), shares[key]
        if n == 1:
            groups.append([whole])
        else:
            pieces = [replace(whole, share=(k, n), table=scratch / f"{whole.key}-{k}-{n}") for k in range(n)]
            groups += [[piece] for piece in pieces]
            joins.append(tasks.JoinTask(key, [piece.table for piece in pieces], whole.table, whole.key))
    rest = [_task(key, where, work) for key in job.requests if key not in shares]
    size = max(1, -(-len(rest) // (BATCHES * executor.workers)))
    groups += [rest[i : i + size] for i in range(0, len(rest), size)]
    labels = [", ".join(_words(job, task) for task in group) for group in groups]
    parts = [Share(parts=len(group)) for group in groups]
    run, unit = executor.run, "reductions"
    found = list(
        run(tasks.finish, groups, step="finish states", labels=labels, shared=job, shares=parts, unit=unit)
    )
    if joins:
        found += run(tasks.join, joins, step="join shares", shared=job, unit=unit)
    return max((peak for _, peak in found), default=0)


def divided(job: tasks.Job, where: Where, slow: Sequence[str], workers: int) -> Mapping[str, int]:
    """Return in how many shares the replicas of each reduction are drawn: 1 where others fill the time.

    Every share reads and merges the states anew, so that a table is divided only if it would be waited for.
    """
    shares = dict.fromkeys(slow, 1)
    if workers == 1:
        return shares
    sizes = dict.fromkeys(slow, 0)
    for part in range(max((len(where[key]) for key in slow), default=0)):  # a pack's index is read once
        for key in slow:
            if part < len(where[key]):
                pack, name = where[key][part]
                sizes[key] += cache.pack_bytes(pack, [name])
    fair = max(1, sum(sizes.values()) // (2 * workers))
    for key, size in sizes.items():
        reduction = job.requests[key][1]
        if size >= WORTH and hasattr(reduction, "joined"):
            shares[key] = max(1, min(-(-size // fair), reduction.replicas // REPLICAS))
    return shares


def _task(key: str, where: Where, work: Work) -> tasks.FinishTask:
    name = work.tables[key]
    return tasks.FinishTask(key, where[key], work.home.table_path(name), name)


def _words(job: tasks.Job, task: tasks.FinishTask) -> str:
    """Return what is finished, for people."""
    sample, reduction = job.requests[task.request]
    quantity, (k, n) = getattr(reduction, "quantity", ""), task.share
    part = f", share {k + 1} of {n}" if n > 1 else ""
    return f"{reduction.kind} of {sample}" + (f" {quantity}" if quantity else "") + part
