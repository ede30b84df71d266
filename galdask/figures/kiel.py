"""Effective temperature against surface gravity (Imig et al. 2023, Figure 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.figures import maps, style
from galdask.figures.cells import cells, joined, window

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

#: gray of a cell with too few stars, darker than any gray of the catalogue
FEW = "#8a8a90"


@style.styled
def draw(dataset: xr.Dataset) -> Figure:
    """Draw the sample by its median [Fe/H], outlined in black, over the whole catalogue in gray.

    Both axes are reversed, as is the custom: hot stars left, giants up.

    Parameters
    ----------
    dataset : xarray.Dataset
        The product `kiel`.
    """
    from matplotlib.colors import LogNorm, Normalize

    sample = cells(dataset, "fe_h_median", "n", ("teff", "logg"))
    x, y = window([sample], cover=1.0)
    notes = [f"sample: $N$ = {style.counted(dataset['n_panel'])}"]
    figure = style.sheet(4.8, 4.4)
    axes = figure.subplots()
    if "n_catalogue" in dataset:
        catalogue = cells(dataset, "n_catalogue", "n_catalogue", ("teff", "logg"))
        wide = window([catalogue], cover=0.99)
        x, y = joined(x, wide[0]), joined(y, wide[1])
        grays = style.one_hue("#ededf0", "#d6d6da", "#b0b0b6")
        maps.mosaic(axes, catalogue, grays, LogNorm(1, max(10, catalogue.counts.max())), level=1)
        notes.insert(0, f"catalogue (gray): $N$ = {style.counted(dataset['n_panel_catalogue'])}")
    low, high = style.nice_limits(sample.values, sample.counts, cover=0.95)
    mesh = maps.mosaic(axes, sample, style.colours("fe_h"), Normalize(low, high), FEW)
    maps.outline(axes, sample)
    axes.set_xlim(x[1], x[0])
    axes.set_ylim(y[1], y[0])
    axes.set_xlabel(style.title(dataset["teff"]))
    axes.set_ylabel(style.title(dataset["logg"]))
    style.panel_note(axes, "\n".join(notes), "upper left")
    if int(dataset.attrs["min_n"]) > 1:
        handles = [maps.few_patch(int(dataset.attrs["min_n"]), FEW)]
        figure.legend(handles=handles, loc="outside lower center", handlelength=1.4)
    text = style.title(dataset["fe_h_median"])
    maps.bar_beside(figure, mesh, axes, text, style.extend(sample.shown(), low, high))
    return figure
