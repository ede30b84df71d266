"""Families of products whose stated errors are judged against truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from galdask.mocks.sample import sample_blocks
from tests.statistics.estimators import Stars, pieces
from tests.statistics.made import VARIANTS, Change, Known, crowd, datasets, known, plan
from tests.statistics.truth import TIMES

#: stars of a mock: as many as in the published sample
STARS = 66_496
SEEDS = range(1, 21)


@dataclass(frozen=True)
class Pair:
    """A number of a product and its stated error."""

    value: str
    n: str = ""
    """Variable with the number of stars behind it, if there is a lower limit."""
    fewest: int = 0
    """Fewest stars, on average, of a bin that is judged."""
    splits: tuple[str, ...] = ("population",)
    """Dimensions by which pools are also shown."""
    pool: str = ""
    """Name of the pool, where numbers of the same kind belong together."""
    only: tuple[str, ...] = ()
    """Populations that are judged; all of them by default."""
    samples: bool = False
    """Its bins depend on the number of stars: the truth is the mean over samples of the size tested."""
    follows: bool = False
    """It is made of other numbers of the family, and its bias is theirs."""
    holds: bool = True
    """Whether the error is one; otherwise the family's note says what it is."""

    @property
    def err(self) -> str:
        return f"{self.value}_err"


@dataclass(frozen=True)
class Family:
    """One product, and what of it is judged."""

    name: str
    title: str
    pairs: tuple[Pair, ...]
    product: str = ""
    """By default the name."""
    windows: bool = False
    """Running medians: every truth is the mean over samples of the size tested."""
    copies: int = 1
    """Samples that the mock of each seed is made of, where a product has few bins."""
    note: str = ""
    """What the page says under the tables."""
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    change: Change = dict
    more: tuple[str, ...] = ()
    """Further variables that are kept."""

    @property
    def of(self) -> str:
        return self.product or self.name

    @property
    def variables(self) -> list[str]:
        """What is kept of a dataset."""
        found = [name for pair in self.pairs for name in (pair.value, pair.err, pair.n) if name]
        return list(dict.fromkeys([*found, *self.more]))

    @property
    def pools(self) -> dict[str, list[Pair]]:
        """Pairs by the name of their pool."""
        out: dict[str, list[Pair]] = {}
        for pair in self.pairs:
            out.setdefault(pair.pool or pair.value, []).append(pair)
        return out


@dataclass(frozen=True)
class Study:
    """Truth and estimates of one family."""

    family: Family
    known: Known
    found: xr.Dataset
    """Estimates, dimension `seed`."""

    def truth(self, pair: Pair, variant: str = "measured") -> xr.DataArray:
        """What to expect of a number."""
        if self.family.windows or pair.samples:
            return self.known.samples[variant][pair.value].mean("sample")
        return self.known.whole[variant][pair.value]

    def judged(self, pair: Pair) -> xr.DataArray:
        """Bins that are judged: all hundred samples and all mocks have a number there."""
        many, found = self.known.samples.get("measured"), self.found
        good = np.isfinite(self.truth(pair))
        good &= np.isfinite(found[pair.value]).all("seed") & (found[pair.err] > 0).all("seed")
        if many is not None:
            good &= np.isfinite(many[pair.value]).all("sample")
        if pair.n:
            number = (
                self.known.whole["measured"][pair.n] / TIMES if many is None else many[pair.n].mean("sample")
            )
            good &= number >= pair.fewest
        if pair.only:
            good &= good["population"].isin(pair.only)
        return good

    def pulls(self, pair: Pair) -> xr.DataArray:
        """(estimate - truth) / error where a bin is judged, else NaN."""
        away = self.found[pair.value] - self.truth(pair)
        return (away / self.found[pair.err].where(self.found[pair.err] > 0)).where(self.judged(pair))

    def error(self, pair: Pair) -> xr.DataArray:
        """Stated error: root mean square over the mocks."""
        return np.sqrt((self.found[pair.err] ** 2).mean("seed"))

    def bias(self, pair: Pair, variant: str) -> xr.DataArray:
        """What a variant's number is more than the true one, on the very same stars, in stated errors."""
        kind = self.known.samples if self.family.windows else self.known.whole
        away = kind[variant][pair.value] - kind["true"][pair.value]
        away = away.mean("sample") if self.family.windows else away
        return (away / self.error(pair)).where(self.judged(pair))

    def rest(self, pair: Pair) -> xr.DataArray:
        """Bias that neither places nor labels nor the classification explain."""
        return self.bias(pair, "measured") - sum(self.bias(pair, part) for part in PARTS)

    def small(self, pair: Pair) -> xr.DataArray:
        """Mean of the hundred samples less the number of all their stars together, in stated errors."""
        away = self.known.samples["measured"][pair.value].mean("sample")
        away = away - self.known.whole["measured"][pair.value]
        return (away / self.error(pair)).where(self.judged(pair))


PARTS = ("places", "labels", "populations")


def estimates(family: Family, samples: Iterable[Stars], replicas: int | None = None) -> xr.Dataset:
    """The product of every sample, dimension `seed`."""
    own = plan(replicas, **family.settings)
    found = [
        datasets(own, [family.of], family.change(stars))[family.of][family.variables] for stars in samples
    ]
    return xr.concat(found, "seed", join="exact")


def mocks(copies: int = 1, stars: int = STARS, seeds: Iterable[int] = SEEDS) -> Iterator[Stars]:
    """The samples of each seed."""
    for seed in seeds:
        yield from pieces(sample_blocks(copies * stars, seed), stars)


def study(family: Family, variants: Iterable[str] = VARIANTS) -> Study:
    """Run one family in full: truth with all variants, and the twenty mocks."""
    truth = known(
        crowd(STARS, variants), family.of, family.variables, family.windows, family.change, **family.settings
    )
    return Study(family, truth, estimates(family, mocks(family.copies)))


SIDES, NEAR = ("fit_to", "side", "population"), ("fit_to", "population")


def shapes(name: str, title: str, **more: Any) -> Family:
    """Moments, quartiles and mode in rows of R, and what follows from the rows together."""
    return Family(
        name,
        title,
        (
            *(Pair(one, "n_row", 50) for one in ("mean", "std", "skewness")),
            *(Pair(one, "n_row", 50, samples=True) for one in ("mode", "mode_minus_median")),
            *(Pair(one, "n_row", 10) for one in ("q25", "median", "q75")),
            Pair("slope", splits=("estimator", "population")),
            Pair("mode_minus_median_max", holds=False),
        ),
        copies=3,
        more=("mode_minus_median_max_noise",),
        note="The mode of a broad distribution from few stars is not that of many (column `few stars`), so"
        " its truth is the mean over samples of the size tested. The largest mode - median of several rows is"
        " too large by construction; the product says by how much noise raises it at least"
        " (`mode_minus_median_max_noise`), and that is what is tested.",
        **more,
    )


def rows(name: str, title: str, **more: Any) -> Family:
    """Quartiles and mode in rows of R and slices of |Z|."""
    quartiles = (Pair(one, "n_row", 10) for one in ("q25", "median", "q75"))
    return Family(name, title, (*quartiles, Pair("mode", "n_row", 50, samples=True)), **more)


FAMILIES = (
    Family(
        "vertical_gradients",
        "Vertical gradients of [Fe/H] by R",
        (
            Pair("slope", "n", 100, SIDES),
            Pair("near_sun_slope", "near_sun_n", 100, SIDES, "slope"),
            Pair("asymmetry", splits=NEAR),
            Pair("near_sun_asymmetry", splits=NEAR, pool="asymmetry"),
        ),
        windows=True,
    ),
    Family(
        "profiles_by_age",
        "Gradients of [Fe/H] by age, and their trends",
        (
            Pair("radial_slope", "radial_line_n", 100, NEAR, "slope"),
            Pair("vertical_slope", "vertical_line_n", 100, NEAR, "slope"),
            Pair("radial_trend", splits=NEAR, pool="trend", follows=True),
            Pair("vertical_trend", splits=NEAR, pool="trend", follows=True),
        ),
        windows=True,
        copies=4,
    ),
    Family(
        "age_gradients",
        "Radial and vertical gradients of age",
        (
            Pair("slope", "n", 100, NEAR),
            Pair("vertical_slope", "vertical_n", 100, SIDES),
            Pair("vertical_asymmetry", splits=NEAR),
        ),
        windows=True,
    ),
    shapes("mdf_moments", "Moments of the metallicity distribution by R"),
    shapes("adf_moments", "Moments of the age distribution by R"),
    Family(
        "skewness_zero",
        "Where the skewness of the metallicity distribution changes sign",
        (Pair("skewness_zero", only=("low_alpha",)),),
        product="mdf_moments",
        copies=20,
        note="Of low-alpha stars, whose skewness changes sign once; where it does so for all stars together"
        " or for high-alpha ones it may jump from one place to another, which an error does not tell.",
    ),
    rows("mdf_grid", "Quartiles and modes of the metallicity distribution by R and |Z|"),
    rows("adf_grid", "Quartiles and modes of the age distribution by R and |Z|"),
    Family(
        "polar_maps",
        "Medians in cells of R and azimuth, and slopes along R at each azimuth",
        (Pair("fe_h_median", "fe_h_n", 10), Pair("slope", samples=True)),
    ),
    Family(
        "mgfe_by_radius",
        "Median [Mg/Fe] by [Fe/H] in rings, and the shift from the inner to the outer one",
        (Pair("mg_fe_median", "mg_fe_n", 10), Pair("shift", only=("low_alpha", "high_alpha"), samples=True)),
        copies=10,
        note="The shift of all stars together is not judged: their medians lie between two populations, and"
        " its pulls have a mean of about -0.5.",
    ),
)
BY_NAME = {family.name: family for family in FAMILIES}
