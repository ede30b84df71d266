"""The doctor on machines that are broken for real: each fault is seen, named, and has its verdict."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from galdask.cli import doctor_places, doctor_software
from galdask.cli.doctor_line import plain
from galdask.cli.main import main


def doctor(*words: str, before: list[str] | None = None, **environment: str) -> dict[str, tuple[str, str]]:
    """Run the doctor in a process of its own; return name -> verdict and text."""
    command = [
        *(before or []),
        sys.executable,
        "-m",
        "galdask",
        "doctor",
        "--json",
        "--cluster",
        "none",
        *words,
    ]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    about = json.loads(done.stdout)
    found = {line["name"]: (line["verdict"], line["text"]) for line in about["lines"]}
    failed = any(verdict == "FAIL" for verdict, _ in found.values())
    assert done.returncode == (2 if failed else 0)
    assert about["ok"] is not failed
    return found


def test_several_faults_at_once(tmp_path: Path) -> None:
    """A broken galpy and an old emcee go first; few files, open rights, a proxy with a password."""
    (tmp_path / "galpy").mkdir()
    (tmp_path / "galpy" / "__init__.py").write_text("raise ImportError('cannot find libgalpy.so')\n")
    (tmp_path / "emcee.py").write_text("__version__ = '0.1'\n")
    found = doctor(
        before=["sh", "-c", 'ulimit -n 128; umask 000; exec "$@"', "sh"],
        PYTHONPATH=str(tmp_path),
        http_proxy="http://me:hunter2@proxy.example:3128",
        PYTHONIOENCODING="ascii",
    )
    assert found["galpy"][0] == "FAIL"
    assert "cannot find libgalpy.so" in found["galpy"][1]
    assert found["emcee"][0] == "WARN".lower()
    assert "another copy" in found["emcee"][1]
    assert found["python"][0] == "warn"
    assert found["limits"][0] == "FAIL"
    assert "ulimit -n" in found["limits"][1]
    assert found["umask"] == ("warn", found["umask"][1])
    assert found["proxies"][0] == "warn"
    assert found["texts"][0] == "warn"
    assert found["numpy"][0] == found["galdask"][0] == found["kernels"][0] == "ok"
    assert "hunter2" not in json.dumps(found)


@pytest.mark.long
def test_kernels_that_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = doctor(NUMBA_CACHE_DIR=str(tmp_path / "file" / "below"))
    assert found["kernels"][0] in ("warn", "FAIL")


def test_a_scratch_folder_of_a_few_kilobytes(tmp_path: Path) -> None:
    """A tiny file system in a mount namespace, full of one file."""
    if os.getuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("needs root and unshare")
    small = tmp_path / "small"
    small.mkdir()
    script = (
        f"mount -t tmpfs -o size=3m,noexec none {small} && "
        f"TMPDIR={small} exec {sys.executable} -c 'import json; from galdask.cli import doctor_places as d; "
        'from galdask.cli.doctor_line import guarded; o = next(guarded("s", d.scratch)); '
        "print(json.dumps([o.verdict, o.text]))'"
    )
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, check=False)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("no mount namespaces here")
    verdict, text = json.loads(done.stdout)
    assert verdict == "FAIL"
    assert "full" in text
    assert "tmpfs" in text


def test_the_kind_of_a_disk(tmp_path: Path) -> None:
    if not Path("/dev/shm").is_dir() or doctor_places.mount_of(Path("/dev/shm"))[0] != "tmpfs":
        pytest.skip("/dev/shm is no memory here")
    line = doctor_places.folder(Path("/dev/shm"), "x")
    assert line.verdict in ("warn", "FAIL")
    assert "tmpfs" in line.text


def test_a_folder_that_cannot_be_written() -> None:
    line = doctor_places.folder(Path("/proc"), "x")
    assert line.verdict == "FAIL"
    assert "cannot be written" in line.text


def test_a_store_whose_file_is_cut_short(
    mock_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    shutil.copytree(mock_store, tmp_path / "store")
    assert [line.verdict for line in doctor_places.store(tmp_path / "store")] == ["ok", "ok"]
    file = next((tmp_path / "store" / "data" / "needed").glob("*.parquet"))
    os.truncate(file, 100)
    line = next(iter(doctor_places.store(tmp_path / "store")))
    assert line.verdict == "FAIL"
    assert file.name in line.text
    (tmp_path / "store" / "manifest.json").write_text("{}")
    assert main(["doctor", "--cluster", "none", "--store", str(tmp_path / "store")]) == 2
    said = capsys.readouterr().out
    assert "FAIL  store: the manifest is not as it was written" in said
    assert said.splitlines()[-1].split(":")[0].endswith("lines")


def test_results_that_are_not_there(tmp_path: Path) -> None:
    assert next(iter(doctor_places.out(tmp_path / "none"))).verdict == "warn"


def test_lowest_versions() -> None:
    assert doctor_software.too_old("1.9.3", ">=1.10")
    assert not doctor_software.too_old("1.10", ">=1.10.0")
    assert not doctor_software.too_old("2026.8.0", ">=2025.1,<3000")
    assert not doctor_software.too_old("2.0.0rc1", "")
    names = dict(doctor_software.required())
    assert names["numpy"].startswith(">=")
    assert "pytest" not in names
    assert "pytest" in dict(doctor_software.required("test"))


def test_what_nobody_else_should_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/Users/ada")
    monkeypatch.setenv("LOGNAME", "ada")
    assert plain("/Users/ada/x /Users/bob/y") == "~/x /Users/.../y"
    assert plain("run by ada in /data/ada/store") == "run by ... in /data/.../store"
    assert "s3cret" not in plain("http://ada:s3cret@host/ token=s3cret PASSWORD: s3cret")
    assert plain("a\n  b\x1b[2J") == "a b\\x1b[2J"


def test_limits_are_read_from_this_process() -> None:
    from galdask.cli.doctor_machine import open_files

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 600), hard))
    try:
        assert open_files().verdict == "warn"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
