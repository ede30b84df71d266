"""Cluster files of every kind: a site's own block pastes in, and a wrong key is refused with its line."""

import re

import pytest

from galdask.engine.cluster import load_cluster, shipped
from galdask.engine.clusters import common, settings
from galdask.errors import ConfigError

#: as sites publish them for dask-jobqueue (the structure of its documentation, with values of our own)
PBS_SITE = """\
distributed:
  scheduler:
    bandwidth: 2000000000     # bytes a second
  worker:
    memory:
      target: 0.80
      spill: False
jobqueue:
  pbs:
    name: dask-worker
    # Dask worker options
    cores: 24
    memory: 96 GB
    processes: 6
    interface: ib0
    local-directory: $TMPDIR
    # PBS resource manager options
    queue: normal
    project: null      # change me
    walltime: '02:00:00'
    resource-spec: select=1:ncpus=24:mem=96GB
    env-extra: ['module load python']
  slurm:
    cores: 64
    memory: 200GB
"""
SLURM_SITE = """\
jobqueue:
    slurm:
        cores: 32
        memory: "128 GB"
        processes: 8
        queue: short
        account: stars
        walltime: '00:30:00'
        job-extra-directives: ['--constraint=skylake', '--exclusive']
        job-script-prologue: ['module load anaconda', 'source activate survey']
        scheduler-options: {dashboard_address: ':12435', interface: ib0}
        shebang: "#!/bin/bash -l"
        extra: []
"""


@pytest.fixture
def written(tmp_path):
    def write(text, kind):
        path = tmp_path / "site.yaml"
        path.write_text(f"galdask_cluster: 1\ntype: {kind}\n{text}")
        return path

    return write


def refused(path):
    with pytest.raises(ConfigError) as caught:
        load_cluster(path)
    return str(caught.value)


@pytest.mark.parametrize(
    "path", sorted(shipped("cluster_configs").glob("*.yaml")), ids=lambda path: path.stem
)
def test_every_shipped_file_loads_and_says_each_key(path):
    chosen = load_cluster(path)
    assert chosen.name == path.stem
    told = [line for line in path.read_text().splitlines() if re.match(r"\w", line)]
    silent = [
        line for line in told if "#" not in line and not line.startswith(("galdask_cluster", "name", "type"))
    ]
    assert silent == []


def test_every_kind_has_a_shipped_file():
    kinds = {load_cluster(path).kind for path in shipped("cluster_configs").glob("*.yaml")}
    assert kinds == set(settings.KINDS)


def test_a_pbs_site_pastes_in(written):
    options = load_cluster(written("n_workers: 12\n" + PBS_SITE, "pbs")).options
    assert (options["cores"], options["memory"], options["processes"]) == (24, "96 GB", 6)
    assert options["resource_spec"] == "select=1:ncpus=24:mem=96GB"
    assert options["job_script_prologue"] == ["module load python"]
    assert options["job_name"] == "dask-worker"
    assert "account" not in options
    assert common.environment(options)["DASK_DISTRIBUTED__WORKER__MEMORY__TARGET"] == "0.8"


def test_a_slurm_site_pastes_in(written):
    options = load_cluster(written("adapt: {minimum: 0, maximum_jobs: 4}\n" + SLURM_SITE, "slurm")).options
    assert options["job_extra_directives"] == ["--constraint=skylake", "--exclusive"]
    assert options["scheduler_options"] == {"interface": "ib0"}
    assert options["dashboard_address"] == "127.0.0.1:12435"
    assert options["account"] == "stars"


def test_the_keys_may_stand_beside_ours_with_either_spelling(written):
    path = written(
        "n-workers: 3\nname: mine\ncores: 4\nmemory: 8GB\njob-extra-directives: [a]\njob_cpu: 2\n", "slurm"
    )
    options = load_cluster(path).options
    assert (options["n_workers"], options["job_extra_directives"], options["job_cpu"]) == (3, ["a"], 2)


def test_what_the_file_says_itself_wins_over_the_block(written):
    options = load_cluster(written("n_workers: 1\nqueue: long\n" + SLURM_SITE, "slurm")).options
    assert options["queue"] == "long"


def test_a_key_in_both_spellings_is_refused(written):
    text = refused(written("n_workers: 1\nn-workers: 2\n", "local"))
    assert "line 4" in text
    assert "mean the same" in text


@pytest.mark.parametrize(
    ("kind", "body", "line", "word"),
    [
        ("local", "n_workers: 2\nworkers: 3\n", 4, "n_workers"),
        ("slurm", "n_workers: 2\ncores: 1\nmemory: 1GB\nwall-time: 1\n", 6, "walltime"),
        (
            "slurm",
            "n_workers: 2\njobqueue:\n  slurm:\n    cores: 2\n    memory: 1GB\n    qeue: x\n",
            8,
            "queue",
        ),
        ("ssh", "hosts: [a, b]\nn_workers: 2\n", 4, "hosts"),
        ("address", "address: tcp://h:1\nsecurity: {tls_ca_file: a, tls_certs: b}\n", 4, "tls_cert"),
        ("address", "address: tcp://h:1\nmemory_limit: 1GB\n", 4, "address"),
        ("inline", "threads: 1\nn_workers: 2\n", 4, "threads"),
        ("local", "adapt: {maximum: 2, minimal: 1}\n", 3, "minimum"),
    ],
)
def test_an_unknown_key_names_its_line(written, kind, body, line, word):
    text = refused(written(body, kind))
    assert f"line {line}" in text
    assert word in text


@pytest.mark.parametrize(
    ("kind", "body", "word"),
    [
        ("local", "", "n_workers"),
        ("local", "adapt: {minimum: 3, maximum: 2}\n", "above"),
        ("local", "adapt: {minimum: 3}\n", "largest size"),
        ("local", "n_workers: 1\nlifetime: soon\n", "not a time"),
        ("local", "n_workers: 1\nlocal_directory: \"a\\nb\"\n", "one line"),
        ("local", "n_workers: 1\nenvironment: {A B: 1}\n", "not a variable"),
        ("local", "n_workers: 1\nsecurity: {tls_cert: a}\n", "tls_ca_file"),
        ("slurm", "n_workers: 1\n", "cores"),
        ("ssh", "", "hosts"),
        ("address", "", "address"),
        ("address", "address: a\nscheduler_file: b\n", "where the scheduler is"),
        ("mainframe", "", "slurm"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said(written, kind, body, word):
    assert word in refused(written(body, kind))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("null", None),
        ("127.0.0.1:0", "127.0.0.1:0"),
        ("':8787'", "127.0.0.1:8787"),
        ("8787", "127.0.0.1:8787"),
        ("0.0.0.0:8787", "0.0.0.0:8787"),
    ],
)
def test_a_dashboard_opens_beyond_this_machine_only_by_its_address(written, said, meant):
    options = load_cluster(written(f"n_workers: 1\ndashboard_address: {said}\n", "local")).options
    assert options["dashboard_address"] == meant


@pytest.mark.parametrize("said", ["true", "[1]", "here:there", "h/x:80", "127.0.0.1:99999", "''"])
def test_no_address_of_a_dashboard(written, said):
    assert "line 4" in refused(written(f"n_workers: 1\ndashboard_address: {said}\n", "local"))


def test_what_can_be_reached_from_afar_is_told_in_one_line():
    heard = []
    common.warn_if_open("tcp://10.0.0.1:8786", {"dashboard_address": "127.0.0.1:1"}, heard.append)
    assert len(heard) == 1
    assert "security" in heard[0].text
    assert "\n" not in heard[0].text
    common.warn_if_open("tls://10.0.0.1:8786", {}, heard.append)
    common.warn_if_open("tcp://127.0.0.1:8786", {}, heard.append)
    assert len(heard) == 1
    common.warn_if_open("tcp://127.0.0.1:8786", {"dashboard_address": "0.0.0.0:8787"}, heard.append)
    assert "ssh -L" in heard[1].text
