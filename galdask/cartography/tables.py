"""Tables of products as CSV, with their units in a comment, and as Parquet, with them in the schema."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import publish

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def long_table(dataset: xr.Dataset, names: Sequence[str]) -> pd.DataFrame:
    """Return variables of equal dimensions as one row a cell, edges of |Z| beside them."""
    frame = dataset[list(names)].reset_coords(drop=True).to_dataframe().reset_index()
    for name in ("population", "fit_to"):
        if name in frame:
            frame[name] = frame[name].astype(str)
    edges = dict(zip(dataset["abs_z"].values, dataset["abs_z_bnds"].values, strict=True))
    at = list(frame.columns).index("abs_z")
    frame.insert(at, "abs_z_high", [edges[z][1] for z in frame["abs_z"]])
    frame.insert(at, "abs_z_low", [edges[z][0] for z in frame["abs_z"]])
    frame = frame.drop(columns="abs_z")
    frame.attrs = {
        "title": dataset.attrs["title"],
        "units": {"abs_z_low": "kpc", "abs_z_high": "kpc", "r_min": "kpc"}
        | {name: dataset[name].attrs.get("units", "") for name in names},
    }
    return frame


def write_table(
    frame: pd.DataFrame, folder: Path | str, name: str, attrs: Mapping[str, Any] | None = None
) -> tuple[Path, Path]:
    """Publish one table as ``<name>.csv`` and ``<name>.parquet``.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``frame.attrs`` may hold ``title`` and ``units`` (column -> unit).
    folder : path
        Where.
    name : str
        Of the files, without ending.
    attrs : dict, optional
        Further facts: one comment line each in the CSV, metadata of the Parquet schema.

    Returns
    -------
    csv, parquet : path

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = Path(folder)
    units: Mapping[str, str] = frame.attrs.get("units", {})
    facts = {"title": frame.attrs.get("title", name), **(attrs or {})}
    text = io.StringIO()
    for key, value in facts.items():
        text.write(f"# {key}: {' '.join(str(value).split())}\n")
    text.write("# units: " + ", ".join(f"{c} {units[c]}" for c in frame.columns if units.get(c)) + "\n")
    frame.to_csv(text, index=False)
    csv = publish.write_text(folder / f"{name}.csv", text.getvalue())

    plain = frame.copy()
    plain.attrs = {}
    table = pa.Table.from_pandas(plain, preserve_index=False)
    fields = [f.with_metadata({"unit": units.get(f.name, "")}) for f in table.schema]
    about = {"galdask": json.dumps({k: str(v) for k, v in facts.items()}, sort_keys=True)}
    table = table.cast(pa.schema(fields)).replace_schema_metadata(about)
    parquet = publish.write(folder / f"{name}.parquet", lambda handle: pq.write_table(table, handle))
    return csv, parquet


def read_csv(path: Path | str) -> pd.DataFrame:
    """Read a table written by `write_table`, comments left out."""
    import pandas as pd

    return pd.read_csv(path, comment="#")
