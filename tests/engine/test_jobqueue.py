"""Job scripts of Slurm and PBS, what must not stand in them, and what the queues' commands answer."""

import importlib.util
import re
import subprocess
import sys
import textwrap

import pytest

if importlib.util.find_spec("dask_jobqueue") is None:
    pytest.skip("no dask_jobqueue", allow_module_level=True)

from galdask.engine.cluster import load_cluster, open_executor, show
from galdask.engine.clusters import jobqueue, queues
from galdask.errors import ClusterError, ConfigError
from tests.conftest import ROOT

BASE = "galdask_cluster: 1\nname: site\nn_workers: 4\ncores: 2\nprocesses: 2\nmemory: 8GiB\n"


def load(tmp_path, kind, text=""):
    path = tmp_path / "c.yaml"
    path.write_text(f"{BASE}type: {kind}\n{text}")
    return load_cluster(path)


@pytest.mark.parametrize("kind", ["slurm", "pbs"])
def test_the_script_is_that_of_dask_jobqueue_and_ours(kind, tmp_path):
    jobqueue.package()
    from dask_jobqueue.pbs import PBSJob
    from dask_jobqueue.slurm import SLURMJob

    more = "queue: long\naccount: mine\ninterface: ib0\nlog_directory: /logs\nlocal_directory: $TMPDIR\n"
    more += 'walltime: "00:30:00"\n'
    more += "job_script_prologue: [module load python]\nenvironment: {A: it's $HOME}\nlifetime: 20 min\n"
    script = jobqueue.show(load(tmp_path, kind, more)).splitlines()
    plain = {"slurm": SLURMJob, "pbs": PBSJob}[kind](
        "tcp://SCHEDULER:PORT",
        name="NAME",
        cores=2,
        processes=2,
        memory="8GiB",
        walltime="00:30:00",
        queue="long",
        account="mine",
        job_name="galdask",
        interface="ib0",
        local_directory="$TMPDIR",
        log_directory=str(tmp_path),
    )
    header = plain.job_header.replace(str(tmp_path), "/logs").splitlines()
    assert [line for line in script if line.startswith(("#SBATCH", "#PBS"))] == header
    command = script[-1].split()
    for word in plain._command_template.split():
        assert word in command, word
    at = {
        word: command[command.index(word) + 1] for word in ("--preload", "--lifetime", "--dashboard-address")
    }
    assert at["--preload"] == "galdask.engine.preload"
    assert at["--lifetime"] == "20min"
    assert at["--dashboard-address"].startswith("127.0.0.1:")
    # after the site's own commands, so that these cannot undo it
    assert script.index("export OMP_NUM_THREADS=1") > script.index("module load python")
    assert """export A='it'"'"'s $HOME'""" in script


def test_ctrl_c_stays_ours(tmp_path):
    """The package takes the signal for itself when it is imported."""
    script = (
        "import signal\nfrom galdask.engine.cluster import load_cluster, show\n"
        "before = signal.getsignal(signal.SIGINT)\nshow(load_cluster('slurm'))\n"
        "import dask_jobqueue\nassert signal.getsignal(signal.SIGINT) is before\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)


def test_showing_makes_no_folder(tmp_path):
    jobqueue.show(load(tmp_path, "slurm", f"log_directory: {tmp_path / 'logs'}\n"))
    assert not (tmp_path / "logs").exists()


def test_the_folder_of_the_logs_is_written_out(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", "/data/me")
    monkeypatch.setenv("WHERE", "there")
    assert "-e /data/me/there/galdask-" in jobqueue.show(load(tmp_path, "slurm", "log_directory: ~/$WHERE\n"))
    monkeypatch.setenv("WHERE", "a b")
    with pytest.raises(ConfigError, match="log_directory"):
        jobqueue.show(load(tmp_path, "slurm", "log_directory: ~/$WHERE\n"))


def test_a_site_s_own_configuration_holds_where_the_file_is_silent(tmp_path):
    import dask

    site = {"jobqueue.slurm.account": "site", "jobqueue.slurm.queue": "short"}
    with dask.config.set(site):
        script = jobqueue.show(load(tmp_path, "slurm", "queue: long\n"))
    assert "#SBATCH -A site" in script
    assert "#SBATCH -p long" in script
    with dask.config.set({"jobqueue.slurm.account": "a; id"}), pytest.raises(ConfigError, match="account"):
        jobqueue.show(load(tmp_path, "slurm"))


@pytest.mark.parametrize(
    "line",
    [
        'job_name: "a; rm -rf x"',
        'job_name: "$(id)"',
        'queue: "a b"',
        'account: "a`id`"',
        'account: "a\'b"',
        'walltime: "1:00 && id"',
        "log_directory: '/logs/\"x\"'",
        'local_directory: "/tmp/$(id)"',
        'local_directory: "/tmp/a b"',
        'python: "/bin/python; id"',
        'python: "python #"',
        'shebang: "#!/bin/sh; id"',
        'shebang: "/bin/sh"',
        'interface: "lo; id"',
        'worker_extra_args: ["--name x | id"]',
        'worker_extra_args: ["--name", "${IFS:-`id`}"]',
        'worker_command: "os; id"',
        'job_extra_directives: ["--comment=`id`"]',
        'job_mem: "1G; id"',
        'protocol: "tcp://;id"',
    ],
)
def test_characters_of_the_shell_are_refused(line, tmp_path):
    with pytest.raises(ConfigError, match="must not stand in a job script") as caught:
        jobqueue.show(load(tmp_path, "slurm", line + "\n"))
    assert line.partition(":")[0] in caught.value.what
    assert "site" in caught.value.where


@pytest.mark.parametrize(
    "key", ["job_name", "queue", "log_directory", "python", "local_directory", "account"]
)
def test_a_second_line_is_refused(key, tmp_path):
    with pytest.raises(ConfigError):
        jobqueue.show(load(tmp_path, "slurm", f'{key}: "a\\n#SBATCH --uid=0"\n'))


@pytest.mark.parametrize("kind", ["slurm", "pbs"])
def test_without_the_queue_s_commands(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(ClusterError, match="cannot submit") as caught,
        open_executor(load(tmp_path, kind, "interface: lo\n")),
    ):
        pass
    for name in queues.QUEUES[kind].commands:
        assert name in caught.value.found


@pytest.mark.parametrize("text", ["", "interface: nowhere0\n"])
def test_the_network_is_not_guessed(text, tmp_path, monkeypatch):
    monkeypatch.setattr(queues, "missing", lambda queue: [])
    with pytest.raises(ClusterError, match="network") as caught, open_executor(load(tmp_path, "slurm", text)):
        pass
    assert "lo (127.0.0.1)" in str(caught.value)


def test_the_shipped_files_make_scripts():
    for name in ("slurm", "pbs"):
        script = jobqueue.show(load_cluster(name))
        assert script.startswith("#!/usr/bin/env bash")
        assert "--nworkers 4" in script
        assert "tls://" in script


def test_a_file_of_a_site_says_only_what_is_different(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("based_on: slurm\nname: mine\naccount: stars\ninterface: ib0\nsecurity: null\n")
    script = jobqueue.show(load_cluster(path))
    assert "#SBATCH -A stars" in script
    assert "--interface ib0" in script
    assert "--nworkers 4" in script
    assert "tcp://" in script


def test_files_of_the_page_are_read(tmp_path):
    page = (ROOT / "docs" / "slurm.md").read_text()
    found = re.findall(r"printf '(based_on.*?)' > (\w+)\.yaml", page)
    assert [name for _, name in found] == ["mine", "one"]
    ssh = page.partition("## SSH")[2].partition("    galdask_cluster")
    texts = [text.replace("\\n", "\n") for text, _ in found]
    texts.append(textwrap.dedent(ssh[1] + ssh[2].partition("\n\n")[0]))
    kinds = []
    for text in texts:
        path = tmp_path / "c.yaml"
        path.write_text(text)
        chosen = load_cluster(path)
        kinds.append(chosen.kind)
        assert show(chosen)
    assert kinds == ["slurm", "slurm", "ssh"]


def test_answers_of_squeue():
    found = queues.squeue("7|PENDING|Resources\n8|RUNNING|None\n9_1|COMPLETING|None\n")
    assert found["7"] == ("PENDING", "Resources")
    assert found["7"].waits
    assert not found["8"].waits
    assert found["8"].reason == ""


def test_answers_of_qstat():
    text = (
        "Job Id: 12.server\n    Job_Name = galdask\n    job_state = Q\n    queue = work\n"
        "    comment = Not Running: Insufficient amount of resource: ncpus (R: 4 A:\n\t 2 T: 8)\n"
        "    Variable_List = PBS_O_HOME=/home/u,\n\tPBS_O_LANG=C\n\n"
        "Job Id: 13.server\n    job_state = R\n    comment = Job run at Sun\n\n"
    )
    found = queues.qstat(text)
    assert set(found) == {"12", "13"}
    assert found["12"].waits
    assert found["12"].reason.endswith("(R: 4 A: 2 T: 8)")
    assert not found["13"].waits


def test_logs_are_found(tmp_path):
    for name in ("galdask-12.err", "galdask-12.out", "galdask.e12", "galdask.e112"):
        (tmp_path / name).write_text("".join(f"line {i}\n" for i in range(20)))
    assert queues.QUEUES["slurm"].log(tmp_path, "12").name == "galdask-12.err"
    assert queues.QUEUES["pbs"].log(tmp_path, "12").name == "galdask.e12"
    assert queues.QUEUES["slurm"].log(tmp_path, "2") is None
    assert queues.last_lines(tmp_path / "galdask.e12", 2) == ["line 18", "line 19"]
