"""What a cluster file may say: the keys of each kind, in Dask's and dask-jobqueue's own names.

Keys are written with dashes or underscores. The block of a site's `jobqueue.yaml` may stand as it is, under
`jobqueue:`, or its keys may stand beside the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from galdask.config import Section
from galdask.errors import ConfigError

Reader = Callable[[Section, str], Any]

#: kinds whose workers are jobs of a batch system
BATCH = ("slurm", "pbs")
KINDS = ("inline", "local", "ssh", *BATCH, "kubernetes", "address")
#: where a dashboard listens unless the file says otherwise: this machine alone can open it
DASHBOARD = "127.0.0.1:8787"

_DURATION = re.compile(r"\s*\d+(\.\d*)?\s*(ms|s|sec|seconds?|m|min|minutes?|h|hr|hours?|d|days?)?\s*\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def text(section: Section, key: str) -> str:
    """Take a text of one line."""
    value = section.text(key)
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        raise section.fail(key, f"{key!r} must be one line", found=repr(value))
    return str(value)


def whole(low: int, high: int = 1_000_000) -> Reader:
    """Return a reader of whole numbers within [low, high]."""
    return lambda section, key: section.whole(key, low=low, high=high)


def flag(section: Section, key: str) -> bool:
    """Take true or false."""
    return bool(section.flag(key))


def texts(section: Section, key: str) -> list[str]:
    """Take a list of texts; a single text is a list of one."""
    value = section.value(key)
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not all(isinstance(one, (str, int, float)) for one in value):
        raise section.fail(key, f"{key!r} has the wrong type", expected="a list of texts", found=repr(value))
    return [str(one) for one in value]


def mapping(section: Section, key: str) -> dict[str, Any]:
    """Take a mapping as it stands."""
    value = section.value(key)
    if not isinstance(value, dict):
        raise section.fail(key, f"{key!r} has the wrong type", expected="a mapping", found=repr(value))
    return value


def keywords(section: Section, key: str) -> dict[str, Any]:
    """Take a mapping whose keys are names of Python: dashes become underscores."""
    return {name.replace("-", "_"): value for name, value in mapping(section, key).items()}


def duration(section: Section, key: str) -> str:
    """Take seconds, or a text such as "30 min"."""
    value = section.value(key)
    if isinstance(value, bool) or not _DURATION.match(str(value)):
        raise section.fail(
            key, f"{key!r} is not a time", expected='seconds, or such as "30 min", "1 h"', found=repr(value)
        )
    return str(value)


def memory(section: Section, key: str) -> Any:
    """Take a size: bytes, a share of the machine's, or a text such as "4GiB"."""
    value = section.value(key)
    if isinstance(value, (bool, list, dict)):
        raise section.fail(key, f"{key!r} is not a size", expected='such as "4GiB"', found=repr(value))
    return value


def environment(section: Section, key: str) -> dict[str, str]:
    """Take variables of the workers' environment."""
    found = {}
    for name, value in mapping(section, key).items():
        if not _VARIABLE.match(name) or isinstance(value, (list, dict)) or "\n" in str(value):
            raise section.fail(key, "this is not a variable of an environment", found=f"{name}: {value!r}")
        found[name] = "" if value is None else str(value)
    return found


def dashboard(section: Section, key: str) -> str:
    """Take an address "host:port"; a port alone means this machine, never every interface."""
    return address_of(section.value(key), lambda **said: section.fail(key, **said))


def address_of(value: Any, fail: Callable[..., ConfigError]) -> str:
    """Return a dashboard's address with its host."""
    host, _, port = str(value).rpartition(":")
    host = host.removeprefix("http://")
    if isinstance(value, (bool, list, dict)) or not port.isdigit() or int(port) > 65535 or "/" in host:
        raise fail(
            what="this is not an address of a dashboard",
            expected="host:port, such as 127.0.0.1:8787; null for no dashboard",
            found=repr(value),
        )
    return f"{host or '127.0.0.1'}:{port}"


#: work a worker above which an adaptive cluster asks for more: few tasks are sent ahead, so it is little
TARGET = "500 ms"
#: seconds (Dask asks once a second) that a worker stays without work: steps of a run have pauses
IDLE = 60
_PACE: Mapping[str, Reader] = {"interval": duration, "wait_count": whole(1), "target_duration": duration}


def adapt(*more: str, pace: bool = True) -> Reader:
    """Return a reader of the bounds of an adaptive cluster.

    Parameters
    ----------
    more : str
        Names of bounds beside minimum and maximum.
    pace : bool
        Whether the kind lets the file say how fast it adapts.
    """

    def read_bounds(section: Section, key: str) -> dict[str, Any]:
        inner = section.section(key)
        bounds = {name: whole(int("max" in name)) for name in ("minimum", "maximum", *more)}
        found = _take(inner, {**bounds, **(_PACE if pace else {})})
        inner.done()
        if not any("max" in name for name in found):
            raise inner.fail(None, "an adaptive cluster needs its largest size", todo="add maximum")
        for low, high in (("minimum", "maximum"), ("minimum_jobs", "maximum_jobs")):
            if found.get(low, 0) > found.get(high, 10**9):
                raise inner.fail(low, f"{low} is above {high}", found=f"{found[low]} > {found[high]}")
        return {"target_duration": TARGET, "wait_count": IDLE, **found} if pace else found

    return read_bounds


#: names of Dask's configuration under distributed.comm.tls, and of its class Security
_ROLES = [f"tls_{role}_{part}" for role in ("client", "scheduler", "worker") for part in ("cert", "key")]
TLS = ("tls_ca_file", "tls_cert", "tls_key", "tls_ciphers", *_ROLES)


def security(section: Section, key: str) -> dict[str, str] | bool:
    """Take the files of certificates; true lets Dask make certificates for this cluster alone.

    Names of files are taken from the folder of the cluster file.
    """
    if isinstance(section.value(key), bool):
        return bool(section.flag(key))
    inner = section.section(key)
    found: dict[str, str] = _take(inner, dict.fromkeys(TLS, text))
    inner.done()
    if "tls_ca_file" not in found:
        raise inner.fail(None, "TLS needs the certificate of who signed", todo="add tls_ca_file")
    folder = Path(inner.file).parent
    return {
        name: value if name == "tls_ciphers" else str(folder.joinpath(Path(value).expanduser()).absolute())
        for name, value in found.items()
    }


def resources(section: Section, key: str) -> dict[str, dict[str, Any]]:
    """Take what a pod asks for: requests and limits."""
    inner = section.section(key)
    found: dict[str, dict[str, Any]] = _take(inner, {"requests": mapping, "limits": mapping})
    inner.done()
    return found


COMMON: Mapping[str, Reader] = {
    "dashboard_address": dashboard,
    "local_directory": text,
    "lifetime": duration,
    "lifetime_stagger": duration,
    "environment": environment,
    "security": security,
    "start_timeout": duration,
    "distributed": mapping,
}
SIZE: Mapping[str, Reader] = {"n_workers": whole(1, 100_000), "adapt": adapt()}
JOBS: Mapping[str, Reader] = {
    **SIZE,
    "adapt": adapt("minimum_jobs", "maximum_jobs"),
    "cores": whole(1),
    "memory": memory,
    "processes": whole(1),
    "python": text,
    "interface": text,
    "death_timeout": duration,
    "shared_temp_directory": text,
    "worker_command": text,
    "worker_extra_args": texts,
    "shebang": text,
    "queue": text,
    "account": text,
    "walltime": text,
    "job_name": text,
    "job_script_prologue": texts,
    "job_extra_directives": texts,
    "job_directives_skip": texts,
    "log_directory": text,
    "protocol": text,
    "nanny": flag,
    "silence_logs": text,
    "scheduler_options": keywords,
}
KEYS: Mapping[str, Mapping[str, Reader]] = {
    "inline": {"threads": whole(1, 1024)},
    "local": {
        **COMMON,
        **SIZE,
        "threads_per_worker": whole(1, 1024),
        "memory_limit": memory,
    },
    "ssh": {
        **COMMON,
        "hosts": texts,
        "connect_options": lambda s, k: s.value(k),
        "worker_options": keywords,
        "scheduler_options": keywords,
        "remote_python": lambda s, k: s.value(k),
    },
    "slurm": {**COMMON, **JOBS, "job_cpu": whole(1), "job_mem": text},
    "pbs": {**COMMON, **JOBS, "resource_spec": text},
    "kubernetes": {
        **{key: reader for key, reader in COMMON.items() if key != "security"},
        **SIZE,
        "adapt": adapt(pace=False),
        "namespace": text,
        "image": text,
        "resources": resources,
        "env": environment,
        "worker_command": texts,
        "volumes": lambda s, k: s.list(k),
        "volume_mounts": lambda s, k: s.list(k),
        "scheduler_service_type": text,
        "idle_timeout": whole(0),
        "custom_cluster_spec": mapping,
    },
    "address": {
        "address": text,
        "scheduler_file": text,
        "n_workers": whole(1, 100_000),
        "security": security,
        "start_timeout": duration,
    },
}
#: older names in a site's file -> those of today
RENAMED = {
    "project": "account",
    "extra": "worker_extra_args",
    "env_extra": "job_script_prologue",
    "header_skip": "job_directives_skip",
    "job_extra": "job_extra_directives",
}
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "inline": {"threads": 1},
    "local": {
        "threads_per_worker": 1,
        "memory_limit": "auto",
        "dashboard_address": DASHBOARD,
        "local_directory": None,
    },
    "ssh": {"dashboard_address": DASHBOARD},
    "slurm": {"dashboard_address": DASHBOARD, "processes": 1, "job_name": "galdask"},
    "pbs": {"dashboard_address": DASHBOARD, "processes": 1, "job_name": "galdask"},
    "kubernetes": {"dashboard_address": DASHBOARD, "namespace": "default"},
    "address": {"n_workers": 1},
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "ssh": ("hosts",),
    "slurm": ("cores", "memory"),
    "pbs": ("cores", "memory"),
}


def read(section: Section) -> tuple[str, dict[str, Any]]:
    """Return kind and options of a cluster file.

    Options have underscores in their names. ``dashboard_address`` is None for no dashboard; what is not
    given and has no default is absent.

    Raises
    ------
    ConfigError
        If a key is unknown, missing, stands twice or has a value that it cannot have: with file and line.
    """
    kind = str(section.text("type", choices=KINDS))
    options = dict(DEFAULTS.get(kind, {}))
    if kind in BATCH and "jobqueue" in section:
        options |= _pasted(section.section("jobqueue"), kind)
    options |= _take(section, KEYS[kind], RENAMED if kind in BATCH else {})
    section.done()
    _inside(section, options)
    for key in NEEDED.get(kind, ()):
        if key not in options:
            raise section.fail(
                "type", f"the key {key!r} is missing", todo=f"a cluster of type {kind} needs it"
            )
    if kind == "kubernetes" and not {"image", "custom_cluster_spec"} & set(options):
        raise section.fail("type", "the key 'image' is missing", todo="add it, or custom_cluster_spec")
    if "n_workers" in KEYS[kind] and not {"n_workers", "adapt"} & set(options):
        raise section.fail("type", "the key 'n_workers' is missing", todo="add n_workers, or adapt")
    if kind == "address" and ("address" in options) == ("scheduler_file" in options):
        raise section.fail("type", "one of address and scheduler_file says where the scheduler is")
    return kind, options


def _pasted(section: Section, kind: str) -> dict[str, Any]:
    """Return what a site's block `jobqueue:` says of this kind; its other blocks are for other systems."""
    for other in section:
        if other != kind:
            section.value(other)
    inner = section.section(kind)
    section.done()
    found = _take(inner, {**KEYS[kind], "name": text}, RENAMED)
    inner.done()
    if "name" in found:
        found.setdefault("job_name", found.pop("name"))
    return found


def _take(section: Section, readers: Mapping[str, Reader], renamed: Mapping[str, str] = {}) -> dict[str, Any]:
    """Take all known keys, under either spelling; null stands for what is not given."""
    found: dict[str, Any] = {}
    spelled: dict[str, str] = {}
    for written in section:
        plain = written.replace("-", "_")
        name = renamed.get(plain, plain)
        if name not in readers:
            continue
        if section.value(written) is None:
            if name == "dashboard_address":
                found[name] = None
            continue
        if name in spelled:
            raise section.fail(written, f"{spelled[name]!r} and {written!r} mean the same", todo="keep one")
        spelled[name] = written
        found[name] = readers[name](section, written)
    for name in readers:
        section.value(name, None)
    return found


def _inside(section: Section, options: dict[str, Any]) -> None:
    """Bring the dashboard's address out of the scheduler's options, where dask-jobqueue has it."""
    inner = options.get("scheduler_options", {})
    if "dashboard_address" in inner:
        value = inner.pop("dashboard_address")
        if "dashboard_address" not in section and "dashboard-address" not in section:
            options["dashboard_address"] = None if value is None else address_of(value, ConfigError)
