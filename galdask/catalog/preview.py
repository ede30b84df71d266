"""A store before it is made: the columns that the files of a release give, and no rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from galdask.catalog import groups, manifest, sources
from galdask.catalog.plan import targets_of
from galdask.catalog.readers import open_table
from galdask.catalog.readers.inflate import is_gzip
from galdask.catalog.schema import Release
from galdask.catalog.store import Store


def preview(release: Release, source: Path, store: Path, columns: str = "needed") -> Store | None:
    """Return what a store of these files would be, for a look at its columns.

    Parameters
    ----------
    release : Release
        What the files should hold.
    source : path
        Folder with the files.
    store : path
        Where the store would be; groups of computed columns that it has stay where they can.
    columns : {"needed", "all"}
        As `ingest` takes them.

    Returns
    -------
    Store or None
        Without partitions; None where a file is compressed, since its columns are not known before it is
        inflated.

    Raises
    ------
    InputError
        If a file is missing, broken or not what the release says.
    """
    paths = sources.find(release, Path(source))
    if any(path.is_file() and is_gzip(path) for path in paths.values()):
        return None
    tables = {name: open_table(release.tables[name], path, None) for name, path in paths.items()}
    main = release.main.name
    targets = targets_of(release, {main: tables[main]} | tables, columns)
    content: dict[str, Any] = {
        "galdask_store": manifest.FORMAT,
        "release": release.name,
        "title": release.title,
        "star_id": release.star_id,
        "rows": 0,
        "stars": 0,
        "columns": [target.stored.to_json() for target in targets.values()],
        "masks": {name: dict(bits) for name, bits in release.masks.items() if name in targets},
        "ledger": {},
        "partitions": [],
    }
    content[groups.KEY], _ = groups.carried(store, content)
    return Store(Path(store).absolute(), content | {"digest": manifest.digest_of(content)})
