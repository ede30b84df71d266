"""Two hosts (network namespaces): scheduler and worker on one, a worker on the other; the wire is cut."""

import contextlib
import os
import subprocess
import time

import pytest

from tests.faults.left import nothing_left
from tests.faults.scheduler import Processes, requires

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]
HERE, THERE = f"gd{os.getpid() % 10000}a", f"gd{os.getpid() % 10000}b"


def ip(*words, check=True):
    return subprocess.run(["ip", *words], check=check, capture_output=True)


def inside(space):
    return ("ip", "netns", "exec", space)


@pytest.fixture
def hosts():
    """Two hosts on one wire."""
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    requires([["ip", "netns", "add", HERE], ["ip", "netns", "add", THERE]])
    try:
        ip("link", "add", "wire", "netns", HERE, "type", "veth", "peer", "name", "wire", "netns", THERE)
        for space, address in ((HERE, "10.77.0.1/24"), (THERE, "10.77.0.2/24")):
            ip("-n", space, "addr", "add", address, "dev", "wire")
            ip("-n", space, "link", "set", "wire", "up")
            ip("-n", space, "link", "set", "lo", "up")
        yield
    finally:
        for space in (HERE, THERE):
            with contextlib.suppress(OSError):
                ip("netns", "del", space, check=False)


def wire(state):
    """Cut the wire, or mend it: nothing arrives, and nobody is told."""
    ip("-n", THERE, "link", "set", "wire", state)


@pytest.mark.parametrize("healed", [True, False], ids=["healed", "cut for good"])
def test_a_cut_wire(hosts, place, table, tmp_path, healed):
    with nothing_left(place.folder) as env:
        workers = ((inside(HERE), "10.77.0.1"), (inside(THERE), "10.77.0.2"))
        with Processes(tmp_path, env, "10.77.0.1", workers, inside(HERE)) as processes:
            home = place.home(f"wire-{healed}", processes.cluster())
            run = place.start(home, env, prefix=inside(HERE))
            run.states(home)
            wire("down")
            since = run.seconds
            if healed:
                time.sleep(8)
                wire("up")
            assert run.end(600) == 0, run.said
            place.check(home)
            lost = run.when("was lost", since)
            told = run.when("silent", since) or lost
    kind = "for 8 s, healed" if healed else "for good"
    outcome = "ends" if lost is None else f"ends; the worker was given up after {lost - since:.0f} s"
    table(f"network cut between two hosts, {kind}", 1, outcome, told and told - since, run.seconds - since)
