"""Tables whose replicas are drawn by several tasks are those of one task, to the bit."""

import json

import pytest

from galdask import pipeline
from galdask.engine import finish
from galdask.engine.executor import Inline


@pytest.fixture(autouse=True)
def one_time(monkeypatch):
    """Equal runs then make equal bytes."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")


def made(store, out, executor):
    """Return the digests of all files of a run, and what its tasks noted."""
    records = []
    executor.recorders.append(records.append)
    try:
        pipeline.run("two_disks", store, out, cluster=executor, only=["radial_gradients"], figures=False)
    finally:
        executor.recorders.pop()
    return json.loads((out / "current" / "complete.json").read_text())["files"], records


@pytest.fixture(params=["threads", "dask"])
def executor(request):
    return request.getfixturevalue("dask_executor") if request.param == "dask" else Inline(3)


def test_shares_make_the_same_bytes(executor, mock_store, tmp_path, monkeypatch):
    whole, plain = made(mock_store, tmp_path / "whole", executor)
    assert "join shares" not in {one["step"] for one in plain}
    monkeypatch.setattr(finish, "WORTH", 1)
    shared, divided = made(mock_store, tmp_path / "shared", executor)
    assert shared == whole
    labels = [one["label"] for one in divided if one["step"] == "finish states"]
    assert any("running_medians of main fe_h, share 2 of" in label for label in labels), labels
    assert [one for one in divided if one["step"] == "join shares"]
    assert not list((tmp_path / "shared").rglob("scratch*"))


@pytest.mark.parametrize(("workers", "replicas"), [(1, 16), (3, 101)])
def test_a_table_that_nobody_waits_for_is_not_divided(mock_store, tmp_path, monkeypatch, workers, replicas):
    monkeypatch.setattr(finish, "WORTH", 1)
    monkeypatch.setattr(finish, "REPLICAS", replicas)
    _, records = made(mock_store, tmp_path / "out", Inline(workers))
    assert not [one for one in records if "share" in one["label"] or one["step"] == "join shares"]
