import numpy as np

from galdask import figures
from tests.figures import made
from tests.figures.looking import named, panels, texts


def test_every_age_has_its_contour_and_its_centre():
    dataset = made.dataset("chemical_tagging")
    axes = panels(figures.draw("chemical_tagging", dataset))[0]
    parts = dataset.sel(population=["low_alpha", "high_alpha"])
    assert len(named(axes, "contours")) == int(np.isfinite(parts["level"]).sum()) > 5
    centres = np.array([c.lines[0].get_xydata()[0] for c in axes.containers])
    good = np.isfinite(parts["r_median"].values)
    expected = np.stack([parts["r_median"].values[good], parts["mg_fe_median"].values[good]], axis=1)
    np.testing.assert_array_equal(np.sort(centres, axis=0), np.sort(expected, axis=0))
    assert f"{int(dataset['n_age'].sel(population='total').sum()):,}" in texts(axes)
    assert r"$-0.1 \leq$ [Fe/H] $\leq 0.1$" in texts(axes)
    assert axes.get_xlabel() == "$R$ (kpc)"
