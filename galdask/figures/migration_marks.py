"""What the pictures of a fit share: inks of data and model, bands, and contours around shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

#: ink of the model, and of published values
MODEL, PUBLISHED = "#0072b2", "#d55e00"
#: inks of a few curves that follow an order
INKS = ("#440154", "#31688e", "#35b779", "#b8a500", "#d55e00", "#a8201a", "#6e6e73")


def axis_label(dataset: xr.Dataset, name: str) -> str:
    """Return label and unit of a quantity or parameter of a dataset."""
    dimension = "quantity" if "quantity" in dataset.dims else "parameter"
    one = dataset.sel({dimension: name})
    return style.label(
        str(one["label"].values), unit_text(str(one["unit"].values)) if "unit" in one.coords else ""
    )


def unit_text(unit: str) -> str:
    """Return a unit as it stands on an axis."""
    return {"kpc km/s": r"kpc km s$^{-1}$", "km/s": r"km s$^{-1}$", "dex/kpc": r"dex kpc$^{-1}$"}.get(
        unit, unit
    )


def curve(axes: Axes, dataset: xr.Dataset, name: str, x: str, colour: str, **options: Any) -> None:
    """Draw a variable over x with the band between its ``_low`` and ``_high``."""
    at = dataset[x].values
    low, high = dataset[f"{name}_low"].values, dataset[f"{name}_high"].values
    axes.fill_between(at, low, high, color=colour, alpha=0.22, lw=0, gid="band")
    axes.plot(at, dataset[name].values, color=colour, gid="curve", **options)


def steps(edges: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return corners of a histogram's outline."""
    return np.repeat(edges, 2)[1:-1], np.repeat(values, 2)


def levels(plane: np.ndarray, held: tuple[float, ...]) -> list[float]:
    """Return increasing heights above which cells hold these shares of a plane; none where it is empty."""
    ordered = np.sort(plane[plane > 0].ravel())[::-1]
    if ordered.size < 4:
        return []
    share = np.cumsum(ordered) / ordered.sum()
    found = [float(ordered[min(int(np.searchsorted(share, part)), ordered.size - 1)]) for part in held]
    return sorted(set(found))


def sun(axes: Axes, x: float, y: float) -> None:
    """Mark the Sun's values."""
    axes.plot(x, y, "o", ms=8, mfc="white", mec=style.INK, mew=1.0, zorder=12, gid="sun")
    axes.plot(x, y, "o", ms=2, mfc=style.INK, mec="none", zorder=13)
