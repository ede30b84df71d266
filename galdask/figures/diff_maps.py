"""What moved between two runs: the change of the median, its significance, and the stars behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import maps, style
from galdask.figures.cells import Cells, Limits, cells, edge_window, face_window

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: views and the axes of each
VIEWS = {"face": ("x", "y"), "edge": ("r", "z")}
#: limit of the colours of a significance, sigma
SIGMAS = 5.0
#: what is drawn, row by row, with headings; those that a dataset lacks are left out
ROWS = (
    (
        ("change", "change, B less A"),
        ("shared_significance", "change / error"),
        ("significance", "change / error"),
        ("touched", "stars that differ"),
    ),
    (
        ("shift_changed", "by changed values"),
        ("shift_added", "by added stars"),
        ("shift_lost", "by lost stars"),
    ),
)
#: room above a panel for its colour bar, and below it for its axis, inches
ROOM = 1.05


@style.styled
def draw(dataset: xr.Dataset, quantity: str, population: str = "total") -> Figure:
    """Draw the change of the median of a quantity, from above and from the side, and where it is from.

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
    rows = [(view, fields) for view in shown for fields in _fields(dataset, f"{view}_{quantity}_")]
    limits = {view: _limits(dataset, view, quantity, population) for view in shown}
    columns = max(len(fields) for _, fields in rows)
    width = (style.PAGE - 0.6) / columns - 0.15
    heights = [ROOM + width * np.ptp(limits[view][1]) / np.ptp(limits[view][0]) for view, _ in rows]
    figure = style.sheet(style.PAGE, 0.4 + sum(heights))
    grid = figure.subplots(len(rows), columns, squeeze=False, height_ratios=heights)
    scale = _reach(dataset, shown, quantity, population)
    for row, (view, fields) in zip(grid, rows, strict=True):
        for axes in row[len(fields) :]:
            axes.remove()
        for k, (axes, (field, text)) in enumerate(zip(row, fields, strict=False)):
            _panel(figure, axes, dataset, (view, quantity, field, population), text, scale)
            x, y = (style.title(dataset[name]) for name in VIEWS[view])
            maps.frame(axes, *limits[view], x, y if k == 0 else "")
            axes.tick_params(labelleft=k == 0)
    label = str(dataset[f"{shown[0]}_{quantity}_change"].attrs["long_name"]).split(":")[0]
    whose = "all stars" if population == "total" else f"{style.POPULATIONS[population][2]} stars"
    _key(figure)
    figure.suptitle(f"Median {style.readable(label)}, {whose}", fontsize=11)
    return figure


def _key(figure: Figure) -> None:
    """Add the legend of the cells that have no colour."""
    from matplotlib.patches import Patch

    marks = [
        Patch(label="no stars", **(style.NO_STARS | {"edgecolor": "#a9a9b0", "linewidth": 0.4})),
        Patch(facecolor=style.SPARSE, lw=0, label="stars, but no error, or none that differs"),
    ]
    figure.legend(handles=marks, loc="outside lower center", ncols=2, handlelength=1.4)


def _panel(
    figure: Figure, axes: Axes, dataset: xr.Dataset, which: tuple[str, str, str, str], text: str, scale: float
) -> None:
    """Draw one map with its colour bar."""
    view, quantity, field, _ = which
    panel = _cells(dataset, *which)
    colours, norm = _look(field, scale, panel)
    mesh = maps.panel(axes, panel, colours, norm)
    unit = "" if field in ("touched", *SIGNIFICANCES) else str(dataset[f"{view}_{quantity}_change"].units)
    ends = style.extend(panel.shown(), norm.vmin, norm.vmax) if panel.shown().size else "neither"
    maps.bar_above(figure, mesh, axes, style.label(text, unit), ends)


def _limits(dataset: xr.Dataset, view: str, quantity: str, population: str) -> tuple[Limits, Limits]:
    panels = [_cells(dataset, view, quantity, "change", population)]
    r_sun = float(dataset.attrs.get("r_sun", 8.3))
    return face_window(panels, r_sun) if view == "face" else edge_window(panels, r_sun, _signed(dataset))


#: names of significances
SIGNIFICANCES = ("significance", "shared_significance")


def _signed(dataset: xr.Dataset) -> bool:
    return bool(dataset["r"].values.min() < 0)


def _fields(dataset: xr.Dataset, prefix: str) -> list[list[tuple[str, str]]]:
    """Return the rows of panels that a dataset gives; the better one of two significances."""
    better = f"{prefix}shared_significance" in dataset
    there = [
        [
            (field, text)
            for field, text in row
            if f"{prefix}{'added' if field == 'touched' else field}" in dataset
            and not (field == "significance" and better)
        ]
        for row in ROWS
    ]
    return [row for row in there if row]


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
