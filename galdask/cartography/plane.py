"""The switch from where stars are to where their orbits are: guiding radius and z_max for R and |Z|.

A product that bins in R, |Z| or Z without X, Y or azimuth is made of the orbits' columns instead; Z becomes
z_max with the sign of the star's present Z. Maps in X, Y or azimuth, and cubes, show where stars are now, and
keep R and |Z| too: an orbit has no azimuth.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from galdask.cartography.product import Request
from galdask.cartography.variants import renamed
from galdask.reductions import CellTable
from galdask.stars.plane import SIGNED

if TYPE_CHECKING:
    import xarray as xr

#: coordinates of maps of present positions
PRESENT = ("x", "y", "theta")
#: what stands for a coordinate -> its name in the long names of a dataset, alone and in a sentence
WORDS = {"r_guide": ("guiding radius", "R_guide"), "z_max": ("z_max",) * 2, SIGNED: ("signed z_max",) * 2}
#: coordinate -> how a long name says it
_SAID = {
    "abs_z": r"\|Z\|",
    "z": r"(?:(?<![\w|])|(?<=/d))Z(?![\w|])",
    "r": r"(?:(?<!\w)|(?<=/d))R(?!\w)",
}
#: attribute of a dataset that says which columns stand for R and |Z|
KEY = "plane"


def columns(plane: Mapping[str, str], coordinates: Collection[str]) -> dict[str, str]:
    """Return coordinate -> column that stands for it in a product with these coordinates; none for a map."""
    if not plane or not {*PRESENT}.isdisjoint(coordinates):
        return {}
    return {name: column for name, column in plane.items() if name in coordinates}


def requests(asked: Mapping[str, Request], names: Mapping[str, str]) -> dict[str, Request]:
    """Return what a product asks for, of the columns that stand for its coordinates."""
    return {word: replace(one, reduction=renamed(one.reduction, names)) for word, one in asked.items()}


def tables(found: Mapping[str, CellTable], names: Mapping[str, str]) -> dict[str, CellTable]:
    """Return results under the words that the product knows."""
    back = {column: name for name, column in names.items()}
    return {
        word: CellTable(t.cells, {back.get(n, n): a for n, a in t.values.items()}, t.tables)
        for word, t in found.items()
    }


def told(dataset: xr.Dataset, names: Mapping[str, str]) -> xr.Dataset:
    """Let a dataset say what stands for R and |Z|: long names, title, caption, and the attribute `KEY`."""
    if not names:
        return dataset
    for variable in dataset.variables.values():
        if "long_name" in variable.attrs:
            variable.attrs["long_name"] = _worded(str(variable.attrs["long_name"]), names)
    words = {"r": "R is the guiding radius", "abs_z": "|Z| is z_max, the greatest height of a star's orbit"}
    words["z"] = "Z is z_max with the sign of the star's present Z"
    parts = [words[name] for name in ("r", "abs_z", "z") if name in names]
    text = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + ", and " + parts[-1]
    dataset.attrs["caption"] = (
        f"In this figure {text}. {dataset.attrs.get('caption', '')} "
        "Published values, where shown, are of present R and |Z|."
    )
    dataset.attrs["title"] = f"{dataset.attrs.get('title', '')}, by {_short(names)}"
    dataset.attrs[KEY] = ", ".join(f"{name}: {column}" for name, column in names.items())
    return dataset


def _short(names: Mapping[str, str]) -> str:
    found = ["guiding radius"] if "r" in names else []
    return " and ".join(found + (["z_max"] if {"z", "abs_z"} & names.keys() else []))


def _worded(text: str, names: Mapping[str, str]) -> str:
    for name, column in names.items():
        if re.fullmatch(_SAID[name], text):
            return WORDS[column][0]
        text = re.sub(_SAID[name], WORDS[column][1], text)
    return text
