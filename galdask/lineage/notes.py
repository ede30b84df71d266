"""What a run notes of its own lineage, so that the next one can say what has changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import digest

if TYPE_CHECKING:
    from galdask.engine.plan import Work

#: the file, in the folder of a run
NOTES = "lineage.json"
FORM = 1


def noted(work: Work, intent: Any) -> dict[str, Any]:
    """Return the key ingredients of every reduction of a run, and the digests of what it read.

    Parameters
    ----------
    work : Work
        The run's reductions and the keys of their states.
    intent : Intent
        What the run makes, product by product.

    Returns
    -------
    dict
        Plain values. Settings that several reductions share are there once, under a digest.
    """
    shared: dict[str, Any] = {}

    def kept(value: Any) -> str:
        name = digest.of_settings(value)[:16]
        shared.setdefault(name, digest.canonical(value))
        return name

    requests, columns = {}, {"star_key"}
    for key, (sample, reduction) in work.requests.items():
        found = told(work, sample, reduction)
        columns |= set(found["lineage"]["columns"])
        requests[key] = {name: kept(value) for name, value in found.items()}
    names = {name: intent.words(name) for name in intent.names} | {"ledger": intent.account_words()}
    return {
        "form": FORM,
        "run": intent.run,
        "store": {"release": intent.store.name, "digest": intent.store.digest},
        "products": {
            name: {word: work.keys[request] for word, request in words.items()}
            for name, words in names.items()
        },
        "requests": requests,
        "shared": shared,
        "partitions": [
            {"rows": part.rows, "digests": {c: part.digests[c] for c in sorted(columns)}}
            for part in work.store.partitions
        ],
    }


def told(work: Work, sample: str, reduction: Any) -> dict[str, Any]:
    """Return the ingredients of a reduction's key, and the names of the cuts among them."""
    from galdask.engine import plan

    whose = plan.whose(sample, reduction)
    chains = work.recipe.chains.values() if whose is None else [work.recipe.chains[whose]]
    steps = {chain.name: [[step.name, step.settings()] for step in chain.steps] for chain in chains}
    return {**plan.ingredients(work.recipe, sample, reduction), "steps": steps}


def read(folder: Path) -> dict[str, Any] | None:
    """Return the notes of a run with what is shared put in its place, or None where there are none."""
    try:
        found = json.loads((folder / NOTES).read_text())
        shared: Mapping[str, Any] = found["shared"]
        if found["form"] != FORM:
            return None
        found["requests"] = {
            key: {name: shared[place] for name, place in one.items()}
            for key, one in found["requests"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return dict(found)
