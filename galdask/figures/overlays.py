"""Points over the stars: what a dataset says of its overlays, drawn as open symbols."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: marker and edge of the first, second, ... overlay
LOOKS = (("D", "#009e73"), ("o", "#7b3f98"), ("P", "#8c5a2b"), ("X", "#444448"))


def _with(dataset: xr.Dataset, pair: tuple[str, str]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    about = json.loads(dataset.attrs.get("overlays", "{}"))
    for index, (name, one) in enumerate(about.items()):
        if list(pair) in one["pairs"]:
            yield index, name, one


def ends(dataset: xr.Dataset, pair: tuple[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Return abscissae and ordinates of all points of a panel, for its limits."""
    found = [np.empty((2, 0))]
    for _, name, _ in _with(dataset, pair):
        both = np.stack([dataset[f"overlay_{name}_{column}"].values for column in pair])
        found.append(both[:, np.isfinite(both).all(axis=0)])
    x, y = np.concatenate(found, axis=1)
    return x, y


def points(axes: Axes, dataset: xr.Dataset, pair: tuple[str, str], population: str) -> None:
    """Draw the points of a panel of one population.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    dataset : xarray.Dataset
        The whole product.
    pair : (str, str)
        Abscissa and ordinate of the panel.
    population : str
        Whose panel it is.
    """
    for index, name, one in _with(dataset, pair):
        if population not in one["populations"]:
            continue
        marker, edge = LOOKS[index % len(LOOKS)]
        x, y = (dataset[f"overlay_{name}_{column}"].values for column in pair)
        x_err, y_err = (dataset[f"overlay_{name}_{column}_err"].values for column in pair)
        good = np.isfinite(x) & np.isfinite(y)
        if not good.any():
            continue
        bars = {
            side: np.nan_to_num(err[good])
            for side, err in (("xerr", x_err), ("yerr", y_err))
            if np.isfinite(err[good]).any()
        }
        axes.errorbar(
            x[good], y[good], fmt=marker, ms=3.2, mfc="white", mec=edge, ecolor=edge, mew=0.8, elinewidth=0.6,
            zorder=6, gid=f"overlay_{name}", label=style.readable(one["title"]), **bars,
        )  # fmt: skip


def legend(figure: Figure, panels: Any) -> None:
    """Say below the panels what their points are."""
    found: dict[str, Any] = {}
    for axes in panels:
        handles, labels = axes.get_legend_handles_labels()
        for handle, text in zip(handles, labels, strict=True):
            artist = handle[0] if isinstance(handle, tuple) else handle
            if str(artist.get_gid() or "").startswith("overlay_"):
                found[text] = handle
    if found:
        figure.legend(list(found.values()), list(found), loc="outside lower center", ncols=2)
