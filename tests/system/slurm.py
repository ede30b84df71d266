"""A real Slurm of two nodes on this machine: the one that runs, or one that is started for the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TOOLS = ROOT.parent / "shared" / "tools"
#: name of the jobs of these tests: others may use the queue, too
NAME = f"galdask-test-{os.getpid()}"
COMMANDS = ("sbatch", "squeue", "scancel", "sinfo")


def why_not() -> str:
    """Return why there can be no Slurm here; empty if there can."""
    if absent := [name for name in COMMANDS if shutil.which(name) is None]:
        return f"no command {', '.join(absent)} (Debian: slurm-wlm)"
    if answers():
        return ""
    if not (TOOLS / "slurm-up").is_file():
        return "no Slurm answers, and ../shared/tools/slurm-up, which starts one, is not there"
    if os.geteuid() != 0:
        return "no Slurm answers, and only root can start one"
    return "" if shutil.which("munged") or Path("/usr/sbin/munged").exists() else "no munged (Debian: munge)"


def answers() -> bool:
    """Return whether a Slurm with two nodes or more can be asked."""
    done = subprocess.run(
        ["sinfo", "--noheader", "--Node", "--format=%n"], capture_output=True, text=True, check=False
    )
    return done.returncode == 0 and len(done.stdout.split()) >= 2


@contextmanager
def running(folder: Path) -> Iterator[None]:
    """Provide a Slurm; one that was started here is stopped at the end."""
    if answers():
        yield
        return
    before = os.environ.get("SLURM_CONF")
    subprocess.run([TOOLS / "slurm-up", folder], check=True, capture_output=True, timeout=120)
    os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
    try:
        yield
    finally:
        subprocess.run([TOOLS / "slurm-down", folder], check=False, timeout=60)
        os.environ.pop("SLURM_CONF")
        if before is not None:
            os.environ["SLURM_CONF"] = before


def cluster(path: Path, slow: float = 0.0, **changes: Any) -> Path:
    """Write a cluster file of two jobs on two nodes; `slow`: seconds that each partition lasts more."""
    said: dict[str, Any] = {
        "galdask_cluster": 1,
        "type": "slurm",
        "job_name": NAME,
        "n_workers": 2,
        "cores": 1,
        "memory": "2GiB",
        "interface": "lo",
        "walltime": "00:20:00",
        "death_timeout": 15,
        "log_directory": str(path.parent / "logs"),
        "dashboard_address": "127.0.0.1:0",
    }
    if slow:
        said["worker_extra_args"] = ["--preload", str(ROOT / "tests" / "system" / "slow.py")]
        said["environment"] = {"TEST_SECONDS": str(slow)}
    path.write_text(yaml.safe_dump(said | changes, sort_keys=False), encoding="utf-8")
    return path


def jobs(state: str = "PENDING,RUNNING,COMPLETING") -> dict[str, str]:
    """Return our jobs and the node of each."""
    command = ["squeue", "--noheader", f"--name={NAME}", f"--states={state}", "--format=%i %N"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return {line.split()[0]: line.partition(" ")[2].strip() for line in lines}


def gone(before: set[str], seconds: float) -> bool:
    """Return whether all jobs but those of before leave the queue within some seconds."""
    return wait(lambda: not set(jobs()) - before, seconds)


def wait(ready: Any, seconds: float) -> bool:
    """Return whether something becomes true within some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return True
        time.sleep(0.5)
    return bool(ready())
