"""The saved results of a run: datasets, ledger and provenance, opened when they are asked for."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.lineage.finding import NotComputableError, NotMadeError

if TYPE_CHECKING:
    import xarray as xr


class Results:
    """A run's folder.

    Parameters
    ----------
    folder : path
        With ``products/``, ``ledger.csv`` and ``provenance.json``.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._open: dict[str, xr.Dataset] = {}

    @cached_property
    def record(self) -> dict[str, Any]:
        """The provenance record of the run; empty where there is none."""
        try:
            found = json.loads((self.folder / "provenance.json").read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def catalogue(self) -> Mapping[str, Any]:
        """What the record says of the store."""
        found = self.record.get("store", {})
        return found if isinstance(found, dict) else {}

    @cached_property
    def ledger(self) -> list[dict[str, str]]:
        """The rows of ledger.csv; empty where there is none."""
        try:
            with open(self.folder / "ledger.csv", newline="", encoding="utf-8") as handle:
                return list(csv.DictReader(handle))
        except FileNotFoundError:
            return []

    @property
    def products(self) -> tuple[str, ...]:
        """Names of the saved products."""
        return tuple(sorted(path.stem for path in (self.folder / "products").glob("*.zarr")))

    def product(self, name: str) -> xr.Dataset:
        """Return a saved product.

        Raises
        ------
        NotMadeError
            If the run has none of that name.
        """
        if name not in self._open:
            from galdask import cartography

            path = self.folder / "products" / f"{name}.zarr"
            if not (path / "zarr.json").is_file():
                raise NotMadeError(name)
            self._open[name] = cartography.open_product(path)
        return self._open[name]

    def settings(self, name: str) -> dict[str, Any]:
        """Return the settings of a saved product."""
        found: dict[str, Any] = json.loads(self.product(name).attrs["settings"])
        return found

    def remaining(self, sample: str, step: str = "kept") -> int | None:
        """Return how many rows are left after a step of a sample; None where there is no such line."""
        for row in self.ledger:
            if (row["sample"], row["step"]) == (sample, step):
                return int(row["remaining"])
        return None

    def close(self) -> None:
        """Close the datasets."""
        for dataset in self._open.values():
            dataset.close()
        self._open.clear()


def of_population(dataset: xr.Dataset, name: str) -> xr.Dataset:
    """Return the part of a dataset that is of one population.

    Raises
    ------
    NotComputableError
        If the run does not tell it apart.
    """
    if name not in dataset["population"].values.astype(str):
        raise NotComputableError(f"the run has no population {name}")
    return dataset.sel(population=name)


def bin_of(dataset: xr.Dataset, axis: str, low: float, high: float) -> int:
    """Return which bin of an axis has these edges.

    Raises
    ------
    NotComputableError
        If none has.
    """
    edges = dataset[f"{axis}_bnds"].values
    found = np.flatnonzero(np.all(np.abs(edges - (low, high)) < 1e-6, axis=1))
    if not found.size:
        label = dataset[axis].attrs.get("long_name", axis)
        raise NotComputableError(f"the run has no bin {label} {low:g} to {high:g}")
    return int(found[0])


def weighted(values: np.ndarray, errors: np.ndarray) -> tuple[float, float]:
    """Return the mean weighted by 1/error**2 and its error; NaN where nothing has an error."""
    good = np.isfinite(values) & np.isfinite(errors) & (errors > 0)
    if not good.any():
        return float("nan"), float("nan")
    weight = 1.0 / errors[good] ** 2
    return float((weight * values[good]).sum() / weight.sum()), float(1.0 / np.sqrt(weight.sum()))


def redrawn(counts: np.ndarray, replicas: int = 200, seed: int = 1) -> np.ndarray:
    """Return Poisson replicas of counts, (replicas, ...), the same each time."""
    return np.random.default_rng(seed).poisson(counts, (replicas, *counts.shape))
