"""Columns of a store's groups that are no orbits, by names that a pipeline file can use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from galdask.catalog.manifest import MARK
from galdask.stars.readings import StoredColumn, StoreLike


@dataclass(frozen=True)
class Computed:
    """Columns of groups such as birth radii.

    Parameters
    ----------
    aliases : dict of str to str
        ``KIND:COLUMN`` -> column of the store, ``GROUP:COLUMN``, for kinds with one complete group.
    types : dict of str to StoredColumn
        Columns by these names, and by their own.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, StoredColumn] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, store: Any) -> Computed:
        """Return what a store has; groups that are not up to date are left out."""
        groups = [g for g in getattr(store, "groups", ()) if g.kind != "orbits" and g.complete]
        kinds = [group.kind for group in groups]
        aliases: dict[str, str] = {}
        types: dict[str, StoredColumn] = {}
        for group in groups:
            for name, column in group.columns.items():
                own = f"{group.name}{MARK}{name}"
                types[own] = column
                if kinds.count(group.kind) == 1:
                    aliases[f"{group.kind}{MARK}{name}"] = own
                    types[f"{group.kind}{MARK}{name}"] = column
        return cls(aliases, types)

    def extended(self, store: StoreLike) -> StoreLike:
        """Return the store's columns with these."""
        if not self.types:
            return store
        return SimpleNamespace(columns={**self.types, **store.columns}, masks=store.masks)
