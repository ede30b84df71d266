"""The manifest: what a store holds, in one JSON file whose replacement is the commit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from galdask import publish
from galdask.catalog import manifest_check
from galdask.errors import StoreError

#: version of the manifest and of the data files; a store with a higher one is refused
FORMAT = 1
NAME = "manifest.json"
GROUPS = ("needed", "rest", "arrays")
#: between the name of a group of computed columns and that of a column
MARK = ":"


class NewerStoreError(StoreError):
    """A store in a format that this version does not know."""


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """One column of a store.

    Parameters
    ----------
    name : str
    group : {"needed", "rest", "arrays"}
        Which file of a partition holds it.
    type : str
        Arrow's name of the element type, which is also numpy's: "float32", "int64", "string"...
    unit, description : str
    missing : int
        Missing elements over all rows.
    shape : tuple of int
        () for a scalar; otherwise the shape of one row's value.
    nullable : bool
        Whether missing values are nulls; in floating-point columns they are NaN.
    policy : dict
        What counted as missing.
    source : str
        Table and column, or the expression, that it was made from.
    """

    name: str
    group: str
    type: str
    unit: str = ""
    description: str = ""
    missing: int = 0
    shape: tuple[int, ...] = ()
    nullable: bool = False
    policy: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the entry of the manifest."""
        return {
            "name": self.name,
            "group": self.group,
            "type": self.type,
            "unit": self.unit,
            "description": self.description,
            "missing": self.missing,
            "shape": list(self.shape),
            "nullable": self.nullable,
            "policy": dict(self.policy),
            "source": self.source,
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> StoredColumn:
        """Read the entry of a manifest."""
        return cls(**{**entry, "shape": tuple(entry["shape"])})


@dataclass(frozen=True, slots=True)
class Partition:
    """Consecutive rows of a store.

    Parameters
    ----------
    index : int
    rows : int
    row_start : int
        Row number of the first in the main table.
    files : dict of str to str
        Group -> file, relative to the store.
    bytes : dict of str to int
        Group -> size of that file.
    digests : dict of str to str
        Column -> xxh3-128 of its values.
    """

    index: int
    rows: int
    row_start: int
    files: Mapping[str, str]
    bytes: Mapping[str, int]
    digests: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return the entry of the manifest."""
        return {
            "rows": self.rows,
            "row_start": self.row_start,
            "files": dict(self.files),
            "bytes": dict(self.bytes),
            "digests": dict(self.digests),
        }


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the sha256 of a manifest's content, its own digest left out."""
    plain = {key: value for key, value in content.items() if key != "digest"}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def is_intact(content: Mapping[str, Any]) -> bool:
    """Tell whether a manifest is as it was written."""
    try:
        return content.get("digest") == digest_of(content)
    except ValueError:  # NaN, which is never written
        return False


def commit(store: Path, content: Mapping[str, Any]) -> str:
    """Replace the manifest of a store in one durable step and return its digest."""
    digest = digest_of(content)
    text = json.dumps({**content, "digest": digest}, sort_keys=True, separators=(",", ":"))
    publish.write_text(store / NAME, text + "\n", durable=True)
    return digest


def read(store: Path) -> dict[str, Any]:
    """Read and check the manifest of a store.

    Raises
    ------
    StoreError
        If there is none, if it is damaged or was edited, or if its format is newer than this version.
    """
    path = store / NAME
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        what = "no such store" if not store.is_dir() else "this folder is not a store"
        raise StoreError(what, where=store, todo="make one with 'galdask ingest'") from error
    except OSError as error:
        raise StoreError("the manifest cannot be read", where=path, found=error.strerror) from error
    except (ValueError, RecursionError) as error:
        raise StoreError(
            "the manifest is damaged", where=path, found=error, todo="ingest again: intact files are kept"
        ) from error
    version = content.get("galdask_store") if isinstance(content, dict) else None
    if isinstance(version, int) and version > FORMAT:
        raise NewerStoreError(
            "this store was written by a newer galdask",
            where=path,
            expected=f"format {FORMAT} or older",
            found=f"format {version}",
            todo="update galdask",
        )
    if version != FORMAT or not is_intact(content):
        raise StoreError(
            "the manifest is not as it was written",
            where=path,
            expected=f"content with digest {content.get('digest') if isinstance(content, dict) else None}",
            todo="do not edit it; ingest again: intact files are kept",
        )
    manifest_check.check(content, path)
    return dict(content)
