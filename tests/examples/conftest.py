"""Every example ingested and run once for all tests of this folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.examples import listing


@dataclass
class Made:
    store: Path
    out: Path
    summary: Any

    @property
    def results(self):
        from galdask.pipeline import open_results

        return open_results(self.out)


@pytest.fixture(scope="session")
def made(real, tmp_path_factory):
    """Pipeline -> its store, results and summary; made when first asked for, without figures."""
    folder, done = tmp_path_factory.mktemp("examples"), {}

    def get(pipeline):
        if pipeline not in done:
            done[pipeline] = Made(*listing.run(pipeline, real, folder))
        return done[pipeline]

    return get
