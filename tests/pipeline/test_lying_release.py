"""A release file that lies about its rows is refused, and the store and results stay as they were."""

import pytest

from galdask.catalog.store import open_store
from galdask.errors import InputError
from tests.pipeline.releases import MAIN, ingest, release


def lie(path, rows):
    """Let the header count other rows than there are."""
    content = path.read_bytes()
    old = b"NAXIS2  =                 8000"
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, b"NAXIS2  = %20d" % rows))


@pytest.mark.parametrize(
    ("rows", "says"), [(7000, "does not end where"), (8001, "truncated|longer|shorter"), (9000, "truncated")]
)
def test_a_header_that_counts_other_rows(rows, says, mock_release, mock_store, tmp_path):
    new = release(mock_release, tmp_path / "new")
    lie(new / MAIN, rows)
    before = open_store(mock_store).digest
    with pytest.raises(InputError, match=says) as caught:
        ingest(new, mock_store)
    assert ".fits" in caught.value.where
    assert open_store(mock_store).digest == before
