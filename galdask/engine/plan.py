"""What a pass has to do: the keys of its states and tables, and which of them are saved already.

Keys, from the inside out: a *state* is named by the settings that lead to it, its reduction and the
digests of exactly the columns it reads in one partition; a *table* by its states. `reduce` computes what
is missing here and nothing else, so what is foretold from it is what happens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from galdask import digest, provenance
from galdask.catalog.manifest import Partition
from galdask.catalog.store import Store
from galdask.engine import cache
from galdask.errors import StoreError
from galdask.reductions.states import DamagedStateError
from galdask.stars.recipe import Recipe

#: libraries whose numbers enter states
NUMERIC = ("numpy", "scipy", "numba", "astropy")


@dataclass(frozen=True)
class Work:
    """All that a pass is asked for, and where it may be saved.

    Parameters
    ----------
    store : Store
        The catalogue.
    recipe : Recipe
        Cuts and derived columns.
    keys : dict of str to str
        Name of a request -> its key.
    requests : dict of str to (sample, reduction)
        By key: equal requests are there once.
    states : dict of str to list of str
        Key of a request -> key of the state of every partition.
    tables : dict of str to str
        Key of a request -> key of its finished table.
    home : StateCache
        Where states and tables are looked for.
    keeps : bool
        Whether anything is kept from run to run.
    """

    store: Store
    recipe: Recipe
    keys: Mapping[str, str]
    requests: Mapping[str, tuple[str, Any]]
    states: Mapping[str, list[str]]
    tables: Mapping[str, str]
    home: cache.StateCache
    keeps: bool

    @cached_property
    def done(self) -> frozenset[str]:
        """Keys of the requests whose finished table is saved and whole."""
        if not self.keeps:
            return frozenset()
        return frozenset(key for key in self.requests if _is_saved(self.home, self.tables[key]))

    @cached_property
    def rest(self) -> dict[str, tuple[str, Any]]:
        """The requests that must be finished, by key."""
        return {key: request for key, request in self.requests.items() if key not in self.done}

    @cached_property
    def narrow(self) -> Recipe:
        """The recipe that derives what `rest` reads, and no more."""
        asked: dict[str | None, set[str]] = {}
        for sample, reduction in self.rest.values():
            asked.setdefault(whose(sample, reduction), set()).update(reduction.columns())
        return self.recipe.only(asked)

    @cached_property
    def _sample_settings(self) -> str:
        return digest.of_settings(self.narrow.settings(), self.narrow.wanted)

    def split(self, part: Partition) -> tuple[dict[str, Path], dict[str, str]]:
        """Return what is saved of `rest` in a partition (key -> pack), and what is missing (key -> state)."""
        known = self.home.find(part.digests["star_key"])
        there, missing = {}, {}
        for key in self.rest:
            state = self.states[key][part.index]
            if state in known:
                there[key] = known[state]
            else:
                missing[key] = state
        return there, missing

    def sample_path(self, part: Partition) -> Path:
        """Return where the partition's sample is kept."""
        columns = sorted(self.narrow.columns_read)
        made = digest.of_settings(self._sample_settings, [part.digests[c] for c in columns])
        return self.home.root / "samples" / part.digests["star_key"][:24] / f"{made[:24]}.arrow"


def survey(
    store: Store,
    recipe: Recipe,
    requests: Mapping[str, tuple[str, Any]],
    *,
    scratch: Path,
    saved: Path | None,
) -> Work:
    """Return what reductions over a store come to; nothing is computed.

    Parameters
    ----------
    store, recipe, requests, scratch, saved
        As `galdask.engine.reduce.reduce` takes them.
    """
    keys = {name: request_key(recipe, *request) for name, request in requests.items()}
    unique = {keys[name]: request for name, request in requests.items()}
    read = {key: tuple(sorted(lineage(recipe, *request)["columns"])) for key, request in unique.items()}
    texts = {columns: _texts(store, columns) for columns in set(read.values())}
    states = {key: [_hashed(f"{key} {text}") for text in texts[read[key]]] for key in unique}
    return Work(
        store=store,
        recipe=recipe,
        keys=keys,
        requests=unique,
        states=states,
        tables={key: table_key(key, found) for key, found in states.items()},
        home=cache.StateCache(saved if saved is not None else scratch),
        keeps=saved is not None,
    )


def ingredients(recipe: Recipe, sample: str, reduction: Any) -> dict[str, Any]:
    """Return everything but the data that enters a reduction's states, as plain values."""
    versions = provenance.versions()
    return {
        "lineage": lineage(recipe, sample, reduction),
        "kind": reduction.kind,
        "version": reduction.version,
        "parameters": reduction.parameters(),
        "libraries": {name: versions[name] for name in NUMERIC},
        "cpu": list(provenance.cpu_features()),
    }


def request_key(recipe: Recipe, sample: str, reduction: Any) -> str:
    """Return the digest of `ingredients`."""
    return digest.of_settings(ingredients(recipe, sample, reduction))


def lineage(recipe: Recipe, sample: str, reduction: Any) -> dict[str, Any]:
    """Return the settings and store columns behind a reduction."""
    return recipe.lineage(whose(sample, reduction), reduction.columns())


def whose(sample: str, reduction: Any) -> str | None:
    """Return the sample that a reduction reads; None for one that sees the fates in every sample."""
    return None if getattr(reduction, "every_sample", False) else sample


def _texts(store: Store, columns: Sequence[str]) -> list[str]:
    """Return what of every partition enters the keys of its states: many requests read the same columns."""
    return [_text(part.rows, [part.digests[c] for c in columns]) for part in store.partitions]


def _text(rows: int, digests: Sequence[str]) -> str:
    return " ".join([str(rows), *digests])


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def state_key(key: str, rows: int, digests: Sequence[str]) -> str:
    """Return the key of a partition's state: of request, rows, and columns in the order of their names."""
    return _hashed(f"{key} {_text(rows, digests)}")


def table_key(key: str, states: Sequence[str]) -> str:
    """Return the key of the table that is finished from the states of all partitions."""
    return digest.of_settings(key, list(states))


def _is_saved(home: cache.StateCache, key: str) -> bool:
    """Return whether a finished table is there and whole."""
    try:
        cache.read_states(home.table_path(key), [key])
    except (StoreError, DamagedStateError, FileNotFoundError):
        return False
    return True
