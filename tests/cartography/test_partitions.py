"""A product is the same, bit for bit, however its stars are ordered and cut into partitions."""

import numpy as np
import pytest
import xarray as xr

from galdask.cartography.atlas import finish
from tests.cartography.stars import plan, random_stars, results

NAMES = (
    "age_errors",
    "mgfe_grid",
    "mgfe_age_grid",
    "mgfe_by_radius",
    "mdf_grid",
    "mdf_moments",
    "adf_moments",
    "amr",
    "age_alpha",
    "chemical_tagging",
    "age_systematics",
    "amr_variants",
    "variant_differences",
)


@pytest.mark.parametrize("name", NAMES)
def test_partitions_and_order_do_not_change_a_product(name):
    small, stars = plan(), random_stars(1500)
    order = np.random.default_rng(2).permutation(1500)
    mixed = {column: values[order] for column, values in stars.items()}
    whole = finish(small, name, results(small, stars, 1, (name,)))
    cut = finish(small, name, results(small, mixed, 4, (name,)))
    xr.testing.assert_identical(whole, cut)
