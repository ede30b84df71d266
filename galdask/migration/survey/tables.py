"""Tables of fields: the published layout of Frankel et al., targeting fractions of APOGEE, a user's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from galdask.errors import InputError
from galdask.migration.survey.fields import Fields
from galdask.migration.survey.tracer import CLUMP_H

#: absolute magnitudes of the last axis of FRAC_DUST in the published table
MAGNITUDES = np.linspace(-5.0, -1.0, 27)
#: quantity -> column, of the APOGEE targeting fractions as the package gaiaunlimited ships them
APOGEE = {
    "name": "FIELD", "l": "GLON", "b": "GLAT", "radius": "RADIUS", "fraction": "fracSampling * fracAK",
    "h_min": "Hmin", "h_max": "Hmax",
}  # fmt: skip
_NEEDED = tuple(APOGEE)


def read_published(path: Path | str, absolute_h: float = CLUMP_H) -> Fields:
    """Read the selection function of Frankel et al. 2019, 2020 in its published layout.

    Parameters
    ----------
    path : path
        FITS table with LOCATION_ID, GLON, GLAT, RADIUS (deg), SEL_FRAC, H_MIN, H_MAX, JK_MIN, and DIST (kpc)
        and FRAC_DUST of shape (distances, 27 absolute magnitudes).
    absolute_h : float
        Absolute magnitude at which FRAC_DUST is taken, by linear interpolation.

    Returns
    -------
    Fields
        Rows of the short cohort and the blue colour bin: H_MIN < 8, JK_MIN < 0.6.

    Raises
    ------
    InputError
        If a column is missing, the distances differ between rows, or no row is left.
    """
    import warnings

    from astropy.io import fits

    path = Path(path)
    if not path.is_file():
        raise InputError("there is no table of fields", where=path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = fits.getdata(path, 1)
    wanted = (
        "LOCATION_ID",
        "GLON",
        "GLAT",
        "RADIUS",
        "SEL_FRAC",
        "H_MIN",
        "H_MAX",
        "JK_MIN",
        "DIST",
        "FRAC_DUST",
    )
    _has(wanted, table.names, path)
    kept = table[(np.asarray(table["H_MIN"]) < 8.0) & (np.asarray(table["JK_MIN"]) < 0.6)]
    if len(kept) == 0:
        raise InputError(
            "no row of the table is of the short cohort", where=path, expected="H_MIN < 8, JK_MIN < 0.6"
        )
    distances = np.asarray(kept["DIST"], dtype=np.float64)
    distances = distances[..., 0] if distances.ndim == 3 else distances
    if not np.allclose(distances, distances[0]) or np.any(np.diff(distances[0]) <= 0):
        raise InputError(
            "the distances of the table must increase and be the same for all fields", where=path
        )
    place = np.interp(absolute_h, MAGNITUDES, np.arange(MAGNITUDES.size, dtype=float))
    low = min(int(place), MAGNITUDES.size - 2)
    curves = np.asarray(kept["FRAC_DUST"], dtype=np.float64)
    visible = (low + 1 - place) * curves[..., low] + (place - low) * curves[..., low + 1]
    l, b, radius = (  # noqa: E741
        np.radians(np.asarray(kept[c], dtype=np.float64)) for c in ("GLON", "GLAT", "RADIUS")
    )
    fraction, h_min, h_max = (np.asarray(kept[c], dtype=np.float64) for c in ("SEL_FRAC", "H_MIN", "H_MAX"))
    names = tuple(str(x) for x in kept["LOCATION_ID"])
    return Fields(names, l, b, radius, fraction, h_min, h_max, distances[0], visible)


def read_fields(
    path: Path | str,
    columns: Mapping[str, str] = APOGEE,
    cohorts: Sequence[str] | None = None,
    cohort_column: str = "cohort",
    bluest: float | None = None,
    bluest_column: str = "JK0min",
) -> Fields:
    """Read a table of fields in CSV.

    Parameters
    ----------
    path : path
        The table.
    columns : mapping
        Quantity -> column: name, l, b, radius (deg), fraction, h_min, h_max; a product of columns is written
        "first * second". By default the names of the APOGEE targeting fractions.
    cohorts : sequence of str, optional
        Which cohorts; all rows by default.
    cohort_column : str
        Column of the cohort.
    bluest : float, optional
        Leaves out rows whose colour bin begins above this (J - K)0: the red clump has 0.68.
    bluest_column : str
        Column where the colour bin begins.

    Raises
    ------
    InputError
        If the file or a column is missing, a value is no number, or no row is left.
    """
    import csv

    path = Path(path)
    try:
        with open(path, newline="", encoding="utf-8") as handle:
            reader = csv.DictReader(handle)
            rows, names = list(reader), reader.fieldnames or []
    except OSError as error:
        raise InputError("the table of fields cannot be read", where=path, found=error.strerror) from error
    missing = [quantity for quantity in _NEEDED if quantity not in columns]
    if missing:
        raise InputError("the columns of the table of fields are not all named", expected=", ".join(missing))
    parts = {quantity: [part.strip() for part in columns[quantity].split("*")] for quantity in _NEEDED}
    wanted = [name for names_ in parts.values() for name in names_]
    wanted += [cohort_column] if cohorts is not None else []
    _has([*wanted, *([bluest_column] if bluest is not None else [])], names, path)
    if cohorts is not None:
        rows = [row for row in rows if row[cohort_column].strip() in cohorts]
    if bluest is not None:
        rows = [row for row in rows if float(row[bluest_column]) <= bluest]
    values = {}
    for quantity in _NEEDED[1:]:
        try:
            table = [[float(row[name]) for name in parts[quantity]] for row in rows]
        except ValueError as error:
            raise InputError(
                "a value of the table of fields is no number",
                where=f"{path}, column {columns[quantity]}",
                found=error,
            ) from error
        values[quantity] = np.prod(np.array(table).reshape(len(rows), len(parts[quantity])), axis=1)
    return Fields(
        tuple(row[columns["name"]] for row in rows),
        *(np.radians(values[quantity]) for quantity in ("l", "b", "radius")),
        *(values[quantity] for quantity in ("fraction", "h_min", "h_max")),
    )


def _has(wanted: Sequence[str], names: Sequence[str], path: Path) -> None:
    missing = [name for name in wanted if name not in names]
    if missing:
        raise InputError(
            "the table of fields lacks columns",
            where=path,
            expected=", ".join(missing),
            found=", ".join(names),
        )
