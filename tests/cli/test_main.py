"""The command line: quick help, clear errors, exit codes."""

import subprocess
import sys

import pytest

import galdask
from galdask.cli.main import COMMANDS, main

HEAVY = {
    "numpy",
    "astropy",
    "pandas",
    "xarray",
    "matplotlib",
    "dask",
    "distributed",
    "numba",
    "scipy",
    "pyarrow",
}


def test_help_imports_nothing_heavy():
    script = (
        "import sys\nfrom galdask.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print('loaded', *sorted({m.split('.')[0] for m in sys.modules}))"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert set(said.split("loaded", 1)[1].split()) & HEAVY == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert COMMANDS[command][1:].split(",")[0] in " ".join(capsys.readouterr().out.split())


def test_version(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert galdask.__version__ in capsys.readouterr().out


def test_products_names_what_each_needs(capsys):
    assert main(["products"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert any(line.startswith("kiel ") and "teff logg" in line for line in said)
    assert any(line.startswith("radial_gradients ") and "Table 1" in line for line in said)


def test_an_expected_error_has_no_traceback_and_code_2(capsys, tmp_path):
    assert main(["info", str(tmp_path / "nowhere")]) == 2
    said = capsys.readouterr().err
    assert "nowhere" in said
    assert "Traceback" not in said


def test_an_unknown_release_lists_the_known(capsys, tmp_path):
    words = ["ingest", "dr71", "--from", str(tmp_path), "--store", str(tmp_path / "s"), "--cluster", "inline"]
    assert main(words) == 2
    assert "dr17" in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_the_doctor_finds_this_installation_in_order(capsys):
    assert main(["doctor", "--cluster", "inline"]) == 0
    said = capsys.readouterr().out
    assert "FAIL" not in said
    assert "two_disks" in said
