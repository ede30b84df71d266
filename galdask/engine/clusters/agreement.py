"""Do client and workers have the same code? What results depend on must be equal, or a run does not begin."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from galdask import events, provenance
from galdask.engine.clusters.common import few
from galdask.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client

#: what must be equal everywhere: how tasks travel, and the libraries whose numbers enter results
MUST = ("galdask", "dask", "distributed", "numpy", "scipy", "numba", "astropy", "galpy", "pyarrow")
#: seconds in which every worker must have answered
ANSWER = 60.0


def identity() -> dict[str, Any]:
    """Return who this process is: its versions and CPU features (runs on workers)."""
    return {"versions": provenance.versions(), "cpu": provenance.cpu_features()}


def differing(here: Mapping[str, str], there: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """Return a text for each version that is not the same; of Python, the first two numbers count."""
    found = [f"{n} {there.get(n)}, here {here.get(n)}" for n in names if here.get(n) != there.get(n)]
    ours, theirs = (one.get("python", "?").rsplit(".", 1)[0] for one in (here, there))
    return found + ([f"python {theirs}, here {ours}"] if ours != theirs else [])


@functools.cache
def own() -> dict[str, str]:
    """Return the versions of this process that must be equal everywhere."""
    versions = provenance.versions()
    return {name: versions[name] for name in (*MUST, "python") if name in versions}


def agreeing(here: Mapping[str, str], function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function if this process has the client's versions: a worker may have come after the start.

    Raises
    ------
    ClusterError
        If it has others.
    """
    if wrong := differing(here, own(), MUST):
        raise ClusterError(
            "a worker that came later has other versions than the client: its results could be others",
            found="; ".join(wrong),
            todo="end it, or start it from the same environment; the same command goes on",
        )
    return function(*arguments)


def scheduler_versions(client: Client) -> dict[str, str]:
    """Return the versions of the scheduler; what it reads of a task it must be able to load.

    Raises
    ------
    ClusterError
        If it cannot load galdask.
    """
    try:
        said: dict[str, Any] = client.run_on_scheduler(identity)
    except Exception as error:  # Dask hands over whatever went wrong there
        raise _unable("the scheduler", scheduler_address(client), error) from error
    return dict(said["versions"])


def scheduler_address(client: Client) -> str:
    """Return where the scheduler of a client is."""
    return str(client.scheduler.address) if client.scheduler else "?"


def _unable(who: str, where: str, error: BaseException) -> ClusterError:
    return ClusterError(
        f"{who} cannot load galdask",
        where=where,
        found=error,
        todo="start scheduler and workers from an environment with galdask, the same version as here",
    )


def ask(client: Client, function: Any, *words: Any) -> dict[str, Any]:
    """Return each worker's answer to a function of a module, by its address; an exception is an answer.

    Raises
    ------
    ClusterError
        If a worker is silent.
    """
    try:
        answers = client.sync(client._run, function, *words, on_error="return", callback_timeout=ANSWER)
    except (TimeoutError, OSError) as error:
        raise ClusterError(
            "a worker does not answer",
            expected=f"an answer within {ANSWER:.0f} s",
            found=", ".join(client.nthreads()) or "no worker",
            todo="look at its log; end it, and start another",
        ) from error
    return dict(sorted(answers.items()))


def require_agreement(client: Client, listen: events.Listener = events.silent) -> None:
    """Check that scheduler and workers have what this process has.

    Different CPU features are told, not refused: last bits may differ.

    Raises
    ------
    ClusterError
        If a worker cannot load galdask, or a version that enters results is another.
    """
    here = provenance.versions()
    if wrong := differing(here, scheduler_versions(client), ("galdask", "dask", "distributed")):
        raise ClusterError(
            "the scheduler has other versions than this process",
            where=scheduler_address(client),
            found="; ".join(wrong),
            todo="start it from the same environment",
        )
    answers = ask(client, identity)
    for address, answer in answers.items():
        if isinstance(answer, BaseException):
            raise _unable("a worker", f"worker {address}", answer)
        if wrong := differing(here, answer["versions"], MUST):
            raise ClusterError(
                "a worker has other versions than this process: its results could be others",
                where=f"worker {address}",
                found="; ".join(wrong),
                todo="start the workers from the same environment",
            )
    if text := mixed({address: answer["cpu"] for address, answer in answers.items()}):
        listen(events.Event("cluster", text=f"warning: {text}"))


def mixed(features: Mapping[str, Iterable[str]]) -> str:
    """Return a sentence on workers with other CPU features than this process; empty if all are equal."""
    ours = set(provenance.cpu_features())
    others = {address: set(one) for address, one in features.items() if set(one) != ours}
    if not others:
        return ""
    address, theirs = next(iter(others.items()))
    missing, more = sorted(ours - theirs), sorted(theirs - ours)
    parts = [f"lacks {few(missing)}"] if missing else []
    parts += [f"has {few(more)} beside"] if more else []
    return (
        f"{len(others)} of {len(features)} workers have other CPU features than this process ({address} "
        f"{' and '.join(parts)}): last bits of results may differ; ask for nodes of one kind"
    )
