"""A scheduler and workers of Dask as processes of their own, perhaps on hosts of their own."""

import subprocess
import sys
import time
from pathlib import Path

import pytest


class Processes:
    """A scheduler and workers on one address.

    Parameters
    ----------
    folder : path
        For the workers' files.
    env : dict
        Environment of all.
    host : str
        Address of the scheduler.
    hosts : sequence of (prefix, address)
        For each worker: what stands before its command, and its own address.
    prefix : sequence of str
        What stands before the scheduler's command.
    """

    def __init__(self, folder, env, host="127.0.0.1", hosts=(((), "127.0.0.1"),) * 2, prefix=(), ttl="10s"):
        self.folder = Path(folder)
        scratch = {"DASK_TEMPORARY_DIRECTORY": str(self.folder / "work")}
        self.env = {**env, **scratch, "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": ttl}
        self.file = self.folder / "scheduler.json"
        words = [
            "scheduler",
            "--host",
            host,
            "--port",
            "0",
            "--no-dashboard",
            "--dashboard-address",
            "127.0.0.1:0",
        ]
        self.scheduler = self._start([*words, "--scheduler-file", str(self.file)], prefix)
        end = time.monotonic() + 120
        while not self.file.exists() or not self.file.read_text().rstrip().endswith("}"):
            assert time.monotonic() < end
            assert self.scheduler.poll() is None
            time.sleep(0.1)
        import json

        self.address = json.loads(self.file.read_text())["address"]
        self.workers = [self.worker(*one) for one in hosts]

    def worker(self, prefix, host):
        """Start one more worker."""
        words = ["worker", self.address, "--host", host, "--nthreads", "1", "--memory-limit", "2GiB"]
        words += ["--no-dashboard", "--local-directory", str(self.folder / "work")]
        return self._start([*words, "--preload", "galdask.engine.preload", "--death-timeout", "60"], prefix)

    def _start(self, words, prefix):
        command = [*prefix, sys.executable, "-m", "dask", *words]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, env=self.env, start_new_session=True, **quiet)

    def cluster(self):
        """Return the text of a cluster file."""
        return f"galdask_cluster: 1\ntype: address\naddress: {self.address}\nn_workers: {len(self.workers)}\n"

    def __enter__(self):
        return self

    def __exit__(self, *what):
        import contextlib
        import shutil

        import psutil

        for process in (*self.workers, self.scheduler):
            with contextlib.suppress(psutil.Error):
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
            process.kill()
            process.wait()
        shutil.rmtree(self.folder / "work", ignore_errors=True)
        self.file.unlink(missing_ok=True)


def requires(commands):
    """Skip, by name, where commands of the system cannot be used."""
    for words in commands:
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip(f"there is no command {words[0]!r}")
        if done.returncode:
            pytest.skip(f"{' '.join(words)}: {done.stderr.strip()[:100]}")
