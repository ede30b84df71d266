"""Pictures of a fit, each drawn from its saved dataset; of few stars in one field, too."""

import numpy as np
import pytest

from galdask.cartography import open_product
from galdask.errors import ProductError
from galdask.figures import migration
from tests.figures.looking import panels, pixels

#: what each picture draws: gid of an artist -> how many at least, in all panels
DRAWN = {
    "data_distributions": {"histogram": 5, "median": 5, "map": 1, "sun": 1},
    "footprint": {"fields": 1},
    "selection": {"curves": 1, "histogram": 1, "space": 1},
    "graphical_model": {
        "node parameter": 6,
        "node hidden": 6,
        "node observed": 3,
        "node fixed": 4,
        "arrow": 20,
    },
    "enrichment": {"band": 11, "curve": 11, "sun": 2},
    "disks": {"stars": 4, "sun": 2, "births": 3, "even": 1, "migration": 1, "epicycle": 1},
    "parameters": {},
    "posterior": {},
    "chains": {"walker": 12, "burn_in": 12, "lag": 11},
    "model_against_data": {"data": 10, "residual": 10, "model": 5, "band": 5},
    "predictive_checks": {"made": 1, "chi2": 1},
    "evolution": {"curve": 4, "band": 4, "table1": 2, "text": 2},
    "derived": {"ratio": 1},
}


def drawn(figure, gid):
    return sum(
        artist.get_gid() == gid for axes in figure.axes for artist in axes.findobj(lambda a: a.get_gid())
    )


def test_every_product_has_a_picture():
    assert set(migration.names()) == set(DRAWN)


def test_what_is_no_product_has_none(shown_folder):
    with pytest.raises(ProductError, match="no picture 'kiel'"):
        migration.draw("kiel", open_product(shown_folder / "products" / "evolution.zarr"))


@pytest.mark.parametrize("name", sorted(set(DRAWN) - {"posterior"}))
def test_it_draws(name, shown_folder):
    figure = migration.draw(name, open_product(shown_folder / "products" / f"{name}.zarr").load())
    for gid, least in DRAWN[name].items():
        assert drawn(figure, gid) >= least, gid
    image = pixels(figure)
    assert (image != 255).any(axis=2).mean() > 0.03


@pytest.mark.parametrize("name", sorted(set(DRAWN) - {"chains", "posterior", "graphical_model", "derived"}))
def test_it_draws_a_few_stars_of_one_field(name, tiny_folder):
    dataset = open_product(tiny_folder / "products" / f"{name}.zarr").load()
    figure = migration.draw(name, dataset)
    for gid in DRAWN[name]:
        assert drawn(figure, gid) > 0, gid
    assert (pixels(figure) != 255).any(axis=2).mean() > 0.02


def test_the_corner_plot_has_all_pairs(shown_folder):
    dataset = open_product(shown_folder / "products" / "posterior.zarr").load()
    figure = migration.draw("posterior", dataset)
    shown = [axes for axes in figure.axes if axes.get_visible() and axes.has_data()]
    assert len(shown) == 66
    assert sum(line.get_gid() == "published" for axes in shown for line in axes.lines) > 10
    assert (pixels(figure) != 255).any(axis=2).mean() > 0.03
    words = " ".join(text.get_text() for text in figure.texts)
    assert "300 stars" in words
    assert "samples of the chain" in words


def test_both_axes_of_secular_evolution_agree(shown_folder):
    dataset = open_product(shown_folder / "products" / "evolution.zarr").load()
    top, bottom = panels(migration.draw("evolution", dataset))[:2]
    right, below = (axes.child_axes[0] for axes in (top, bottom))
    pixels(top.figure)
    assert right.get_ylim()[1] == pytest.approx(top.get_ylim()[1] / 235.0)
    # the paper's right axis: a JR of 60 kpc km/s is 1.23 kpc
    assert np.sqrt(60.0 / dataset.attrs["kappa"]) == pytest.approx(1.23, abs=0.005)
    assert below.get_ylim()[1] == pytest.approx(np.sqrt(bottom.get_ylim()[1] / dataset.attrs["kappa"]))


def test_a_field_over_the_edge_of_the_sky_has_two_parts():
    from galdask.figures.migration_footprint import _circle

    parts = _circle(np.pi, 0.0, np.radians(5.0))
    assert len(parts) == 2
    assert all(np.all(np.abs(part[:, 0]) <= np.pi) for part in parts)
    assert len(_circle(0.5, 0.1, np.radians(5.0))) == 1
