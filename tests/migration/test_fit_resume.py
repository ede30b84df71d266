"""A fit that was killed goes on as if nothing had happened, to the last bit."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from galdask import fitting, publish
from galdask.engine import stop
from galdask.errors import InputError, OutputError, StoppedError
from galdask.migration.fit import sampling
from galdask.migration.fit.chain import has_chain, open_chain
from galdask.migration.fit.folder import path_of
from tests.migration.small_fit import small_file, small_store


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A store, a fit's file and its maximum; a second file with another seed of the sampler."""
    folder = tmp_path_factory.mktemp("resume")
    small_store(folder, 80)
    (folder / "other").mkdir()
    small_file(folder / "other", **{"  seed: 1\n  hypercube": "  seed: 2\n  hypercube"})
    small_file(folder)
    fit(folder, "maximum", None, sampling=False)
    return folder


def ready(place, out):
    """A folder in which the maximum is known."""
    shutil.copytree(place / "maximum", place / out)
    return place / out


def fit(place, out, steps, file="fit.yaml", **options):
    options = {"products": False, "cluster": "inline", "resume": (place / out).exists(), **options}
    return fitting.run(place / file, place / "store", place / out, steps=steps, **options)


def wait_for_steps(process, out, count):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stderr.read()
        if has_chain(out) and (steps := open_chain(out).sizes["step"]) >= count:
            return steps
        time.sleep(0.1)
    raise AssertionError("no steps within two minutes")


def same(a, b):
    for name in ("parameters", "log_likelihood"):
        np.testing.assert_array_equal(a[name], b[name])


def test_killed_and_resumed_it_is_the_undisturbed_chain(place):
    words = [sys.executable, "-m", "galdask", "fit", str(place / "fit.yaml"), "--cluster", "inline"]
    words += [
        "--store",
        str(place / "store"),
        "--out",
        str(place / "killed"),
        "--steps",
        "100000",
        "--resume",
    ]
    ready(place, "killed")
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    try:
        wait_for_steps(process, place / "killed", 20)
        with pytest.raises(OutputError, match=f"process {process.pid}"):
            fit(place, "killed", 10)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    there = open_chain(place / "killed").sizes["step"]
    steps = there + 25
    fit(place, "killed", steps)
    ready(place, "undisturbed")
    fit(place, "undisturbed", steps)
    same(open_chain(place / "killed"), open_chain(place / "undisturbed"))
    summaries = [json.loads(path_of(place / out, "summary").read_text()) for out in ("killed", "undisturbed")]
    for summary in summaries:
        del summary["seconds"]
    assert summaries[0] == summaries[1]
    assert summaries[0]["steps"] == steps


def test_a_changed_configuration_is_refused(place):
    ready(place, "first")
    fit(place, "first", 12)
    with pytest.raises(OutputError, match="holds a fit already"):
        fit(place, "first", 12, resume=False)
    with pytest.raises(OutputError, match=r"settings\.sampler\.seed") as error:
        fit(place, "first", 12, "other/fit.yaml")
    assert error.value.found == "2"
    fit(place, "second", 12, "other/fit.yaml")
    for what in ("chain", "chain_state"):
        source, target = path_of(place / "second", what), path_of(place / "first", what)
        if target.is_dir():
            shutil.rmtree(target)
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    with pytest.raises(OutputError, match="that of another run"):
        fit(place, "first", 20)
    path_of(place / "first", "chain_state").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(InputError, match="cannot be read"):
        fit(place, "first", 20)


def test_a_new_volume_is_a_new_stage(place, monkeypatch):
    """Where none is ever good enough it is drawn anew once, seen to be no better, and left at that."""
    monkeypatch.setattr(sampling, "ENOUGH", 2.0)
    ready(place, "whole")
    ready(place, "parts")
    fit(place, "whole", 60)
    fit(place, "parts", 30)
    fit(place, "parts", 40)  # ends where the new stage begins
    assert open_chain(place / "parts").attrs["stages"] == [0]
    fit(place, "parts", 43)
    assert open_chain(place / "parts").attrs["stages"] == [0, 40]
    fit(place, "parts", 60)
    whole, parts = open_chain(place / "whole"), open_chain(place / "parts")
    assert whole.attrs["stages"] == [0, 40]
    same(whole, parts)
    summary = json.loads(path_of(place / "whole", "summary").read_text())
    assert summary["burn_in"] >= 40


def test_a_stop_keeps_what_there_is(place):
    seen = []

    def listen(event):
        seen.append(event.text)
        if event.step == "sampling":
            stop.requested.set()

    ready(place, "stopped")
    sampling_line = sampling._LINE
    sampling._LINE = 0.0
    try:
        with pytest.raises(StoppedError, match="--resume"):
            fit(place, "stopped", 500, listen=listen)
    finally:
        sampling._LINE = sampling_line
        stop.requested.clear()
    there = open_chain(place / "stopped").sizes["step"]
    assert 0 < there < 20
    assert any("steps/s" in text and "acceptance" in text for text in seen)
    fit(place, "stopped", there + 3)
    assert open_chain(place / "stopped").sizes["step"] == there + 3


def test_a_state_older_than_the_blocks_is_enough(place, tmp_path):
    """A crash after a block of steps was written and before the state was: the block is written again."""
    ready(place, "crash")
    fit(place, "crash", 50)
    state = path_of(place / "crash", "chain_state")
    shutil.copy(state, tmp_path / "old")
    fit(place, "crash", 80)
    whole = open_chain(place / "crash")
    shutil.copy(tmp_path / "old", state)
    assert open_chain(place / "crash").sizes["step"] == 50
    fit(place, "crash", 80)
    same(whole, open_chain(place / "crash"))


def test_one_fit_at_a_time(place):
    with (
        publish.locked(place / "busy", "fit"),
        pytest.raises(OutputError, match="another process is writing this fit"),
    ):
        fit(place, "busy", 5)
