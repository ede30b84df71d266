"""Fits that tests share: real ones, small."""

import pytest

from tests.migration.small_fit import small_fit


@pytest.fixture(scope="session")
def fit_folder(tmp_path_factory):
    """The folder of a fit of 300 stars, with a chain of 60 steps; without products. Not to be changed."""
    return small_fit(tmp_path_factory.mktemp("fit"))
