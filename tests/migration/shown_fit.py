"""Fits with their products: the shared small one, and some of its stars in one field without a chain."""

import shutil
from pathlib import Path

import numpy as np

from galdask.migration.fit import folder as place
from galdask.migration.products import make_all
from galdask.migration.survey.fields import Fields
from galdask.migration.survey.selection import Selection

RECORD = {"store": {"name": "migration_mock"}, "made": "2026-01-02T03:04:05Z"}
FEW = {"draws": 16, "model_stars": 6_000}


def with_products(fit_folder: Path, target: Path) -> Path:
    """A copy of a fit with its products."""
    shutil.copytree(fit_folder, target, ignore=shutil.ignore_patterns("shards"))
    make_all(place.open_fit(target), target, RECORD, **FEW)
    return target


def one_field(fit_folder: Path, target: Path, stars: int = 30) -> Path:
    """The stars of one field of a fit, at most so many, without a chain; with its products."""
    target.mkdir()
    for what in ("configuration", "optimum"):
        shutil.copy(place.path_of(fit_folder, what), place.path_of(target, what))
    fit = place.open_fit(fit_folder)
    fields, table = fit.selection().fields, fit.stars
    star, home = fields.members(table["l"].to_numpy(), table["b"].to_numpy())
    k = int(np.argmax(np.bincount(home, minlength=fields.size)))
    one = slice(k, k + 1)
    names = ("l", "b", "radius", "fraction", "h_min", "h_max")
    part = Fields(fields.name[one], *(getattr(fields, name)[one] for name in names))
    selection = fit.selection()
    place.write_selection(target, Selection(part, selection.distances, selection.curves[one]))
    table.iloc[star[home == k][:stars]].to_parquet(place.path_of(target, "stars"))
    make_all(place.open_fit(target), target, RECORD, **FEW)
    return target
