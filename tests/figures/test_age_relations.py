import numpy as np
import pytest

from galdask import figures
from tests.figures import made
from tests.figures.looking import named, panels, texts


def sheet(name):
    dataset = made.dataset(name)
    shown = panels(figures.draw(name, dataset))[: dataset.sizes["abs_z"] * dataset.sizes["r"]]
    return dataset, np.array(shown, dtype=object).reshape(dataset.sizes["abs_z"], -1)[::-1]


@pytest.mark.parametrize("name", ["amr", "amr_density", "age_alpha"])
def test_old_stars_are_at_the_left_with_the_typical_error_in_the_corner(name):
    dataset, grid = sheet(name)
    for row in range(3):
        for column in range(6):
            axes, part = grid[row, column], dataset.isel(population=0, abs_z=row, r=column)
            left, right = axes.get_xlim()
            assert left > right
            if int(part["n_age"]):
                assert f"$N$ = {int(part['n_age']):,} ({100 * float(part['f_distmass']):.0f} %)" in texts(
                    axes
                )
    ((low, up),) = [[float(dataset[f"age_err_{s}_median"][0, 2]) for s in ("low", "up")]]
    (bar,) = grid[0, 2].containers[-1:]
    (segment,) = bar.lines[2][0].get_segments()
    middle = segment[0, 0] + low
    assert segment[1, 0] - middle == pytest.approx(up)
    assert middle < sum(grid[0, 2].get_xlim()) / 2, "young is right"


def test_amr_has_every_sampled_star_and_its_trend():
    dataset, grid = sheet("amr")
    total = 0
    for row in range(3):
        for column in range(6):
            axes, part = grid[row, column], dataset.isel(abs_z=row, r=column)
            (stars,) = named(axes, "stars")
            own = (dataset["point_row"].values == row) & (dataset["point_column"].values == column)
            np.testing.assert_array_equal(stars.get_offsets()[:, 0], dataset["point_log_age"].values[own])
            np.testing.assert_array_equal(stars.get_array(), dataset["point_mg_fe"].values[own])
            total += own.sum()
            (trend,) = named(axes, "trend")
            median = part["fe_h_median"].values
            np.testing.assert_array_equal(trend.get_ydata(), median[np.isfinite(median)])
    assert total == dataset.sizes["star"] > 1000


def test_age_alpha_marks_the_modes_over_the_region_of_all_stars():
    dataset, grid = sheet("age_alpha")
    for row in range(3):
        for column in range(6):
            axes, part = grid[row, column], dataset.isel(abs_z=row, r=column)
            shown = [line.get_xdata()[0] for line in named(axes, "mode")]
            assert len(shown) == int(part["n_modes"])
            np.testing.assert_array_equal(shown, part["mode_log_age"].values[: len(shown)])
            assert len(named(axes, "behind")) == 1
    assert int(dataset["n_modes"].sum()) > 5
