"""What a product is: its settings, what it asks of the stars, and what it makes of the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from galdask import digest
from galdask.cartography.settings import Setting

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from galdask.cartography.plan import Plan
    from galdask.reductions import CellTable, Reduction

    Tables = Mapping[str, CellTable]


@dataclass(frozen=True, slots=True)
class Request:
    """One reduction over the stars of one sample."""

    sample: str
    reduction: Reduction

    @property
    def id(self) -> str:
        """The digest of everything that its numbers depend on: equal requests are computed once."""
        one = self.reduction
        return digest.of_settings(self.sample, one.kind, one.version, one.parameters())[:16]


@dataclass(frozen=True, slots=True)
class Product:
    """One product, declared in one file of `galdask.cartography.products`.

    Parameters
    ----------
    name : str
        Its name everywhere: pipeline file, command line, folder, figure.
    title : str
        One line for lists and headings.
    figure : str
        What it is in the paper, such as "Figure 5"; empty if it is not there.
    caption : str
        What is shown, the bins and the marks, in plain sentences.
    quantities, coordinates : tuple of str
        Quantities and positions without which it is skipped.
    settings : tuple of Setting
        Its settings.
    requests : callable
        Plan -> name -> Request.
    finish : callable
        Plan and name -> CellTable to the labelled dataset.
    tables : callable, optional
        Dataset -> name -> data frame.
    """

    name: str
    title: str
    figure: str
    caption: str
    quantities: tuple[str, ...]
    coordinates: tuple[str, ...]
    settings: tuple[Setting, ...]
    requests: Callable[[Plan], dict[str, Request]]
    finish: Callable[[Plan, Tables], xr.Dataset]
    tables: Callable[[xr.Dataset], dict[str, pd.DataFrame]] | None = None
