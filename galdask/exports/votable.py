"""Sheets as tables of one VOTable file (IVOA, version 1.4, BINARY2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from galdask import publish
from galdask.exports.sheet import Sheet


def write(path: Path, sheets: Sequence[Sheet], facts: dict[str, str]) -> None:
    """Write sheets as the tables of a VOTable; each is whole in memory while it is written.

    Raises
    ------
    OutputError
        If it cannot be written; nothing half-written is left.
    """
    from astropy.io.votable import tree

    file = tree.VOTableFile(version="1.4")
    resource = tree.Resource(name=_id(path.stem))
    file.resources.append(resource)
    for name, text in facts.items():
        info = tree.Info(name=_id(name), value=text)
        resource.infos.append(info)
    for sheet in sheets:
        resource.tables.append(_table(file, sheet))
    publish.write(path, lambda handle: file.to_xml(handle, tabledata_format="binary2"))


def _id(name: str) -> str:
    """Return a name that may stand as an identifier in XML."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)


def _table(file: Any, sheet: Sheet) -> Any:
    from astropy.table import MaskedColumn, Table

    columns = []
    for field, values in zip(sheet.fields, sheet.whole().values(), strict=True):
        data, missing = np.ma.getdata(values), np.ma.getmaskarray(values)
        if field.is_text:
            data = np.array(["" if value is None else str(value) for value in data], dtype=f"U{field.width}")
        elif field.type.str[1:] in ("u8", "u4", "u2", "i1"):
            # VOTable has unsigned bytes and signed numbers; keys of stars keep their bits
            data = data.view(np.int64) if field.type.itemsize == 8 else data.astype(np.int64)
        kept = {"mask": missing} if field.nullable else {}
        columns.append(MaskedColumn(data, name=field.name, description=field.description or None, **kept))
    made = file.resources[0]
    table = _of(file, Table(columns, masked=any(field.nullable for field in sheet.fields)))
    table.name, table.ID = sheet.name, _id(sheet.name)
    table.description = sheet.title or None
    for field, column in zip(sheet.fields, table.fields, strict=True):
        column.ID = None
        column.unit = field.standard_unit.replace("**", "") or None
        column.ucd = field.ucd or None
    from astropy.io.votable import tree

    for name, text in sheet.facts.items():
        table.infos.append(tree.Info(name=_id(name), value=text))
    del made
    return table


def _of(file: Any, table: Any) -> Any:
    from astropy.io.votable import tree

    return tree.TableElement.from_table(file, table)
