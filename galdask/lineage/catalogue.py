"""Whose stars a run is about: a mock, the release of the paper, or something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: rows of the main table of a release as released, and different stars among them
SIZES = {"dr17": (733_901, 657_135)}
#: the release that the paper is about
RELEASE = "dr17"

MOCK, REAL, OTHER = "mock", "real", "other"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a run's record says of its stars.

    Parameters
    ----------
    kind : str
        "mock", "real" (rows and stars of the paper's release) or "other".
    release, digest : str
        Name of the release, and digest of the store.
    rows, stars : int or None
        Rows of the store, and different stars among them.
    words : str
        One sentence for a reader.
    """

    kind: str
    release: str
    digest: str
    rows: int | None
    stars: int | None
    words: str


def identify(store: Mapping[str, Any]) -> Catalogue:
    """Return whose stars they are, from the run's record of its store.

    Parameters
    ----------
    store : mapping
        ``release``, ``digest``, ``rows``, ``stars`` and ``mock``.
    """
    release, digest = str(store.get("release", "")), str(store.get("digest", ""))
    rows, stars = (int(store[key]) if key in store else None for key in ("rows", "stars"))
    kind, words = _words(release, rows, stars, store.get("mock"))
    return Catalogue(kind, release, digest, rows, stars, words)


def _words(release: str, rows: int | None, stars: int | None, mock: Any) -> tuple[str, str]:
    if mock:
        return MOCK, (
            "A MOCK: the stars are made up. No number of this run is a measurement of the Milky Way, and none"
            " is expected to agree with the published ones."
        )
    if rows is None or mock is None:
        return OTHER, "The run does not tell what catalogue it was made from."
    count = f"{rows:,} rows" + ("" if stars is None else f" of {stars:,} stars")
    if release != RELEASE:
        name = release or "unnamed"
        return OTHER, f"Another catalogue than the paper's ({name}, {count}): its numbers are of other stars."
    known_rows, known_stars = SIZES[release]
    if (rows, stars) == (known_rows, known_stars):
        return REAL, f"The catalogue of the paper: {count}, as released; none of its files says it is a mock."
    return OTHER, (
        f"NOT the catalogue of the paper: {count}, where the release has {known_rows:,} rows of"
        f" {known_stars:,} stars. It is a part of it, another version, or a mock that does not say so."
    )
