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
