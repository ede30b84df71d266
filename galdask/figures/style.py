"""The look of every picture: sizes, type, inks, colour maps and the limits of colour bars.

Only the object-oriented interface of matplotlib is used, and the user's own settings never reach
a picture. Equal data therefore give equal pictures.
"""

from __future__ import annotations

import contextlib
import functools
import re
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, SupportsInt

import numpy as np

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: widths in inches: one column and the whole page of a journal
COLUMN = 3.5
PAGE = 7.2
#: dots per inch of the PNG files and of the pixels inside the PDF files
DPI = 220

INK = "#1c1c1e"
MUTED = "#6e6e73"
#: a cell without stars: light gray, hatched
NO_STARS: dict[str, Any] = {
    "facecolor": "#f1f1f3",
    "edgecolor": "#d3d3d8",
    "hatch": "/////",
    "linewidth": 0.0,
}
#: a cell with fewer stars than the minimum: plain gray
SPARSE = "#b4b4ba"

#: ground of a text that stands over data
BEHIND_TEXT = {"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 1.2}

#: colour, marker and name of each population; the colours differ for colour-blind readers too
POPULATIONS = {
    "total": (INK, "o", "Total"),
    "low_alpha": ("#0072b2", "s", r"Low-$\alpha$"),
    "high_alpha": ("#d55e00", "^", r"High-$\alpha$"),
}

#: perceptually uniform map of each kind of quantity
MAPS = {
    "n_stars": "magma",
    "fe_h": "viridis",
    "mg_fe": "plasma",
    "age": "inferno",
    "log_age": "inferno",
}

#: part of a map that is used: without the black end, where lines and symbols are lost
RANGES = {"magma": (0.13, 1.0), "inferno": (0.08, 0.96)}

#: units as they look on an axis, where the file's spelling is not it
UNITS = {
    "1": "",
    "log(cm/s2)": r"log cm s$^{-2}$",
    "log(yr)": "log yr",
    "dex/kpc": r"dex kpc$^{-1}$",
    "Gyr/kpc": r"Gyr kpc$^{-1}$",
    "deg": "degrees",
}

#: words of long names that are formulas
FORMULAS = {
    "T_eff": r"$T_\mathrm{eff}$",
    "log g": r"log $g$",
    "log10 age": r"log$_{10}$ age",
}

_RC = {
    "font.family": ["STIXGeneral", "DejaVu Sans"],
    "mathtext.fontset": "stix",
    "font.size": 10.0,
    "axes.titlesize": 10.5,
    "axes.titley": 1.0,
    "axes.labelsize": 10.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.7,
    "axes.axisbelow": False,
    "axes.unicode_minus": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 9.0,
    "ytick.labelsize": 9.0,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.minor.visible": True,
    "ytick.minor.visible": True,
    "xtick.major.size": 4.0,
    "ytick.major.size": 4.0,
    "xtick.minor.size": 2.0,
    "ytick.minor.size": 2.0,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "legend.fontsize": 9.0,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "lines.linewidth": 1.4,
    "hatch.linewidth": 0.5,
    "savefig.dpi": DPI,
    "figure.dpi": DPI,
    "pdf.fonttype": 42,
    "pdf.compression": 6,
}


_ONE_AT_A_TIME = threading.RLock()
#: round numbers, as factors of a power of ten
ROUND = (1.0, 2.0, 2.5, 5.0)


@contextlib.contextmanager
def applied() -> Iterator[None]:
    """Draw or save under this style, whatever the user's own settings say.

    Settings belong to the process, so that one thread at a time draws.
    """
    import matplotlib.style

    with _ONE_AT_A_TIME, matplotlib.style.context(["default", _RC]):
        yield


def styled(function: Callable[..., Figure]) -> Callable[..., Figure]:
    """Make a function draw under this style."""

    @functools.wraps(function)
    def inside(*arguments: Any, **options: Any) -> Figure:
        with applied():
            return function(*arguments, **options)

    return inside


def sheet(width: float, height: float) -> Figure:
    """Return an empty figure of `width` x `height` inches on the Agg canvas.

    Call it in a `styled` function.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI, layout="compressed", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def spaced(figure: Figure, h_pad: float) -> None:
    """Set the air between rows of panels, inches."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(h_pad=h_pad)


def label(text: str, unit: str = "") -> str:
    """Return the text of an axis: a name and its unit in brackets."""
    shown = UNITS.get(unit) if unit in UNITS else readable(unit)
    return f"{readable(text)} ({shown})" if shown else readable(text)


@functools.lru_cache(1000)
def readable(text: str) -> str:
    """Return a text from a file as it can be drawn: formulas that do not parse become plain text."""
    if "$" not in text:
        return text
    from matplotlib.mathtext import MathTextParser

    try:
        MathTextParser("path").parse(text)
    except ValueError:
        return text.replace("$", r"\$")
    return text


def title(variable: xr.DataArray) -> str:
    """Return the text of an axis or a colour bar from a variable's own long name and unit."""
    text = str(variable.attrs.get("long_name", variable.name))
    word = text.split(" ")[0]
    if word.isalpha() and word.islower() and len(word) > 2 and word != "log":
        text = text[0].upper() + text[1:]
    for word, formula in FORMULAS.items():
        text = text.replace(word, formula)
    text = re.sub(r"(?:(?<![\w$\\])|(?<=/d))([XYZR])(?![\w$])", r"$\1$", text)
    return label(text.replace("|$Z$|", r"$\left|Z\right|$"), str(variable.attrs.get("units", "")))


def colours(name: str) -> Any:
    """Return the colour map of a quantity, or of counts where `name` is "n_stars"."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    chosen = MAPS.get(name, "viridis")
    low, high = RANGES.get(chosen, (0.0, 1.0))
    return ListedColormap(colormaps[chosen](np.linspace(low, high, 256)), name=chosen)


def one_hue(light: str, middle: str, dark: str) -> Any:
    """Return a map that runs from light to dark through one hue."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(middle, [light, middle, dark])


def nice_limits(
    values: np.ndarray, weights: np.ndarray | None = None, *, cover: float = 0.96
) -> tuple[float, float]:
    """Return round limits that hold the middle `cover` of the finite values.

    Parameters
    ----------
    values : ndarray
        Any shape; NaN is left out.
    weights : ndarray of the same shape, optional
        How much each value counts; all the same by default.
    cover : float
        Fraction of the weight that must lie inside.

    Returns
    -------
    tuple of float
        Low and high, always low < high; (0, 1) where there is no finite value.
    """
    finite = np.isfinite(values)
    good, tail = values[finite], (1.0 - cover) / 2.0
    if good.size == 0:
        return 0.0, 1.0
    if weights is None:
        low, high = (float(v) for v in np.quantile(good, [tail, 1.0 - tail]))
    else:
        order = np.argsort(good)
        share = np.cumsum(weights[finite][order])
        at = np.searchsorted(share, [tail * share[-1], (1.0 - tail) * share[-1]])
        low, high = (float(v) for v in good[order][np.minimum(at, good.size - 1)])
    span = high - low
    if span <= 1e-9 * max(abs(low), abs(high), 1.0):
        span = max(0.1 * abs(low), 0.1)
        low, high = low - span / 2, high + span / 2
    rough = span / 8
    power = 10.0 ** np.floor(np.log10(rough))
    step = next((s * power for s in ROUND if s * power >= rough), 10.0 * power)
    ends = np.floor(low / step) * step, np.ceil(high / step) * step
    return float(np.round(ends[0], 12)), float(np.round(ends[1], 12))


def extend(values: np.ndarray, low: float, high: float) -> str:
    """Return which ends of a colour bar need an arrow: "neither", "min", "max" or "both"."""
    good = values[np.isfinite(values)]
    below, above = bool((good < low).any()), bool((good > high).any())
    return {(False, False): "neither", (True, False): "min", (False, True): "max"}.get((below, above), "both")


def panel_note(axes: Axes, text: str, corner: str = "upper left", colour: str = INK) -> None:
    """Write a short note into a corner of a panel, on a light ground that keeps it readable."""
    vertical, horizontal = corner.split()
    axes.text(
        0.03 if horizontal == "left" else 0.97,
        0.97 if vertical == "upper" else 0.03,
        text,
        transform=axes.transAxes,
        ha=horizontal,
        va="top" if vertical == "upper" else "bottom",
        fontsize=9,
        linespacing=1.15,
        color=colour,
        zorder=20,
        bbox=BEHIND_TEXT,
    )


def counted(number: SupportsInt) -> str:
    """Return a count with thin groups of three digits, as it stands in a panel."""
    return f"{int(number):,}"


def interval(bounds: np.ndarray, symbol: str, unit: str = "kpc", last: bool = False) -> str:
    """Return a bin as a formula; the `last` bin is closed at its upper end."""
    low, high = float(bounds[0]), float(bounds[1])
    sign = r"\leq" if last else "<"
    start = "" if low == 0 else rf"{low:g} \leq "
    return rf"${start}{symbol} {sign} {high:g}$ {unit}"


def variants(dataset: xr.Dataset) -> list[str]:
    """Return name and label of each variant of a dataset, as a heading; the main one goes without a name."""
    found = []
    for name, text in zip(dataset["variant"].values, dataset["variant_label"].values, strict=True):
        shown = str(text).replace(" <= ", r"$\,\leq\,$").replace("log g", r"log $g$")
        found.append(readable(shown if str(name) in ("main", str(text)) else f"{name}: {shown}"))
    return found
