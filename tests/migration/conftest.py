"""Fits that tests share: real ones, small."""

import pytest

from tests.migration.shown_fit import one_field, with_products
from tests.migration.small_fit import small_fit


@pytest.fixture(scope="session")
def fit_folder(tmp_path_factory):
    """The folder of a fit of 300 stars, with a chain of 60 steps; without products. Not to be changed."""
    return small_fit(tmp_path_factory.mktemp("fit"))


@pytest.fixture(scope="session")
def shown_folder(fit_folder, tmp_path_factory):
    """The same fit with its products. Not to be changed."""
    return with_products(fit_folder, tmp_path_factory.mktemp("shown") / "fit")


@pytest.fixture(scope="session")
def tiny_folder(fit_folder, tmp_path_factory):
    """The stars of one of its fields, without a chain; with products."""
    return one_field(fit_folder, tmp_path_factory.mktemp("tiny") / "fit")
