import numpy as np
import pytest

from galdask.cartography.atlas import finish
from galdask.cartography.plan import Plan
from galdask.cartography.products import load
from galdask.errors import ProductError
from tests.cartography.stars import PIPELINE, plan, random_stars, results, section

NAME = "logg_coverage"


@pytest.fixture(scope="module")
def stars():
    return random_stars(4000)


@pytest.fixture(scope="module")
def made(stars):
    small = plan()
    return finish(small, NAME, results(small, stars, names=(NAME,)))


def test_counts_in_each_range_of_gravity(made, stars):
    assert made["n_xy"].dims == ("population", "logg", "x", "y")
    low = (stars["logg"] >= 1) & (stars["logg"] < np.float32(1.4))
    cell = (np.floor(stars["x"]) == -2) & (np.floor(stars["y"]) == 1)
    mine = made.sel(population="total", logg=1.2)
    assert int(mine["n_xy"].sel(x=-1.5, y=1.5)) == (low & cell).sum() > 0
    inside = (np.abs(stars["x"]) < 6) & (np.abs(stars["y"]) < 6)
    assert int(mine["n_panel"]) == (low & inside).sum()
    assert int(mine["n_inner"]) == (low & (stars["r"] < 2)).sum()
    assert int(mine["n_outer"]) == (low & (stars["r"] >= 6)).sum()
    assert "appendix A.2" in made.attrs["published_note"]


def test_the_last_range_is_closed(stars):
    edge = {k: v.copy() for k, v in stars.items()}
    edge["logg"][:] = 2.0
    small = plan()
    made = finish(small, NAME, results(small, edge, names=(NAME,)))
    assert made["n_panel"].sel(population="total").values[0] == 0
    assert made["n_panel"].sel(population="total").values[1] > 0


def test_the_table_has_a_row_a_range(made):
    table = load(NAME).tables(made)[NAME]
    assert list(table.columns) == ["population", "logg_low", "logg_high", "n_panel", "n_inner", "n_outer"]
    assert len(table) == 2 * 3


def test_a_sample_that_is_not_there_is_named():
    absent = "there is no sample all_gravities"
    assert plan(PIPELINE.replace("  all_gravities: {cuts: []}\n", "")).lacks(NAME) == absent
    optional = Plan.from_section(section(), samples=("main", "age", "catalogue"))
    assert optional.lacks(NAME) == absent
    assert NAME in optional.choose()[1]
    with pytest.raises(ProductError, match="nothing to make"):
        optional.choose([NAME])
    other = plan(PIPELINE.replace("logg_coverage: {", "logg_coverage: {sample: main, "))
    assert other.lacks(NAME) is None
