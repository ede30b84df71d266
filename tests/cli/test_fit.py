"""`galdask fit` from the command line, on workers and without them."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from galdask import fitting
from galdask.cli.main import main
from galdask.engine.cluster import ClusterConfig, open_executor
from galdask.migration.fit.chain import has_chain, open_chain
from tests.migration.small_fit import small_file, small_store

WORKERS = ClusterConfig("two", "local", {
    "n_workers": 2, "threads_per_worker": 1, "memory_limit": "1GiB", "dashboard_address": "127.0.0.1:0",
    "local_directory": None,
})  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit")
    small_store(folder, 80)
    small_file(folder)
    return folder


def words(place, out, *more):
    return ["fit", str(place / "fit.yaml"), "--store", str(place / "store"), "--out", str(place / out), *more]


def test_it_says_what_it_found(place, capsys):
    inline = ("--cluster", "inline", "--no-products", "--progress", "plain")
    assert main(words(place, "inline", "--steps", "30", *inline)) == 0
    said = capsys.readouterr()
    assert "80 rows: 80 in the fit" in said.out
    assert "sigma_Lz" in said.out
    assert "30 steps of 52 walkers" in said.out
    assert "Not converged: " in said.out
    assert "go on with --resume" in said.out
    assert "stage 2 (drawn anew at its maximum): 80 stars x 24 draws" in said.err
    assert "30/30 steps" in said.err
    assert main(words(place, "inline", "--steps", "30", *inline)) == 2
    assert "holds a fit already" in capsys.readouterr().err
    assert main(words(place, "elsewhere", *inline, "--store", str(place / "mock"))) == 2


@pytest.mark.long
def test_workers_come_and_go_and_the_chain_is_the_same(place):
    """Two real workers, one of which is killed while the walkers move."""
    out = place / "workers"
    with open_executor(WORKERS) as executor:
        pids = [info["pid"] for info in executor.client.run(_about).values()]
        killer = threading.Thread(target=_kill_at_steps, args=(out, pids[0]))
        killer.start()
        options = {"products": False, "cluster": executor, "steps": 30}
        fitting.run(place / "fit.yaml", place / "store", out, **options)
        killer.join()
    if not (place / "inline").exists():
        fitting.run(place / "fit.yaml", place / "store", place / "inline", **{**options, "cluster": "inline"})
    here, there = open_chain(place / "inline"), open_chain(out)
    np.testing.assert_array_equal(here["parameters"], there["parameters"])
    np.testing.assert_array_equal(here["log_likelihood"], there["log_likelihood"])


def _about():
    return {"pid": os.getpid()}


def _kill_at_steps(out, pid):
    """Kill a worker once the chain has begun; a chain that ended before that is one more that is the same."""
    deadline = time.monotonic() + 120
    while not has_chain(out) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)


def test_help_is_quick_and_light():
    script = (
        "import sys\nfrom galdask.cli.main import main\n"
        "try:\n    main(['fit', '--help'])\nexcept SystemExit:\n    pass\n"
        "print('loaded', *sorted({m.split('.')[0] for m in sys.modules}))"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert not set(said.split("loaded", 1)[1].split()) & {"numpy", "emcee", "numba", "scipy", "dask", "zarr"}


@pytest.mark.long
def test_products_pictures_and_the_page(place):
    from galdask.figures.migration import names

    assert main(words(place, "whole", "--steps", "150", "--cluster", "inline", "--variants", "no_drift")) == 0
    out = place / "whole"
    for name in names():
        assert (out / "products" / f"{name}.zarr").is_dir()
        assert (out / "figures" / f"{name}.png").stat().st_size > 5000
    page = (out / "report" / "index.html").read_text(encoding="utf-8")
    assert page.count("<img") >= len(names())
    assert "sigma_Lz" in page
    assert (out / "tables" / "variants.csv").is_file()
    record = json.loads((out / "provenance.json").read_text())
    assert record["fit"] == json.loads((out / "configuration.json").read_text())["digest"]
