"""A real SSH server on a port of loopback, with keys of its own: nothing of the user's is read or changed."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

PROGRAMS = ("sshd", "ssh-keygen")


class Server(NamedTuple):
    """A running server."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def connect(self, **changes: Any) -> dict[str, Any]:
        """Return what a client needs to come in."""
        return {
            "port": self.port,
            "username": getpass.getuser(),
            "client_keys": [str(self.folder / "user")],
            "known_hosts": str(self.folder / "known_hosts"),
            "agent_path": None,
            "config": None,
        } | changes

    def cluster(self, path: Path, **changes: Any) -> Path:
        """Write a cluster file of a scheduler and two workers on this host."""
        said = {
            "galdask_cluster": 1,
            "type": "ssh",
            "hosts": ["127.0.0.1"] * 3,
            "connect_options": self.connect(),
            "worker_options": {"memory_limit": "2GiB"},
            "dashboard_address": "127.0.0.1:0",
        }
        path.write_text(yaml.safe_dump(said | changes, sort_keys=False), encoding="utf-8")
        return path


def program(name: str) -> str | None:
    """Return the path of a program, also where only administrators look."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def missing() -> list[str]:
    """Return the programs that are not installed."""
    return [name for name in PROGRAMS if program(name) is None]


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Start a server that knows one user's key, and end it."""
    for name in ("host", "user", "stranger"):
        command = [str(program("ssh-keygen")), "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    shutil.copy(folder / "user.pub", folder / "authorized_keys")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for name, key in (("known_hosts", "host"), ("other_hosts", "stranger")):
        public = " ".join((folder / f"{key}.pub").read_text().split()[:2])
        (folder / name).write_text(f"[127.0.0.1]:{port} {public}\n")
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\nPidFile none\n"
        f"AuthorizedKeysFile {folder / 'authorized_keys'}\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPubkeyAuthentication yes\n"
        "PermitRootLogin prohibit-password\nMaxStartups 50\n"
    )
    if os.geteuid() == 0:  # where the server separates privileges; gone at the next start of the machine
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with (folder / "sshd.log").open("wb") as log:
        process = subprocess.Popen(
            [str(program("sshd")), "-D", "-e", "-f", str(folder / "sshd_config")], stdout=log, stderr=log
        )
    try:
        _wait(port, process, folder)
        yield Server(port, folder, process)
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            raise RuntimeError(f"sshd ended: {(folder / 'sshd.log').read_text()}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError("sshd does not listen")
