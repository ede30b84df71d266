"""What a product of a fit is: a labelled dataset with a title, a caption and, for some, tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.migration.fit.folder import Fit
    from galdask.migration.model.parameters import Parameters
    from galdask.migration.products.predicted import Predicted


@dataclass(frozen=True, slots=True)
class Work:
    """A fit, and what its products share."""

    fit: Fit
    draws: int = 100
    """Draws of the posterior behind bands."""
    model_stars: int | None = None
    """Points of the survey that stand for observed stars of the model; by default some for each star."""
    seed: int = 1
    _made: dict[str, Any] = field(default_factory=dict, repr=False)

    def sets(self) -> list[Parameters]:
        """Return draws of the posterior, as sets of parameters."""
        if "sets" not in self._made:
            best = self.fit.parameters_best
            self._made["sets"] = [
                best.with_vector(row) for row in self.fit.posterior(self.draws, seed=self.seed)
            ]
        return list(self._made["sets"])

    def predicted(self) -> Predicted:
        """Return the observed stars of the model."""
        if "predicted" not in self._made:
            from galdask.migration.products.predicted import predict

            self._made["predicted"] = predict(self)
        made: Predicted = self._made["predicted"]
        return made


@dataclass(frozen=True, slots=True)
class Product:
    """One product.

    Parameters
    ----------
    name, title : str
        Of the dataset, its picture and its place in the report.
    figure : str
        Which figure or table of Frankel et al. 2020 it answers; may be empty.
    caption : str
        What the picture shows.
    make : callable
        Work -> dataset.
    tables : callable, optional
        Dataset -> name -> table.
    needs_chain : bool
        Whether it is left out where there is no chain yet.
    """

    name: str
    title: str
    figure: str
    caption: str
    make: Callable[[Work], xr.Dataset]
    tables: Callable[[xr.Dataset], dict[str, pd.DataFrame]] | None = None
    needs_chain: bool = False


def variable(
    dims: tuple[str, ...] | str, values: Any, name: str, unit: str = ""
) -> tuple[Any, np.ndarray, dict[str, str]]:
    """Return a variable with its long name and unit."""
    about = {"long_name": name} | ({"units": unit} if unit else {})
    return dims, np.asarray(values), about


def band(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return median, 16 % and 84 % along the first axis."""
    low, middle, high = np.quantile(values, [0.16, 0.5, 0.84], axis=0)
    return middle, low, high
