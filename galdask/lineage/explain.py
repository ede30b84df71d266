"""Where a file comes from: the provenance of a store, dataset, table, picture or chain, wherever it lies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galdask.errors import InputError
from galdask.lineage import named

#: commands that make something and may be run again
AGAIN = ("run", "regenerate", "ingest", "orbits", "fit")
_KEYWORDS = re.compile(rb"/Keywords \(")


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of where something comes from.

    Parameters
    ----------
    path : path
        What was asked about.
    found : str
        Where the record stands.
    record : dict
        The record.
    """

    path: Path
    found: str
    record: Mapping[str, Any]

    @property
    def command(self) -> list[str]:
        """Words of the command that made it; empty where it was not made by a command."""
        said = self.record.get("command", ())
        words = [str(word) for word in said] if isinstance(said, list | tuple) else []
        return words if len(words) > 1 and words[0] == "galdask" and words[1] in AGAIN else []


def explain(path: Path | str) -> Origin:
    """Return where a file or folder comes from.

    Parameters
    ----------
    path : path
        A store, the results of a run (OUT, OUT@before) or a fit, or anything inside; or a dataset, table or
        picture that was copied elsewhere.

    Raises
    ------
    InputError
        If there is nothing, or nothing says where it comes from.
    """
    path, name = named.split(path)
    if name:
        path = named.find(path, name)
    if not path.exists():
        raise InputError("no such file or folder", where=path)
    own = _READERS.get(path.suffix.lower())
    if own is not None and (record := _quiet(own, path)):
        return Origin(path, f"inside {path.name}", record)
    here = path.absolute()
    for folder in (here, *here.resolve().parents):
        if folder.is_dir() and (found := _of_folder(folder)):
            return Origin(path, found[0], found[1])
    raise InputError(
        "nothing says where this comes from",
        where=path,
        expected="a store, results, or a dataset, table or picture that galdask wrote",
        todo="pictures that were edited or converted lose their record",
    )


def _quiet(reader: Callable[[Path], Any], path: Path) -> dict[str, Any]:
    try:
        found = reader(path)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, SyntaxError):
        return {}
    return found if isinstance(found, dict) else {}


def _of_folder(folder: Path) -> tuple[str, dict[str, Any]] | None:
    """Return where a folder keeps its record, and the record."""
    if folder.suffix == ".zarr" and (record := _quiet(_zarr, folder)):
        return f"{folder.name}/zarr.json", record
    for name in ("provenance.json", "current/provenance.json"):
        if record := _quiet(lambda path: json.loads(path.read_text()), folder / name):
            return str(folder / name), record
    if (folder / "manifest.json").is_file() and (record := _quiet(_store, folder)):
        return str(folder / "manifest.json"), record
    return None


def _store(folder: Path) -> dict[str, Any]:
    """Return what a store says of itself; the manifest is checked."""
    from galdask.catalog import made
    from galdask.catalog.store import open_store

    store = open_store(folder)
    files = store.content.get("sources", {})
    known = made.of_store(folder, store.content)
    return {
        **{key: value for key, value in known.items() if key != "of"},
        "store": {
            "release": store.name,
            "title": store.title,
            "digest": store.digest,
            "rows": store.rows,
            "stars": store.stars,
            "mock": store.mock,
        },
        "files": {table: {k: v for k, v in one.items() if k != "inode"} for table, one in files.items()},
        "groups": {group.name: dict(group.settings) | _made(folder, group.name) for group in store.groups},
        "settings": dict(store.content.get("settings", {})),
        "partitioning": dict(store.content["partitioning"]),
    }


def _made(folder: Path, group: str) -> dict[str, Any]:
    """Return the command that made a group of computed columns, and when."""
    from galdask.catalog import made

    known = made.of_group(folder, group)
    return {key: known[key] for key in ("command", "made") if key in known}


def _zarr(folder: Path) -> Any:
    attributes = json.loads((folder / "zarr.json").read_text()).get("attributes", {})
    return json.loads(attributes["provenance"])


def _png(path: Path) -> Any:
    from PIL import Image

    from galdask.figures.save import KEYWORD

    with Image.open(path) as image:
        return json.loads(image.info[KEYWORD])


def _pdf(path: Path) -> Any:
    """Return the record among the keywords of a PDF: a literal string, section 7.3.4.2 of ISO 32000-1."""
    content = path.read_bytes()
    found = _KEYWORDS.search(content)
    if found is None:
        return None
    text, at, depth = bytearray(), found.end(), 1
    plain = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    while at < len(content):
        one = content[at : at + 1]
        if one == b"\\":
            digits = re.match(rb"[0-7]{1,3}", content[at + 1 : at + 4])
            if digits:
                text.append(int(digits[0], 8) & 0xFF)
                at += 1 + len(digits[0])
                continue
            one = content[at + 1 : at + 2]
            text += plain.get(one, one)
            at += 2
            continue
        depth += (one == b"(") - (one == b")")
        if not depth:
            break
        text += one
        at += 1
    whole = bytes(text)
    return json.loads(whole.decode("utf-16") if whole[:2] in (b"\xfe\xff", b"\xff\xfe") else whole.decode())


def _csv(path: Path) -> Any:
    with open(path, encoding="utf-8") as handle:
        for line in handle:
            if not line.startswith("#"):
                return None
            if line.startswith("# provenance: "):
                return json.loads(line.removeprefix("# provenance: "))
    return None


def _parquet(path: Path) -> Any:
    import pyarrow.parquet as pq

    return json.loads(json.loads(pq.read_schema(path).metadata[b"galdask"])["provenance"])


_READERS: dict[str, Callable[[Path], Any]] = {
    ".png": _png,
    ".pdf": _pdf,
    ".csv": _csv,
    ".parquet": _parquet,
    ".zarr": _zarr,
}
