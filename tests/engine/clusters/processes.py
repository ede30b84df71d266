"""Real schedulers and workers as processes of their own, on loopback; certificates made by openssl."""

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def authority(folder: Path) -> Path:
    """Make an authority and one certificate that it has signed, by the commands of the documentation."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there")
    folder.mkdir(parents=True, exist_ok=True)
    told = (ROOT / "docs" / "clusters.md").read_text().split("\n## TLS\n")[1].split("In the cluster file")[0]
    commands = [line.strip() for line in told.splitlines() if line.startswith("    ")]
    assert len(commands) == 4
    for command in commands:
        subprocess.run(shlex.split(command), cwd=folder, check=True, capture_output=True)
    return folder


def tls_words(folder: Path | None) -> list[str]:
    if folder is None:
        return []
    return [w for k, f in (("ca-file", "ca"), ("cert", "cert"), ("key", "key"))
            for w in (f"--tls-{k}", str(folder / f"{f}.pem"))]  # fmt: skip


@contextlib.contextmanager
def running(words: list[str], log: Path, until: str, before=(), **variables: str):
    """Run a module of Dask until the block ends; yields what its log says at `until`."""
    path = os.pathsep.join(filter(None, [variables.get("PYTHONPATH"), str(ROOT)]))
    variables = {**variables, "PYTHONPATH": path}
    with log.open("w") as out:
        process = subprocess.Popen(
            [*before, sys.executable, "-m", *words],
            stdout=out,
            stderr=out,
            cwd=log.parent,
            env=os.environ | variables,
        )
    try:
        for _ in range(1200):
            if found := re.search(until, log.read_text()):
                break
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        else:
            raise AssertionError(log.read_text())
        yield found.group(1)
        assert process.poll() is None, "it was closed by its client: " + log.read_text()
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def scheduler(folder: Path, tls: Path | None = None, **variables: str):
    protocol = "tls" if tls else "tcp"
    words = ["distributed.cli.dask_scheduler", "--host", f"{protocol}://127.0.0.1", "--port", "0"]
    words += ["--dashboard-address", "127.0.0.1:0", *tls_words(tls)]
    return running(words, folder / "scheduler.log", r"Scheduler at:\s*(\S+)", **variables)


def worker(
    folder: Path, address: str, name: str, tls: Path | None = None, words: tuple = (), **variables: str
):
    said = [
        "distributed.cli.dask_worker",
        address,
        "--nthreads",
        "1",
        "--name",
        name,
        "--no-dashboard",
        "--no-nanny",
    ]
    said += ["--memory-limit", "1GiB", "--local-directory", str(folder), *tls_words(tls), *words]
    threads = {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "NUMBA_NUM_THREADS": "1",
    }
    return running(said, folder / f"{name}.log", r"Registered to:\s*(\S+)", **{**threads, **variables})


def own():
    """What a worker says of itself: its process, two variables, a setting of Dask's."""
    import dask

    pause = dask.config.get("distributed.worker.memory.pause")
    return os.getpid(), os.environ.get("OF_THE_FILE"), os.environ.get("OMP_NUM_THREADS"), pause


def slow(number):
    time.sleep(0.3)
    return os.getpid()
