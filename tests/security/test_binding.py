"""What listens, listens on this machine alone: read from the kernel's own tables."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from galdask.engine.cluster import load_cluster, open_executor
from galdask.errors import GaldaskError

LISTEN = "0A"


def family(pid: int) -> set[int]:
    """Return a process and all below it."""
    found = {pid}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found |= family(int(child))
    return found


def listening(pid: int) -> dict[str, str]:
    """Return inode -> address of every listening socket of a process and its children, IPv4 and IPv6."""
    inodes = set()
    for one in family(pid):
        for link in Path(f"/proc/{one}/fd").glob("*"):
            try:
                target = os.readlink(link)
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    found = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:] if Path(table).exists() else []:
            words = line.split()
            if words[3] == LISTEN and words[9] in inodes:
                found[words[9]] = words[1].partition(":")[0]
    return found


def is_loopback(address: str) -> bool:
    """127.x.x.x, ::1 or ::ffff:127.x.x.x, as the kernel writes them: words of four bytes, little-endian."""
    return (
        address.endswith("7F")
        if len(address) == 8
        else address in ("00000000000000000000000001000000",)
        or (address.startswith("0000000000000000FFFF0000") and address.endswith("7F"))
    )


@pytest.fixture(autouse=True)
def _linux() -> None:
    if not Path("/proc/net/tcp").exists():
        pytest.skip("/proc/net/tcp is not there")


def test_a_socket_on_every_interface_is_seen() -> None:
    import socket

    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))  # what the package never does
        server.listen(1)
        assert not all(is_loopback(address) for address in listening(os.getpid()).values())
    assert is_loopback("0100007F")
    assert not is_loopback("00000000")
    assert not is_loopback("0" * 32)


@pytest.mark.parametrize("dashboard", ["127.0.0.1:0", ":0", "null"])
def test_the_laptop_cluster(dashboard: str, tmp_path: Path) -> None:
    """Scheduler, workers, nannies and dashboards."""
    path = tmp_path / "c.yaml"
    text = "galdask_cluster: 1\ntype: local\nn_workers: 1\nmemory_limit: 1GiB\ndashboard_address: "
    path.write_text(text + (dashboard if dashboard == "null" else f"'{dashboard}'") + "\n")
    before = set(listening(os.getpid()))
    with open_executor(load_cluster(path)) as executor:
        assert executor.workers == 1
        found = {inode: at for inode, at in listening(os.getpid()).items() if inode not in before}
        assert len(found) >= 3
        assert all(is_loopback(address) for address in found.values()), found


@pytest.mark.parametrize("name", ["laptop", "workstation", "inline"])
def test_shipped_files_ask_for_nothing_more(name: str) -> None:
    address = load_cluster(name).options.get("dashboard_address")
    assert address is None or str(address).startswith(("127.0.0.1:", "localhost:"))


@pytest.mark.parametrize("address", ["[1, 2]", "nonsense", "127.0.0.1:99999999", "true"])
def test_what_is_no_address_is_refused(address: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(f"galdask_cluster: 1\ntype: local\nn_workers: 1\ndashboard_address: {address}\n")
    with pytest.raises(GaldaskError):
        load_cluster(path)
