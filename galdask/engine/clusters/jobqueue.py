"""Workers as jobs of a batch queue: Slurm and PBS, through dask-jobqueue."""

from __future__ import annotations

import contextlib
import math
import os
import re
import shlex
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import events
from galdask.engine import stop, waiting
from galdask.engine.clusters import common, queues
from galdask.engine.clusters.jobs import Jobs
from galdask.errors import ClusterError, ConfigError

if TYPE_CHECKING:
    from distributed import Client

    from galdask.engine.cluster import ClusterConfig

#: seconds between two lines on jobs that wait; that a started job may take until its worker is there
TELL, COMING = 30.0, 60.0
#: seconds that a run waits for a first job, unless the file says otherwise
LIMIT = 12 * 3600.0
#: seconds after which a worker without a scheduler ends, and its job with it
DEATH = 60.0
#: level of Dask's own messages: what there is to say, we say
SILENT = 60
#: keys of the file that are not dask-jobqueue's
_OURS = frozenset(
    {"n_workers", "adapt", "dashboard_address", "environment", "security", "start_timeout", "distributed"}
    | {"lifetime", "lifetime_stagger", "name"}
)
#: what a name, and a word on a command line, may hold; $NAME is for the job's shell to fill in
_NAME = re.compile(r"[\w.@:+,/=%-]+\Z", re.ASCII)
_WORD = re.compile(r"(?:[\w.@:+,/=%~\[\]-]|\$\w+|\$\{\w+\})+\Z", re.ASCII)
_LINE = re.compile(r"[^\x00-\x1f\x7f`]*\Z")
_CHECKED: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(("job_name", "queue", "account", "walltime", "job_mem", "interface", "protocol"), _NAME),
    **dict.fromkeys(("worker_command", "shared_temp_directory", "local_directory", "python"), _WORD),
    "log_directory": _NAME,
    "worker_extra_args": _WORD,
    "resource_spec": _LINE,
    "job_extra_directives": _LINE,
    "shebang": re.compile(r"#![\w./ =-]+\Z", re.ASCII),
}


def start(chosen: ClusterConfig, listen: events.Listener, closing: contextlib.ExitStack) -> Client:
    """Submit jobs that are workers, wait for the first and return a client of them.

    Raises
    ------
    ConfigError
        If the file holds what must not stand in a job script.
    ClusterError
        If jobs cannot be submitted, none starts in time, or they end at once.
    """
    where = f"cluster {chosen.name!r}"
    package()
    queue = queues.QUEUES[chosen.kind]
    queues.require(queue, where)
    options = effective(chosen)
    _reachable(options, where)
    import dask
    from distributed import Client

    started: list[Jobs] = []
    logs = _logs(options, closing, started)
    closing.enter_context(dask.config.set(_configuration(options)))
    submitted: list[str] = []  # whatever happens: none of these stays in the queue
    closing.callback(lambda: queue.cancel(list((queue.standings(submitted) or {}) if submitted else ())))
    closing.enter_context(stop.at_second(lambda: queue.cancel(submitted)))
    try:
        cluster = _cluster(chosen, options, logs)
        closing.callback(_forget, cluster)
        closing.enter_context(cluster)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise ClusterError(
            "the cluster could not be started", where=where, found=f"{type(error).__name__}: {error}"
        ) from error
    common.warn_if_open(str(cluster.scheduler_address), options, listen)
    jobs = Jobs(
        cluster,
        queue,
        None if "adapt" in options else math.ceil(options["n_workers"] / options["processes"]),
        where=where,
        logs=logs,
        limit=common.seconds(options, "start_timeout", LIMIT),
        listen=listen,
    )
    jobs.submitted = submitted
    started.append(jobs)
    closing.callback(jobs.close)
    client = closing.enter_context(Client(cluster, timeout=60))
    waiting.register(client, jobs)
    if "adapt" in options:
        cluster.adapt(**options["adapt"])
    number = jobs.wanted or "as many as there is work for"
    listen(events.Event("cluster", text=f"jobs submitted to {chosen.kind}: {number}"))
    jobs.submit()
    if jobs.wanted or options["adapt"].get("minimum", 0):
        _wait(jobs, listen)
    return client


def show(chosen: ClusterConfig) -> str:
    """Return the job script of one job; nothing is submitted.

    Raises
    ------
    ConfigError
        If the file holds what must not stand in a job script.
    ClusterError
        If dask-jobqueue is not installed.
    """
    package()
    options = effective(chosen)
    names = _keywords(options)
    logs = names.get("log_directory")
    with tempfile.TemporaryDirectory() as folder:  # dask-jobqueue makes the folder of the logs
        job = _job_class(chosen.kind)(
            f"{'tls' if options.get('security') else 'tcp'}://SCHEDULER:PORT",
            name="NAME",
            **{**names, "log_directory": folder},
        )
        script = str(job.job_script())
    script = script.replace(folder, logs or "LOGS").rstrip()
    if options.get("security"):
        script += (
            "\n# the command ends with the files of TLS: --tls-ca-file FILE --tls-cert FILE --tls-key FILE"
        )
    return script


def package() -> Any:
    """Return dask-jobqueue, without the handler of Ctrl-C that it installs when it is imported.

    Raises
    ------
    ClusterError
        If it is not installed, or is to be imported first in a thread.
    """
    before = signal.getsignal(signal.SIGINT)
    try:
        return common.needs("dask_jobqueue", "jobqueue")
    except ValueError as error:  # handlers are set by the main thread alone
        raise ClusterError(
            "dask-jobqueue can be imported by the main thread alone",
            found=error,
            todo="put `import dask_jobqueue` at the top of your program",
        ) from error
    finally:
        if before is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)


def effective(chosen: ClusterConfig) -> dict[str, Any]:
    """Return the options of a cluster above those of this site's own configuration of dask-jobqueue.

    Raises
    ------
    ConfigError
        If a value holds characters of the shell, or more than one line.
    """
    import dask

    package()  # brings its defaults
    site = {key.replace("-", "_"): value for key, value in dask.config.get(f"jobqueue.{chosen.kind}").items()}
    options = {key: value for key, value in site.items() if value not in (None, [], {})} | chosen.options
    if said := options.get("log_directory"):
        options["log_directory"] = str(Path(os.path.expandvars(said)).expanduser().absolute())
    where = f"cluster {chosen.name!r}"
    for key, pattern in _CHECKED.items():
        said = options.get(key, [])
        for value in said if isinstance(said, (list, tuple)) else [said]:
            words = str(value).split(" ") if key == "worker_extra_args" else [str(value)]
            if not all(pattern.match(word) for word in words):
                raise ConfigError(
                    f"{key!r} holds characters that must not stand in a job script",
                    where=where,
                    expected="letters, digits and . _ - + , : / = @ %",
                    found=repr(value),
                    todo="commands for the shell of the job stand in job_script_prologue",
                )
    return options


def _keywords(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options as dask-jobqueue names them, with what every worker of ours needs."""
    known = {key for key in options if key not in _OURS and key not in ("scheduler_options", "silence_logs")}
    names = {key: options[key] for key in known}
    exports = [f"export {key}={shlex.quote(value)}" for key, value in common.environment(options).items()]
    names["job_script_prologue"] = [*options.get("job_script_prologue", []), *exports]
    # a worker serves its health by HTTP; that needs no other machine
    quiet = ["--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
    said = [str(word) for word in options.get("worker_extra_args", [])]
    names["worker_extra_args"] = [*common.worker_arguments(options), *quiet, *said]
    names["death_timeout"] = int(common.seconds(options, "death_timeout", DEATH))
    for key in ("shared_temp_directory", "job_directives_skip"):
        if not names.get(key):
            names.pop(key, None)
    return names


def _job_class(kind: str) -> Any:
    """Return the class of a job: dask-jobqueue's, out of reach of the terminal's Ctrl-C."""
    from dask_jobqueue.pbs import PBSJob
    from dask_jobqueue.slurm import SLURMJob
    from distributed.deploy.spec import ProcessInterface

    class Job({"slurm": SLURMJob, "pbs": PBSJob}[kind]):  # type: ignore[misc]
        @staticmethod
        async def _call(cmd: list[str], **options: Any) -> str:
            return str(await SLURMJob._call(cmd, start_new_session=True, **options))

        async def close(self) -> None:
            await super().close()
            await ProcessInterface.close(self)

    return Job


def _cluster(chosen: ClusterConfig, options: Mapping[str, Any], logs: Path) -> Any:
    from dask_jobqueue import PBSCluster, SLURMCluster

    names = _keywords(options)
    names["log_directory"] = str(logs)
    security = common.tls(options, f"cluster {chosen.name!r}")
    if security is not None:
        names.setdefault("shared_temp_directory", str(logs))  # certificates made for this run alone
    return {"slurm": SLURMCluster, "pbs": PBSCluster}[chosen.kind](
        n_workers=0,
        job_cls=_job_class(chosen.kind),
        security=security,
        silence_logs=options.get("silence_logs", SILENT),
        scheduler_options={**options.get("scheduler_options", {}), **common.scheduler_dashboard(options)},
        **names,
    )


def _configuration(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Dask's configuration gets in this process."""
    # the queue knows whether a job has ended; a worker that is silent for a while is not given up for that
    found = common.scheduler_settings(options)
    if common.is_loopback(options.get("dashboard_address") or "127.0.0.1"):
        found["distributed.dashboard.link"] = "{scheme}://127.0.0.1:{port}/status"
    return found


def _forget(cluster: Any) -> None:
    """Remove the certificates that dask-jobqueue wrote for the workers."""
    for name, file in list(vars(cluster).items()):
        if name.startswith("_job_") and hasattr(file, "close"):
            file.close()


def _reachable(options: Mapping[str, Any], where: str) -> None:
    """Refuse to guess on which network the scheduler is to listen."""
    import psutil

    here = {
        name: next((a.address for a in addresses if a.family.name == "AF_INET"), None)
        for name, addresses in psutil.net_if_addrs().items()
    }
    choice = ", ".join(f"{name} ({address})" for name, address in here.items() if address)
    inner = options.get("scheduler_options", {})
    wanted = inner.get("interface", options.get("interface"))
    if wanted is None and "host" not in inner:
        raise ClusterError(
            "the cluster file does not say on which network the workers reach this machine",
            where=where,
            found=choice,
            todo="add `interface: NAME` of the network between login node and compute nodes",
        )
    if wanted is not None and not here.get(wanted):
        raise ClusterError(
            f"this machine has no network interface {wanted!r}", where=where, expected=choice, found=wanted
        )


def _logs(options: Mapping[str, Any], closing: contextlib.ExitStack, started: Sequence[Jobs]) -> Path:
    """Return the folder of the jobs' logs: the file's, or one that goes if every job was of use."""
    if said := options.get("log_directory"):
        folder = Path(said)
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    above = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "galdask" / "jobs"
    above.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=time.strftime("%Y%m%d-%H%M%S-"), dir=above))

    def tidy() -> None:
        if any(jobs.useless for jobs in started):
            return
        for _ in range(20):  # a job that is being cancelled may write its last lines meanwhile
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                return
            time.sleep(0.1)

    closing.callback(tidy)
    return folder


def _wait(jobs: Jobs, listen: events.Listener) -> None:
    """Wait for the first worker, and for those whose jobs have started, too."""
    begun = told = time.monotonic()
    first: float | None = None
    while True:
        stop.check()
        now = time.monotonic()
        if jobs.workers():
            first = now if first is None else first
            if now - first > COMING or (jobs.wanted == jobs.workers()) or not jobs.starting():
                listen(events.Event("cluster", text=jobs.words()))
                return
        else:
            jobs.check()
        if now - begun > jobs.limit and not jobs.workers():
            raise ClusterError(
                "no job has started",
                where=jobs.where,
                expected=f"a worker within {jobs.limit:.0f} s (start_timeout)",
                found=jobs.words(),
                todo="ask for less, or another queue; or allow more time with start_timeout",
            )
        if now - told >= TELL:
            told = now
            listen(events.Event("cluster", text=f"{jobs.words()}; {now - begun:.0f} s so far"))
        time.sleep(0.2)
