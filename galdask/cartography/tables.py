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
    """Return variables of equal dimensions as one row a cell; bins are their two edges."""
    chosen = dataset[list(names)]
    frame = chosen.reset_coords(drop=True).to_dataframe().reset_index()
    units = {name: dataset[name].attrs.get("units", "") for name in names}
    for name in map(str, chosen.dims):
        if name not in dataset.coords:
            continue
        units[name] = dataset[name].attrs.get("units", "")
        if dataset[name].dtype.kind not in "fiu":
            frame[name] = frame[name].astype(str)
        if f"{name}_bnds" in dataset:
            edges = dict(zip(dataset[name].values, dataset[f"{name}_bnds"].values, strict=True))
            at = list(frame.columns).index(name)
            for side, end in enumerate(("low", "high")):
                frame.insert(at + side, f"{name}_{end}", [edges[v][side] for v in frame[name]])
                units[f"{name}_{end}"] = units[name]
            frame = frame.drop(columns=name)
    frame.attrs = {"title": dataset.attrs["title"], "units": units}
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
