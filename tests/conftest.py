"""What all rooms' tests share: the way to the survey material, and one real cluster."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("MPLBACKEND", "Agg")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared():
    """Folder of reference material beside the checkout; tests that need it skip by name without it."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared is not there")
    return folder


@pytest.fixture(scope="session")
def real(shared):
    """Folder of tables of real stars."""
    return shared / "data" / "real"


@pytest.fixture(scope="session")
def dask_executor():
    """Two worker processes and a dashboard on loopback, for the whole session."""
    from galdask.engine.cluster import ClusterConfig, open_executor

    chosen = ClusterConfig(
        "test",
        "local",
        {
            "n_workers": 2,
            "threads_per_worker": 1,
            "memory_limit": "2GiB",
            "dashboard_address": "127.0.0.1:0",
            "local_directory": None,
        },
    )
    with open_executor(chosen) as executor:
        yield executor


@pytest.fixture(scope="session")
def mock_release(tmp_path_factory):
    """A mock of DR17 with 8,000 rows, lite layout."""
    import galdask

    folder = tmp_path_factory.mktemp("release")
    galdask.mock("dr17", folder, stars=8000, seed=1, layout="lite")
    return folder


@pytest.fixture(scope="session")
def mock_store(mock_release, tmp_path_factory):
    """The mock's store, in some seven partitions."""
    import galdask

    path = tmp_path_factory.mktemp("store") / "store"
    galdask.ingest("dr17", mock_release, path, cluster="inline", partition_rows=1200)
    return path
