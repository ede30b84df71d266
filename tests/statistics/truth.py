"""Truth: the same estimators on an independent mock a hundred times larger.

The estimators of cells and of lines through stars are simply run on all of its stars. Running medians need
care. A window of 200 stars is a tenth of a kpc wide in a sample of 6.6 million and several kpc wide at the
edge of one of 66 thousand, so windows must grow with the sample: 20,000 stars, in steps of 10,000 (`wide`).
What is left is the phase of the last window: up to half a window of the outermost stars belongs to none,
and how many moves as a saw-tooth with the number of stars in the bin. The last window lies far out and has
the longest lever, so that one phase differs from the mean over phases by about one standard error. So the
large mock is also cut into a hundred samples of the size of the one tested, and the slopes of these hundred,
found with the very settings of the pipeline, are averaged (`samples`): every phase enters as it does in
estimates. That mean is the main truth; the other one stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from galdask.mocks.sample import sample_blocks
from galdask.reductions import CellTable
from tests.statistics.estimators import CELLS, GRADIENTS, Pass, Stars, gradients, pieces, plan

#: seed of the truth; estimates have seeds 1 to 20
SEED = 1000
TIMES = 100
#: variant -> columns that are measured, the rest is true
VARIANTS: dict[str, tuple[str, ...]] = {
    "measured": ("x", "y", "r", "theta", "z", "abs_z", "fe_h", "mg_fe", "log_age", "population"),
    "true": (),
    "places": ("x", "y", "r", "theta", "z", "abs_z"),
    "radii": ("r",),
    "heights": ("abs_z",),
    "labels": ("fe_h", "mg_fe", "log_age"),
    "populations": ("population",),
}
#: variants for which cells are made, too
IN_CELLS = ("measured", "true", "places", "labels")
#: fewest stars for a bootstrap error of a line through stars to be judged
FEWEST = 100


@dataclass
class Truth:
    """Results on a mock of `n` times `TIMES` stars, for some variants."""

    n: int
    """Stars of a sample that estimates are made from."""
    slopes: dict[str, xr.Dataset] = field(default_factory=dict)
    """Slopes of each of the hundred samples, dimension `sample`."""
    wide: xr.Dataset = field(default_factory=xr.Dataset)
    """Slopes of all stars together, with windows a hundred times larger."""
    fine: xr.Dataset = field(default_factory=xr.Dataset)
    """Slopes of all stars together, with the pipeline's own windows: for comparison only."""
    cells: dict[str, dict[tuple[str, str], CellTable]] = field(default_factory=dict)
    """Order statistics of all stars in cells, by (product, quantity)."""

    @property
    def mean(self) -> xr.DataArray:
        """The slope to expect."""
        return self.slopes["measured"]["slope"].mean("sample")

    @property
    def judged(self) -> xr.DataArray:
        """Bins that are judged: each of the hundred samples has a line there, through enough stars."""
        measured = self.slopes["measured"]
        return np.isfinite(measured["slope"]).all("sample") & (measured["n"].mean("sample") >= FEWEST)

    def pulls(self, estimates: xr.Dataset, truth: xr.DataArray | None = None) -> xr.DataArray:
        """(estimate - truth) / error where a bin is judged, else NaN."""
        distance = estimates["slope"] - (self.mean if truth is None else truth)
        return (distance / estimates["slope_err"]).where(self.judged)


def mixed(measured: Stars, true: Stars, variant: str) -> dict[str, np.ndarray]:
    """The very same stars with some columns measured and the rest true."""
    columns = VARIANTS[variant]
    return {name: measured[name] if name in columns else values for name, values in true.items()}


def truth(n: int, variants: Iterable[str] = ("measured",), cells: tuple[str, ...] = CELLS) -> Truth:
    """Draw the large mock once and run everything over it, a sample at a time."""
    found: dict[str, list[xr.Dataset]] = {name: [] for name in variants}
    narrow = plan(replicas=0)
    wide, fine = (Pass(one, [GRADIENTS]) for one in (plan(replicas=0, times=TIMES), narrow))
    passes = {name: Pass(narrow, cells) for name in found if name in IN_CELLS}
    noisy = pieces(sample_blocks(n * TIMES, SEED), n)
    clean = pieces(sample_blocks(n * TIMES, SEED, noise=False), n) if len(found) > 1 else None
    for measured in noisy:
        true = next(clean) if clean else measured
        wide.push(measured)
        fine.push(measured)
        for name, parts in found.items():
            stars = mixed(measured, true, name)
            parts.append(gradients(narrow, stars)[["slope", "n"]])
            if name in passes:
                passes[name].push(stars)
    return Truth(
        n,
        {name: xr.concat(parts, "sample", join="exact") for name, parts in found.items()},
        wide.gradients(wide.tables()),
        fine.gradients(fine.tables()),
        {name: one.medians(one.tables()) for name, one in passes.items()},
    )
