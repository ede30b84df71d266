"""What may go wrong in a run: one clear error, exit code 2, nothing half-written."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
import yaml

from galdask import pipeline, publish
from galdask.cli.main import main
from galdask.errors import ConfigError, GaldaskError, OutputError, SampleError, StoreError


def words(store, out, *more):
    return [
        "run",
        "two_disks",
        "--store",
        str(store),
        "--out",
        str(out),
        "--cluster",
        "inline",
        "--no-figures",
        *more,
    ]


def variant(tmp_path, change):
    """Return the path of the shipped pipeline after `change(mapping)`."""
    content = yaml.safe_load(pipeline.pipeline_path("two_disks").read_text())
    change(content)
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def test_an_unknown_pipeline_lists_the_known(mock_store, tmp_path):
    with pytest.raises(ConfigError, match="two_disks"):
        pipeline.run("three_disks", mock_store, tmp_path, cluster="inline")


def test_an_unknown_key_names_its_line(mock_store, tmp_path, capsys):
    path = variant(tmp_path, lambda content: content.update(colour="blue"))
    line = 1 + next(i for i, text in enumerate(path.read_text().splitlines()) if text.startswith("colour"))
    assert (
        main(
            [
                "run",
                str(path),
                "--store",
                str(mock_store),
                "--out",
                str(tmp_path / "o"),
                "--cluster",
                "inline",
            ]
        )
        == 2
    )
    said = capsys.readouterr().err
    assert f"line {line}" in said
    assert "colour" in said
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c["cuts"]["main_survey"].update(column="extra_targ"), "extratarg"),
        (lambda c: c["cuts"]["aspcap"].update(clear=["STAR_BAAD"]), "STAR_BAD"),
        (lambda c: c["samples"]["main"].update(cuts=["no_such_cut"]), "no_such_cut"),
        (lambda c: c["frame"].pop("r_sun"), "r_sun"),
        (lambda c: c["grids"]["xyz"]["x"].update(step=0.7), "0.7"),
        (lambda c: c["products"].update(kiehl={}), "kiel"),
        (lambda c: c["products"]["kiel"].update(minimum=3), "min_n"),
        (lambda c: c["quantities"]["fe_h"].update(unit="km/s"), "fe_h"),
    ],
)
def test_a_wrong_pipeline_says_what_it_meant(change, says, mock_store, tmp_path, capsys):
    path = variant(tmp_path, change)
    assert (
        main(
            [
                "run",
                str(path),
                "--store",
                str(mock_store),
                "--out",
                str(tmp_path / "o"),
                "--cluster",
                "inline",
            ]
        )
        == 2
    )
    said = capsys.readouterr().err
    assert says in said
    assert "mine.yaml" in said
    assert "Traceback" not in said
    assert not (tmp_path / "o").exists()


def test_an_empty_sample_says_which_cut_emptied_it(mock_store, tmp_path):
    path = variant(tmp_path, lambda c: c["cuts"]["surface_gravity"].update(low=7.5, high=7.9))
    with pytest.raises(SampleError, match="no star is left") as caught:
        pipeline.run(path, mock_store, tmp_path / "o", cluster="inline")
    assert "surface_gravity" in caught.value.where
    assert not (tmp_path / "o" / "current").exists()


def test_no_store(tmp_path, capsys):
    assert main(words(tmp_path / "nowhere", tmp_path / "o")) == 2
    assert "nowhere" in capsys.readouterr().err


def test_an_output_in_use_is_refused(mock_store, tmp_path):
    with publish.locked(tmp_path, "output"):
        script = "import sys; from galdask.cli.main import main; sys.exit(main(sys.argv[1:]))"
        done = subprocess.run(
            [sys.executable, "-c", script, *words(mock_store, tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "another process" in done.stderr
    assert str(os.getpid()) in done.stderr


def test_an_output_that_is_a_file_is_refused(mock_store, tmp_path):
    (tmp_path / "o").write_text("mine")
    with pytest.raises((OutputError, GaldaskError)):
        pipeline.run("two_disks", mock_store, tmp_path / "o", cluster="inline")
    assert (tmp_path / "o").read_text() == "mine"


def flip(path):
    """Change one byte in the middle of the pages of fe_h."""
    import pyarrow.parquet as pq

    group = pq.ParquetFile(path).metadata.row_group(0)
    chunk = next(c for c in map(group.column, range(group.num_columns)) if c.path_in_schema == "fe_h")
    content = bytearray(path.read_bytes())
    content[chunk.data_page_offset + chunk.total_compressed_size // 2] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [flip, lambda p: p.write_bytes(p.read_bytes()[:1000]), lambda p: p.unlink()])
def test_a_damaged_partition_is_named(harm, mock_store, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(mock_store, store)
    harm(sorted((store / "data").rglob("*.parquet"))[2])
    with pytest.raises(StoreError) as caught:
        pipeline.run("two_disks", store, tmp_path / "o", cluster="inline", figures=False)
    assert ".parquet" in str(caught.value)
    assert not (tmp_path / "o" / "current").exists()
    assert not list((tmp_path / "o" / ".runs").glob(".*.tmp"))


def test_a_failed_run_leaves_the_results_before_it(mock_store, tmp_path):
    pipeline.run("two_disks", mock_store, tmp_path / "o", cluster="inline", only=["coverage"], figures=False)
    before = (tmp_path / "o" / "current").resolve()
    path = variant(tmp_path, lambda c: c["cuts"]["surface_gravity"].update(low=7.5, high=7.9))
    with pytest.raises(SampleError):
        pipeline.run(path, mock_store, tmp_path / "o", cluster="inline")
    assert (tmp_path / "o" / "current").resolve() == before
    assert (tmp_path / "o" / "products" / "coverage.zarr").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_one_clear_error(mock_store, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        with pytest.raises(OutputError, match="disk is full"):
            pipeline.run("two_disks", mock_store, disk / "o", cluster="inline", figures=False)
        assert not (disk / "o" / "current").exists()
        assert not list((disk / "o" / ".runs").glob(".*.tmp"))
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_that_cannot_be_written(mock_store, tmp_path):
    (tmp_path / "o").mkdir(mode=0o500)
    with pytest.raises(OutputError, match="cannot write here"):
        pipeline.run("two_disks", mock_store, tmp_path / "o", cluster="inline")


def started(mock_store, out, cluster):
    """Start a run as a user does, in a process group of its own."""
    command = [
        sys.executable,
        "-m",
        "galdask",
        "run",
        "two_disks",
        "--store",
        str(mock_store),
        "--out",
        str(out),
    ]
    return subprocess.Popen(
        [*command, "--cluster", cluster, "--progress", "plain"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(path, process, seconds=60.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if list(path.glob("*/*.pack")):
            return
        time.sleep(0.01)


@pytest.mark.parametrize("cluster", ["inline", "laptop"])
def test_ctrl_c_ends_in_order_and_the_same_command_resumes(cluster, mock_store, tmp_path):
    process = started(mock_store, tmp_path, cluster)
    wait_for(tmp_path / ".cache" / "states", process)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert "resumes" in said
    assert "Traceback" not in said
    assert not (tmp_path / "current").exists()
    assert not list((tmp_path / ".runs").glob(".*.tmp"))
    again = pipeline.run("two_disks", mock_store, tmp_path, cluster="inline", figures=False)
    assert again.states_reused + again.tables_reused > 0


def test_a_killed_client_leaves_a_place_that_can_be_used(mock_store, tmp_path):
    process = started(mock_store, tmp_path, "inline")
    wait_for(tmp_path / ".cache" / "states", process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    again = pipeline.run(
        "two_disks", mock_store, tmp_path, cluster="inline", figures=False, only=["coverage"]
    )
    assert again.products == ["coverage"]
    assert not list((tmp_path / ".runs").glob(".*.tmp"))
