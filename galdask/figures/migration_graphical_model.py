"""The graph of the model's variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import style

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: kind -> half width and half height of a node
_SIZES = {"parameter": (0.94, 0.36), "hidden": (0.52, 0.44), "observed": (0.98, 0.4), "fixed": (0.1, 0.1)}
_FILLS = {"parameter": "#e8f1f8", "hidden": "white", "observed": "#d2d2d7", "fixed": style.INK}
#: arrows that go around a node
_BENT = {("lz", "z"): 0.5, ("lz0", "lz"): 0.24}


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw nodes and arrows.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `graphical_model` of a fit.
    """
    from matplotlib.patches import Ellipse, FancyArrowPatch, FancyBboxPatch

    figure = style.sheet(style.PAGE, 4.2)
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(-3.8, 9.9)
    axes.set_ylim(-2.45, 4.6)
    axes.add_patch(
        FancyBboxPatch(
            (-3.55, -1.05),
            13.2,
            4.3,
            boxstyle="round,pad=0.05,rounding_size=0.3",
            fc="none",
            ec=style.MUTED,
            lw=0.9,
        )
    )
    stars = style.counted(dataset.attrs["stars"])
    axes.text(9.5, -0.98, f"each of {stars} stars", ha="right", va="bottom", fontsize=8.5, color=style.MUTED)
    shapes = {}
    for node in dataset["node"].values:
        one = dataset.sel(node=node)
        kind, x, y = str(one["kind"].values), float(one["x"]), float(one["y"])
        width, height = _SIZES[kind]
        shape = Ellipse(
            (x, y), 2 * width, 2 * height, fc=_FILLS[kind], ec=style.INK, lw=0.9, zorder=3, gid=f"node {kind}"
        )
        axes.add_patch(shape)
        shapes[str(node)] = shape
        _name(axes, str(one["label"].values), kind, x, y)
    for start, end in zip(dataset["start"].values, dataset["end"].values, strict=True):
        a, b = shapes[str(start)], shapes[str(end)]
        bent = _BENT.get((str(start), str(end)), 0.0)
        axes.add_patch(
            FancyArrowPatch(
                a.center, b.center, patchA=a, patchB=b, arrowstyle="-|>", mutation_scale=9, lw=0.8, shrinkA=0,
                shrinkB=0, connectionstyle=f"arc3,rad={bent}", color=style.MUTED, zorder=2, gid="arrow",
            )
        )  # fmt: skip
    return figure


def _name(axes: Axes, text: str, kind: str, x: float, y: float) -> None:
    fixed = kind == "fixed"
    axes.text(
        x,
        y - (0.2 if fixed else 0.0),
        text,
        ha="center",
        va="top" if fixed else "center",
        fontsize=9,
        zorder=4,
    )
