"""The folder of a fit: the names of its files, and the fit that they hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask import publish
from galdask.errors import InputError, OutputError
from galdask.migration.fit.coordinates import coordinates, parameters_at
from galdask.migration.model.choices import Choices, choices_of
from galdask.migration.model.parameters import FREE, KNOWN, Parameters
from galdask.migration.survey.noise import Noise, Stars
from galdask.migration.survey.selection import Selection
from galdask.migration.survey.sky import Sun
from galdask.migration.survey.tracer import Tracer

if TYPE_CHECKING:
    import pandas as pd

#: what is kept -> its name in the folder
NAMES = {
    "configuration": "configuration.json",
    "stars": "stars.parquet",
    "ledger": "ledger.csv",
    "remarks": "remarks.csv",
    "selection": "selection.npz",
    "shards": "shards",
    "optimum": "optimum.json",
    "chain": "chain.zarr",
    "chain_state": "chain_state.npz",
    "summary": "summary.json",
    "products": "products",
    "tables": "tables",
    "figures": "figures",
    "report": "report/index.html",
    "provenance": "provenance.json",
    "variants": "variants",
}
#: columns of `stars.parquet` that the likelihood takes, in the order of `Stars`
OBSERVED = tuple(Stars.__dataclass_fields__)
#: number of sets that `Fit.posterior` gives where there is no chain and no number was asked for
FROM_HESSIAN = 2000


def path_of(folder: Path | str, what: str) -> Path:
    """Return the path of a file of a fit; `what` is one of `NAMES`."""
    return Path(folder) / NAMES[what]


def read_json(folder: Path | str, what: str) -> dict[str, Any]:
    """Return one of the JSON files of a fit.

    Raises
    ------
    InputError
        If it is missing or damaged.
    """
    path = path_of(folder, what)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            "this folder holds no such part of a fit",
            where=path,
            expected="the folder that `galdask fit ... --out OUT` wrote",
            todo="run the fit, or give its folder",
        ) from error
    except (OSError, ValueError) as error:
        raise InputError("a file of the fit cannot be read", where=path, found=error) from error
    if not isinstance(found, dict):
        raise InputError("a file of the fit is damaged", where=path, expected="a JSON object")
    return found


def write_selection(folder: Path | str, selection: Selection) -> Path:
    """Keep the selection function with the fit: neither the survey's table nor its dust is needed again."""
    fields = selection.fields
    arrays = {name: getattr(fields, name) for name in ("l", "b", "radius", "fraction", "h_min", "h_max")}
    return publish.write(
        path_of(folder, "selection"),
        lambda handle: np.savez(
            handle,
            name=np.array(fields.name, dtype=np.str_),
            distances=selection.distances,
            curves=selection.curves,
            **arrays,
        ),
    )


def read_selection(folder: Path | str) -> Selection:
    """Return the selection function that `write_selection` kept.

    Raises
    ------
    InputError
        If it is missing or damaged.
    """
    from galdask.migration.survey.fields import Fields

    path = path_of(folder, "selection")
    try:
        with open(path, "rb") as handle, np.load(handle, allow_pickle=False) as found:
            held = {name: found[name] for name in found.files}
        fields = Fields(
            tuple(str(n) for n in held.pop("name")),
            *(held[n] for n in ("l", "b", "radius", "fraction", "h_min", "h_max")),
        )
        return Selection(fields, held["distances"], held["curves"])
    except (OSError, ValueError, KeyError) as error:
        raise InputError("the survey of the fit cannot be read", where=path, found=error) from error


def read_stars(folder: Path | str) -> pd.DataFrame:
    """Return the stars of the fit, one row each.

    Raises
    ------
    InputError
        If the file is missing or damaged.
    """
    import pandas as pd
    import pyarrow as pa

    path = path_of(folder, "stars")
    try:
        return pd.read_parquet(path)
    except (OSError, pa.ArrowException) as error:
        raise InputError("the stars of the fit cannot be read", where=path, found=error) from error


@dataclass(frozen=True)
class Fit:
    """A fit, as its folder holds it.

    Parameters
    ----------
    path : path
        The folder.
    configuration : mapping
        What `configuration.json` says: the settings, and the digest that names the fit.
    optimum : dict
        What `optimum.json` says.
    """

    path: Path
    configuration: Mapping[str, Any]
    optimum: dict[str, Any]

    @property
    def settings(self) -> Mapping[str, Any]:
        """Canonical settings of the fit."""
        return self.configuration["settings"]  # type: ignore[no-any-return]

    @cached_property
    def parameters_best(self) -> Parameters:
        """The maximum of the likelihood, with the fixed parameters."""
        return Parameters(**self.optimum["best"]["parameters"])

    @cached_property
    def errors(self) -> dict[str, float]:
        """Standard errors of the free parameters from the curvature; NaN where it is not positive."""
        found = self.optimum["best"]["errors"]
        return {name: float("nan") if found[name] is None else float(found[name]) for name in FREE}

    @cached_property
    def reference(self) -> Parameters:
        """The set of parameters near which draws and volume were drawn last."""
        return Parameters(**self.optimum["best"]["reference"])

    @cached_property
    def choices(self) -> Choices:
        """How the model is read."""
        return choices_of(dict(self.settings["choices"]))

    @cached_property
    def tracer(self) -> Tracer:
        """The kind of star."""
        return Tracer(**self.settings["tracer"])

    @cached_property
    def noise(self) -> Noise:
        """Errors that are the same for all stars."""
        return Noise(**self.settings["noise"])

    @cached_property
    def sun(self) -> Sun:
        """Where the Sun is and how it moves."""
        sun = self.settings["sun"]
        return Sun(float(sun["r"]), float(sun["z"]), tuple(float(v) for v in sun["v"]))  # type: ignore[arg-type]

    @cached_property
    def stars(self) -> pd.DataFrame:
        """The stars of the fit: what was observed, and where that places them in the disk."""
        return read_stars(self.path)

    @cached_property
    def observed(self) -> Stars:
        """The stars as the likelihood takes them."""
        return Stars(*(self.stars[name].to_numpy() for name in OBSERVED))

    @cached_property
    def summary(self) -> dict[str, Any]:
        """What `summary.json` says; empty while there is none."""
        return read_json(self.path, "summary") if path_of(self.path, "summary").exists() else {}

    @cached_property
    def _selection(self) -> Selection:
        return read_selection(self.path)

    def selection(self) -> Selection:
        """Return the selection function of the survey."""
        return self._selection

    @property
    def source(self) -> str:
        """What `posterior` gives: "chain", or "hessian" where there is none with steps after its burn-in."""
        return "hessian" if self._chain is None else "chain"

    @cached_property
    def _chain(self) -> np.ndarray | None:
        from galdask.migration.fit.chain import posterior

        return posterior(self.path)

    @cached_property
    def hessian(self) -> np.ndarray:
        """Second derivatives of -ln L in `fit.coordinates` at the maximum, (11, 11)."""
        return np.array(self.optimum["best"]["hessian"], dtype=np.float64)

    def posterior(self, n: int | None = None, seed: int = 1) -> np.ndarray:
        """Return sets of the free parameters, in the order of `FREE`.

        Parameters
        ----------
        n : int, optional
            How many; of the chain, chosen without repetition where it holds as many. By default all of the
            chain after its burn-in, thinned; without a chain 2000.
        seed : int
            Of the choice, or of the draws.

        Returns
        -------
        (n, 11) float64
            From the chain, or, where `source` says "hessian", from the normal distribution that the curvature
            at the maximum gives, within the prior.

        Raises
        ------
        InputError
            If there is no chain, and the curvature is not positive.
        """
        rng = np.random.default_rng(seed)
        if self._chain is not None:
            if n is None:
                return self._chain
            return self._chain[rng.choice(len(self._chain), n, replace=n > len(self._chain))]
        return _normal(self.parameters_best, self.hessian, FROM_HESSIAN if n is None else n, rng)


def _normal(best: Parameters, hessian: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    if not np.all(np.isfinite(hessian)) or np.min(np.linalg.eigvalsh(hessian)) <= 0.0:
        raise InputError(
            "this fit says nothing about its errors",
            expected="a chain, or a curvature that is positive in all directions",
            todo="run the sampler, or fit more stars",
        )
    covariance = np.linalg.inv(hessian)
    kept: list[np.ndarray] = []
    for _ in range(200):
        for x in rng.multivariate_normal(coordinates(best), covariance, size=n):
            p = parameters_at(x, best) if x[FREE.index("R_sigmaR")] > 0.0 else None
            if p is not None and all(KNOWN[k].low < p[k] < KNOWN[k].high for k in FREE):
                kept.append(p.vector())
        if len(kept) >= n:
            return np.array(kept[:n])
    raise InputError("the normal about the maximum lies almost wholly outside the prior")


def open_fit(folder: Path | str) -> Fit:
    """Open the folder that `galdask fit` wrote; a fit that is still sampling can be opened, too.

    Parameters
    ----------
    folder : path
        The OUT of the fit.

    Returns
    -------
    Fit

    Raises
    ------
    InputError
        If the folder holds no fit, or one that has not found a maximum yet.
    """
    path = Path(folder)
    if not path.is_dir():
        raise InputError("there is no such folder of a fit", where=path, todo="give the OUT of `galdask fit`")
    return Fit(path, read_json(path, "configuration"), read_json(path, "optimum"))


def check_same(folder: Path | str, configuration: Mapping[str, Any]) -> None:
    """Refuse to go on with a fit whose settings, stars or survey were others.

    Raises
    ------
    OutputError
        If they differ; the message names the first setting that does.
    """
    before = read_json(folder, "configuration")
    if before.get("digest") == configuration["digest"]:
        return
    name, old, new = _first_difference(before, configuration)
    raise OutputError(
        "this folder holds a fit with another configuration",
        where=f"{path_of(folder, 'configuration')}, {name}",
        expected=f"as before: {old}",
        found=new,
        todo="give another folder, or the settings, store and survey of that fit",
    )


def _first_difference(old: Any, new: Any, path: str = "") -> tuple[str, Any, Any]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new} - {"digest", "made"}, key=str):
            if old.get(key) != new.get(key):
                return _first_difference(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    return path or "digest", old, new
