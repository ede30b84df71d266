import numpy as np
import pytest

from galdask import figures
from tests.figures import made
from tests.figures.looking import named, panels, texts


def test_age_errors_mark_their_medians():
    dataset = made.dataset("age_errors")
    (axes,) = panels(figures.draw("age_errors", dataset))
    for side in ("lower", "upper"):
        median = float(dataset["median"].sel(side=side, population="total"))
        (line,) = named(axes, f"median_{side}")
        assert line.get_xdata()[0] == median
        assert f"{median:.2f}" in texts(axes)
        (steps,) = named(axes, side)
        assert steps.get_data().values.sum() == dataset["n_panel"].sel(side=side, population="total")
    assert named(axes, "lower")[0].get_zorder() <= named(axes, "upper")[0].get_zorder()
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels[0] == f"lower error, $N$ = {int(dataset['n_panel'][0, 0]):,}"
    assert axes.get_xlabel() == "Error of log$_{10}$ age (dex)"
    low, high = axes.get_xlim()
    assert (low, high) == (0.0, pytest.approx(high))


def test_age_systematics_have_a_panel_for_each_range_of_gravity():
    dataset = made.dataset("age_systematics", settings="logg_bins: [1, 1.5, 2]")
    row = panels(figures.draw("age_systematics", dataset))
    assert [axes.get_title().strip() for axes in row] == [
        r"$1 \leq \log g < 1.5$",
        r"$1.5 \leq \log g \leq 2$",
    ]
    for k, axes in enumerate(row):
        part = dataset.isel(logg=k)
        lines = named(axes, "median")
        assert [line.get_label() for line in lines] == ["Age", "Age (astroNN)"]
        for line, values in zip(lines, part["median"].values, strict=True):
            np.testing.assert_array_equal(line.get_ydata(), values[np.isfinite(values)])
        assert len(named(axes, "equal")) == 1
        assert f"{int(part['line_n'].max()):,}" in texts(axes)
        assert len(axes.containers) == 1


def test_nine_age_columns_are_nine_lines_and_the_stars_of_three():
    dataset = made.dataset("age_systematics", settings="logg_bins: [1, 1.5, 2]")
    names = [f"age_{k}" for k in range(9)]
    many = dataset.isel(catalogue=[0] * 9).assign_coords(catalogue=names)
    many = many.assign({f"point_{name}": dataset["point_age"] for name in names})
    figure = figures.draw("age_systematics", many)
    axes = panels(figure)[0]
    looks = {(line.get_color(), line.get_linestyle()) for line in named(axes, "median")}
    assert len(looks) == 9
    assert len(named(axes, "stars")) == 3
    assert len(figure.legends[0].get_texts()) == 9
