"""Saved datasets of two runs, variable by variable: which cells differ, and by how much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

#: folders of a run that hold datasets, and what one of them is
KINDS = {"cubes": "cube", "products": "product"}


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one variable, run B less run A.

    Parameters
    ----------
    kind, dataset, variable, unit : str
        "cube" or "product", its name, and what is compared.
    cells : int
        Cells that both runs have.
    changed : int
        Those with numbers in both that differ in any bit.
    appeared, gone : int
        Those with a number in B alone, and in A alone.
    largest : float or None
        The change of largest size, with its sign; None where no number changed.
    largest_at : str
        Its cell.
    median_shift : float or None
        Median of the changes, over the changed cells.
    significance : float or None
        Largest change in units of both errors combined, as of independent samples. Stars that the runs
        share make the true error smaller: this is a lower bound.
    significance_at : str
        Its cell.
    note : str
        Why it was not, or only partly, compared.
    """

    kind: str
    dataset: str
    variable: str
    unit: str
    cells: int = 0
    changed: int = 0
    appeared: int = 0
    gone: int = 0
    largest: float | None = None
    largest_at: str = ""
    median_shift: float | None = None
    significance: float | None = None
    significance_at: str = ""
    note: str = ""

    @property
    def any(self) -> bool:
        """Whether it differs at all."""
        return bool(self.changed or self.appeared or self.gone or self.note)


@dataclass(frozen=True, slots=True)
class Lone:
    """A dataset or variable that only one run has."""

    kind: str
    dataset: str
    variable: str
    run: str
    """"A" or "B"."""


def compare(a: Path, b: Path) -> tuple[list[Moved], list[Lone]]:
    """Compare every dataset of two runs.

    Parameters
    ----------
    a, b : path
        Folders of the runs, with ``cubes`` and ``products``.

    Raises
    ------
    InputError
        If a dataset does not open.
    """
    from galdask import cartography

    moved: list[Moved] = []
    lone: list[Lone] = []
    for folder, kind in KINDS.items():
        names = [{path.stem for path in (run / folder).glob("*.zarr")} for run in (a, b)]
        lone += [Lone(kind, name, "", "A") for name in sorted(names[0] - names[1])]
        lone += [Lone(kind, name, "", "B") for name in sorted(names[1] - names[0])]
        for name in sorted(names[0] & names[1]):
            paths = [run / folder / f"{name}.zarr" for run in (a, b)]
            try:
                with cartography.open_product(paths[0]) as one, cartography.open_product(paths[1]) as other:
                    found, single = of_datasets(kind, name, one, other)
            except (OSError, ValueError, KeyError) as error:
                where = f"{paths[0]}, {paths[1]}"
                raise InputError(
                    "a dataset cannot be read", where=where, found=error, todo="galdask verify OUT"
                ) from error
            moved += found
            lone += single
    return moved, lone


def of_datasets(kind: str, name: str, a: xr.Dataset, b: xr.Dataset) -> tuple[list[Moved], list[Lone]]:
    """Compare the variables of two datasets; bounds of bins and printed numbers are left out."""
    import xarray as xr

    shared = [v for v in a.data_vars if v in b.data_vars and _is_compared(str(v))]
    lone = [
        Lone(kind, name, str(v), run)
        for run, one, other in (("A", a, b), ("B", b, a))
        for v in one.data_vars
        if v not in other.data_vars and _is_compared(str(v))
    ]
    found = []
    for variable in map(str, shared):
        unit = str(b[variable].attrs.get("units", ""))
        error: str | None = f"{variable}_err"
        if not all(error in one and one[error].dims == one[variable].dims for one in (a, b)):
            error = None  # an axis of that name, or none
        names = [variable, *([error] if error else [])]
        own: list[xr.Dataset] = [_bare(one[names]) for one in (a, b)]
        note = ""
        if own[0][variable].dims != own[1][variable].dims:
            found.append(Moved(kind, name, variable, unit, note="other dimensions"))
            continue
        try:
            pair = xr.align(*own, join="inner", copy=False)
        except ValueError:
            sizes = [tuple(one[variable].sizes.values()) for one in own]
            note = f"not compared: {sizes[0]} cells in A, {sizes[1]} in B"
            found.append(Moved(kind, name, variable, unit, note=note))
            continue
        if pair[0][variable].shape != own[0][variable].shape or (
            pair[1][variable].shape != own[1][variable].shape
        ):
            note = "only bins that both runs have"
        found.append(_compared(kind, name, variable, unit, pair[0], pair[1], error, note))
    return found, lone


def _is_compared(name: str) -> bool:
    return not name.endswith("_bnds") and "published" not in name


def _bare(dataset: xr.Dataset) -> xr.Dataset:
    """Drop coordinates that are no axis."""
    return dataset.drop_vars([c for c in dataset.coords if c not in dataset.dims])


def _compared(
    kind: str, name: str, variable: str, unit: str, a: xr.Dataset, b: xr.Dataset, error: str | None, note: str
) -> Moved:
    first, second = np.asarray(a[variable].values), np.asarray(b[variable].values)
    if first.dtype.kind not in "fiu" or second.dtype.kind not in "fiu":
        changed = int(np.count_nonzero(first != second))
        return Moved(kind, name, variable, unit, first.size, changed, note=note)
    away = second.astype(np.float64) - first.astype(np.float64)
    there = np.isfinite(first), np.isfinite(second)
    differ = there[0] & there[1] & (first != second)
    flags = "flag_values" in b[variable].attrs
    facts: dict[str, Any] = {}
    if differ.any() and not flags:
        largest = np.unravel_index(np.argmax(np.where(differ, np.abs(away), -1.0)), away.shape)
        facts = {
            "largest": float(away[largest]),
            "largest_at": place(b[variable], largest),
            "median_shift": float(np.median(away[differ])),
        }
        if error is not None:
            both = np.hypot(np.asarray(a[error].values), np.asarray(b[error].values))
            known = differ & np.isfinite(both) & (both > 0)
            if known.any():
                pull = np.where(known, away / np.where(known, both, 1.0), 0.0)
                at = np.unravel_index(np.argmax(np.abs(pull)), pull.shape)
                facts |= {"significance": float(pull[at]), "significance_at": place(b[variable], at)}
    return Moved(
        kind,
        name,
        variable,
        unit,
        first.size,
        int(differ.sum()),
        int((there[1] & ~there[0]).sum()),
        int((there[0] & ~there[1]).sum()),
        note=note,
        **facts,
    )


def place(variable: xr.DataArray, at: tuple[Any, ...]) -> str:
    """Return a cell in words: each axis and its bin."""
    return ", ".join(_along(variable, str(dim), int(k)) for dim, k in zip(variable.dims, at, strict=True))


def _along(variable: xr.DataArray, dim: str, k: int) -> str:
    if dim not in variable.coords:
        return f"{dim} {k}"
    value = variable[dim].values[k]
    text = f"{value:g}" if isinstance(value, np.number | float | int) else str(value)
    return text if dim == "population" else f"{dim} {text}"


def largest_first(moved: list[Moved]) -> Iterator[Moved]:
    """Yield what differs, the most significant first, then by the number of cells."""
    yield from sorted(
        (one for one in moved if one.any), key=lambda m: (-abs(m.significance or 0.0), -m.changed, m.dataset)
    )
