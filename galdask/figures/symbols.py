"""Symbols of R and |Z| in a finished picture, where guiding radius and z_max stand for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: attribute of a dataset that names what stands for R, |Z| and Z
KEY = "plane"
_GUIDE, _Z_MAX = r"R_\\mathrm{guide}", r"z_\\mathrm{max}"
#: coordinate -> (pattern inside a formula, what takes its place)
_RULES = {
    "abs_z": (r"\\left\|Z\\right\|", _Z_MAX),
    "r": (r"(?<![\\\w{])R(?![\w_}])", _GUIDE),
    "z": (r"(?<![\\\w{|])Z(?![\w_}|\\])", r"\\pm z_\\mathrm{max}"),
}


#: words of long names -> formulas
_WORDS = {"R_guide": r"$R_\mathrm{guide}$", "z_max": r"$z_\mathrm{max}$"}


def replaced(text: str, coordinates: Iterable[str]) -> str:
    """Return a text whose formulas have the symbols of orbits for some of r, abs_z and z."""
    parts = text.split("$")
    for i in range(0, len(parts), 2):
        for word, formula in _WORDS.items():
            parts[i] = parts[i].replace(word, formula)
    for name in coordinates:
        for i in range(1, len(parts), 2):
            parts[i] = re.sub(*_RULES[name], parts[i])
    return "$".join(parts)


def relabel(figure: Figure, plane: str) -> None:
    """Rewrite the texts of a picture; `plane` is the dataset's attribute, such as ``r: r_guide``."""
    from matplotlib.text import Text

    coordinates = [part.split(":")[0].strip() for part in plane.split(",")]
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if (new := replaced(text.get_text(), coordinates)) != text.get_text():
            text.set_text(new)
