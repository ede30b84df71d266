"""Resident shards on Dask workers: one actor a worker, and a supervisor that outlives the workers.

Dask does not bring back an actor whose worker died, and a call to it may fail or never return. Here every
call belongs to a worker; when that worker is gone, its shards are loaded by the others, or by the one that
was started in its place, and what they had not answered is asked again.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from distributed import Client, Future

from galdask import events
from galdask.engine import stop
from galdask.engine.residents import Holder, Load
from galdask.errors import ClusterError

#: seconds between two looks at a round in progress, and at the list of workers; that a new actor may take
_POLL, _LOOK, _BORN = 0.1, 1.0, 20.0
#: seconds that the scheduler may take to tell its workers
_ANSWER = 60.0
#: times that a shard may lose its worker within one round
_LOSSES = 4
#: waits for workers: (time of the last one, step) -> that time, or an error
Wait = Callable[[float, str], float]
#: tells what has happened to workers and scheduler: step -> whether the connection was lost meanwhile
Hear = Callable[[str], bool]


class _Owner:
    """One worker: its actor, and which shards it holds."""

    def __init__(self, client: Client, address: str, threads: int, load: Load, step: str) -> None:
        self.client, self.address, self.threads = client, address, threads
        self.held: set[int] = set()
        self.born = time.monotonic()
        self.actor: Any = None
        self.future: Future = client.submit(
            Holder,
            load,
            threads,
            step,
            key=f"{step.replace(' ', '-')}-residents-{secrets.token_hex(8)}",
            actor=True,
            pure=False,
            workers=[address],
            allow_other_workers=False,
        )

    def lost(self, known: dict[str, int]) -> bool:
        """Whether the worker is gone, or what it held."""
        return self.address not in known or self.future.status in ("error", "lost", "cancelled")

    def ready(self) -> bool:
        """Whether the actor can be asked."""
        if self.actor is None and self.future.status == "finished":
            with contextlib.suppress(OSError, RuntimeError):
                actor = self.future.result(timeout=_POLL)
                # an actor binds to the newest client of its process, which may be another one
                actor._client, actor._future = self.client, self.future
                self.actor = actor
        return self.actor is not None


class _Call(NamedTuple):
    """What a worker was asked."""

    owner: _Owner
    numbers: tuple[int, ...]
    future: Any


class OnWorkers:
    """Shards in the memory of Dask workers.

    Parameters
    ----------
    client : distributed.Client
        An open client.
    load : callable
        ``load(shard)`` returns an object with a method ``answer(message)``; a function of a module.
    shards : sequence
        Small, picklable descriptions of the shards.
    step : str
        Name of the step, for progress and error messages.
    listen : callable
        Receives progress events.
    wait : callable
        Waits for workers when there is none, and gives up in the end.
    hear : callable
        Tells what has happened to workers and scheduler.
    """

    def __init__(
        self,
        client: Client,
        load: Load,
        shards: Sequence[Any],
        *,
        step: str,
        listen: events.Listener,
        wait: Wait,
        hear: Hear,
    ) -> None:
        self.client, self.step, self.listen = client, step, listen
        self._load, self._shards, self._wait, self._hear = load, list(shards), wait, hear
        self._owners: list[_Owner] = []
        self._known: dict[str, int] = {}
        self._looked = -_LOOK
        self._round(None, load_only=True)

    def round(self, message: Any) -> list[Any]:
        """Return one answer a shard; see `Residents.round`."""
        return self._round(message, load_only=False)

    def _round(self, message: Any, load_only: bool) -> list[Any]:
        answers: dict[int, Any] = {}
        flying: list[_Call] = []
        losses: Counter[int] = Counter()
        seen = time.monotonic()
        while len(answers) < len(self._shards):
            stop.check()
            self._hear(self.step)
            if self._stale():
                self._look()
                seen = time.monotonic() if self._owners else self._wait(seen, self.step)
            for call in [call for call in flying if call.future.done() or call.owner not in self._owners]:
                flying.remove(call)
                if not self._collect(call, answers):
                    self._count(losses, call.numbers)
            asked = {number for call in flying for number in call.numbers}
            missing = [n for n in range(len(self._shards)) if n not in answers and n not in asked]
            if missing:
                flying += self._send(message, missing, load_only)
            if len(answers) < len(self._shards):
                _pause(flying)
        return [answers[number] for number in range(len(self._shards))]

    def close(self) -> None:
        """Give the memory back."""
        for owner in self._owners:
            owner.future.release()
        self._owners.clear()

    def _stale(self) -> bool:
        gone = any(owner.lost(self._known) for owner in self._owners)
        return gone or not self._owners or time.monotonic() - self._looked > _LOOK

    def _look(self) -> None:
        """Find out which workers there are, and give every one its actor."""
        try:
            scheduler: Any = self.client.scheduler
            self._known = self.client.sync(scheduler.ncores, callback_timeout=_ANSWER)
            self._looked = time.monotonic()
        except OSError as error:
            raise ClusterError(
                "the scheduler of the cluster is gone",
                found=f"{type(error).__name__}: {error}",
                todo="start the cluster again; the same command resumes",
            ) from error
        lost = [owner for owner in self._owners if owner.lost(self._known)]
        for owner in lost:
            self._owners.remove(owner)
        homes = {owner.address for owner in self._owners}
        for address in sorted(self._known.keys() - homes):
            self._owners.append(_Owner(self.client, address, self._known[address], self._load, self.step))
        if count := sum(len(owner.held) for owner in lost):
            text = f"{len(lost)} of the workers died; {count} shards move to others"
            self.listen(events.Event(self.step, text=text))

    def _send(self, message: Any, missing: list[int], load_only: bool) -> list[_Call]:
        """Ask for what is missing: each shard where it is held, or where there is room."""
        able = [owner for owner in self._owners if owner.ready()]
        young = any(time.monotonic() - one.born < _BORN for one in self._owners if one not in able)
        if not able or (load_only and young):  # later ones get their share when they are ready
            return []
        sent = []
        for owner, mine in self._share(able, missing).items():
            # all are missing: nothing is on its way, and shards may leave the place where they are
            less = sorted(owner.held.difference(mine)) if len(missing) == len(self._shards) else []
            more = {n: self._shards[n] for n in mine if n not in owner.held}
            if mine or less:
                owner.held.update(more)
                owner.held.difference_update(less)
                try:
                    call = owner.actor.answer(message, () if load_only else mine, more, less)
                except RuntimeError:  # dask has just heard that its worker is gone
                    self._drop(owner)
                else:
                    sent.append(_Call(owner, tuple(mine), call))
        return sent

    def _share(self, able: list[_Owner], missing: list[int]) -> dict[_Owner, list[int]]:
        """Return which worker answers for which shards: as even as their threads are, moving few."""
        threads, whole = sum(owner.threads for owner in able), len(missing) == len(self._shards)
        home = {number: owner for owner in able for number in owner.held}
        mine: dict[_Owner, list[int]] = {owner: [] for owner in able}
        load = {owner: 0 if whole else len(owner.held) for owner in able}
        homeless = []
        for number in missing:
            owner = home.get(number)
            if owner is None or (whole and load[owner] >= -(-len(self._shards) * owner.threads // threads)):
                homeless.append(number)
            else:
                mine[owner].append(number)
                load[owner] += whole
        for number in homeless:
            owner = min(able, key=lambda one: (load[one] / one.threads, one.address))
            mine[owner].append(number)
            load[owner] += 1
        return mine

    def _collect(self, call: _Call, answers: dict[int, Any]) -> bool:
        """Take the answers of a call; return False if they are lost with their worker."""
        if not call.future.done():
            return False
        try:
            found = call.future.result()
        except (OSError, RuntimeError, KeyError):  # of the way to the actor: `Holder` returns its errors
            self._drop(call.owner)
            return False
        for _, _, error in found:
            if error is not None:
                call.owner.held.difference_update(call.numbers)
                raise error
        answers.update({number: answer for number, answer, _ in found} or dict.fromkeys(call.numbers))
        return True

    def _drop(self, owner: _Owner) -> None:
        """Forget an actor that cannot be reached; what it held moves when the workers are looked at."""
        if owner in self._owners:
            self._owners.remove(owner)
        owner.future.release()
        self._looked = -_LOOK

    def _count(self, losses: Counter[int], numbers: Sequence[int]) -> None:
        losses.update(numbers)
        for number in numbers:
            if losses[number] >= _LOSSES:
                raise ClusterError(
                    "workers died again and again while they held a shard",
                    where=f"{self.step}, shard {number}",
                    found=f"{losses[number]} workers lost in one round",
                    todo="give each worker more memory (memory_limit)",
                )


def _pause(flying: list[_Call]) -> None:
    """Wait for a first sign of what was asked."""
    if not flying:
        time.sleep(_POLL / 10)
        return
    with contextlib.suppress(Exception):  # looked at when it is collected
        flying[0].future.result(timeout=_POLL)
