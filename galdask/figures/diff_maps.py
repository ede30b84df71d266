"""What moved between two runs: the change of the median, its significance, and the stars behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import maps, style
from galdask.figures.cells import Cells, cells, edge_window, face_window

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

#: views and the axes of each
VIEWS = {"face": ("x", "y"), "edge": ("r", "z")}
#: limit of the colours of a significance, sigma
SIGMAS = 5.0
#: what is drawn, in order, and its heading; those that a dataset lacks are left out
PANELS = (
    ("change", "change, B less A"),
    ("shared_significance", "significance"),
    ("significance", "significance"),
    ("shift_changed", "by changed values"),
    ("shift_added", "by added stars"),
    ("shift_lost", "by lost stars"),
    ("touched", "stars added, lost, changed"),
)


@style.styled
def draw(dataset: xr.Dataset, quantity: str, population: str = "total") -> Figure:
    """Draw a row a view: the change of the median of a quantity, and where it is from.

    Parameters
    ----------
    dataset : xarray.Dataset
        Maps of the difference of two runs.
    quantity : str
        One of its quantities.
    population : str
        One of its populations.
    """
    shown = [view for view in VIEWS if f"{view}_{quantity}_change" in dataset]
    fields = _fields(dataset, f"{shown[0]}_{quantity}_")
    figure = style.sheet(style.PAGE, 0.9 + 2.5 * len(shown) * (1 if len(fields) < 5 else 0.8))
    grid = figure.subplots(len(shown), len(fields), squeeze=False)
    scale = _reach(dataset, shown, quantity, population)
    for row, view in zip(grid, shown, strict=True):
        panels = [_cells(dataset, view, quantity, field, population) for field, _ in fields]
        r_sun = float(dataset.attrs.get("r_sun", 8.3))
        find = face_window if view == "face" else edge_window
        limits = (
            find(panels[:1], r_sun) if view == "face" else edge_window(panels[:1], r_sun, _signed(dataset))
        )
        for k, (axes, panel, (field, text)) in enumerate(zip(row, panels, fields, strict=True)):
            colours, norm = _look(field, scale, panel)
            mesh = maps.panel(axes, panel, colours, norm)
            x, y = (style.title(dataset[name]) for name in VIEWS[view])
            maps.frame(axes, *limits, x, y if k == 0 else "")
            axes.tick_params(labelleft=k == 0)
            if row is grid[0]:
                unit = str(dataset[f"{view}_{quantity}_change"].attrs["units"])
                label = style.label(text, "" if field in ("touched", *SIGNIFICANCES) else unit)
                ends = style.extend(panel.shown(), norm.vmin, norm.vmax) if panel.shown().size else "neither"
                maps.bar_above(figure, mesh, axes, label, ends)
    label = str(dataset[f"{shown[0]}_{quantity}_change"].attrs["long_name"]).split(":")[0]
    figure.suptitle(style.readable(f"{label}, {style.POPULATIONS[population][2]}"), fontsize=11)
    return figure


#: names of significances
SIGNIFICANCES = ("significance", "shared_significance")


def _signed(dataset: xr.Dataset) -> bool:
    return bool(dataset["r"].values.min() < 0)


def _fields(dataset: xr.Dataset, prefix: str) -> list[tuple[str, str]]:
    """Return the panels that a dataset gives; the better one of two significances."""
    found = []
    for field, text in PANELS:
        needs = "added" if field == "touched" else field
        if f"{prefix}{needs}" not in dataset:
            continue
        if field == "significance" and f"{prefix}shared_significance" in dataset:
            continue
        found.append((field, text))
    return found


def _cells(dataset: xr.Dataset, view: str, quantity: str, field: str, population: str) -> Cells:
    prefix = f"{view}_{quantity}_"
    where = {"population": population}
    if field == "touched":
        parts = [
            cells(dataset, f"{prefix}{step}", f"{prefix}n_b", VIEWS[view], **where)
            for step in ("added", "lost", "changed")
        ]
        total = np.sum([part.values for part in parts], axis=0)
        there = np.maximum(parts[0].counts, total)
        return Cells(parts[0].x, parts[0].y, np.where(total > 0, total, np.nan), there.astype(np.int64))
    found = cells(dataset, f"{prefix}{field}", f"{prefix}n_b", VIEWS[view], **where)
    return Cells(found.x, found.y, np.clip(found.values, -1e9, 1e9), found.counts)


def _reach(dataset: xr.Dataset, shown: list[str], quantity: str, population: str) -> float:
    """Return the limit of the colours of changes: round, and not smaller than nearly all of them."""
    values = [
        dataset[f"{view}_{quantity}_change"].sel(population=population).values.ravel() for view in shown
    ]
    size = np.abs(np.concatenate(values))
    size = size[np.isfinite(size) & (size > 0)]
    return max(style.nice_limits(np.concatenate([-size, size]))) if size.size else 1.0


def _look(field: str, scale: float, panel: Cells) -> tuple[Any, Any]:
    """Return colours and scale of a panel: grey at zero and two hues for signs, one hue for counts."""
    from matplotlib.colors import LogNorm, Normalize

    if field == "touched":
        most = float(np.nanmax(panel.values, initial=1.0))
        return style.colours("n_stars"), LogNorm(1.0, max(most, 10.0))
    reach = SIGMAS if field in SIGNIFICANCES else scale
    return diverging(), Normalize(-reach, reach)


def diverging() -> Any:
    """Return a map from blue over light grey to red."""
    from matplotlib.colors import LinearSegmentedColormap

    ends = ["#053061", "#4393c3", "#e4e4e4", "#d6604d", "#67001f"]
    return LinearSegmentedColormap.from_list("moved", ends)
