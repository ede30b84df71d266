"""Is a store as it was written? Its files, every column of every partition, its rows, its counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from galdask import events
from galdask.catalog.store import Store, open_store, read_partition
from galdask.errors import StoreError

#: release -> published rows and stars (None where none is published)
#: DR14: page of its distances; DR16: Joensson et al. 2020; DR17: Abdurro'uf et al. 2022, Imig et al. 2023
PUBLISHED: dict[str, tuple[int | None, int | None]] = {
    "dr14": (277_371, None),
    "dr16": (473_307, 437_445),
    "dr17": (733_901, 657_135),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the table."""

    name: str
    good: bool | None
    """None where there is nothing to compare with."""
    text: str

    def line(self) -> str:
        """Return the line."""
        word = {True: "pass", False: "FAIL", None: "-"}[self.good]
        return f"{word:6}{self.name:24}{self.text}"


def check_store(path: Path | str, listen: events.Listener = events.silent) -> list[Check]:
    """Read a whole store and compare it with its manifest, and its counts with the published ones.

    Parameters
    ----------
    path : path
        Folder of the store.
    listen : callable
        Receives progress.

    Returns
    -------
    list of Check
        In the order of the table.

    Raises
    ------
    StoreError
        If it is no store, or its manifest was changed.
    """
    store = open_store(path)
    made = [Check("manifest", True, f"agrees with its digest {store.digest[:16]}")]
    bad, columns = [], 0
    for index in range(len(store.partitions)):
        for names in _together(store, index):
            try:
                read_partition(store.part(index, names))
                columns += len(names)
            except StoreError as error:
                bad.append(f"{error.where}: {error.what}")
        listen(events.Event("verify", index + 1, len(store.partitions), "partitions"))
    made.append(Check("columns", not bad, f"{columns:,} columns of partitions are as they were written"))
    made += [Check("", False, text) for text in bad]
    return [*made, *_counts(store)]


def _together(store: Store, index: int) -> Iterator[list[str]]:
    """Columns of one partition, file by file; those of groups only where the group was computed."""
    found: dict[str, list[str]] = {}
    for name, column in store.columns.items():
        found.setdefault(column.group, []).append(name)
    yield from found.values()
    for group in store.groups:
        if group.parts[index] is not None:
            yield [group.qualified(name).name for name in group.columns]


def _counts(store: Store) -> Iterator[Check]:
    rows = sum(part.rows for part in store.partitions)
    yield Check("rows", rows == store.rows, f"{rows:,} in the partitions, {store.rows:,} in the manifest")
    for table, entry in store.ledger.items():
        aside = sum(entry.get(key, 0) for key in ("without_key", "duplicates", "without_star"))
        good = entry["rows_in"] == entry["rows_out"] + aside
        text = f"{entry['rows_in']:,} rows in, {entry['rows_out']:,} used, {aside:,} aside"
        yield Check(f"ledger of {table}", good, text)
    for group in store.groups:
        there = sum(part is not None for part in group.parts)
        good = None if there < len(group.parts) else True
        yield Check(f"group {group.name}", good, f"in {there} of {len(group.parts)} partitions")
    known = zip(("published rows", "published stars"), PUBLISHED.get(store.name, (None, None)), strict=True)
    for (name, wanted), found in zip(known, (store.rows, store.stars), strict=True):
        if store.mock:
            yield Check(name, None, "these stars are made up: nothing to compare with")
        elif wanted is None:
            yield Check(name, None, f"{found:,} here; none known for {store.name}")
        else:
            yield Check(name, found == wanted, f"{found:,} here, {wanted:,} published")
