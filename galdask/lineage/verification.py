"""A run beside the published facts: every row that can be computed from what the run saved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galdask.lineage import catalogue as catalogues
from galdask.lineage import integrity
from galdask.lineage.catalogue import Catalogue
from galdask.lineage.fact import Fact, contradictions, facts
from galdask.lineage.families import finders
from galdask.lineage.finding import NotComputableError, NotMadeError
from galdask.lineage.integrity import Damage
from galdask.lineage.results import Results
from galdask.lineage.verdict import NOT_COMPUTABLE, NOT_MADE, Row, judge


@dataclass(frozen=True, slots=True)
class Verification:
    """A run, its catalogue, every published fact beside it, and its damage.

    Parameters
    ----------
    out : Path
        Folder of the results.
    record : dict
        The provenance record of the run.
    catalogue : Catalogue
        Whose stars they are.
    rows : tuple of Row
        One for each published fact, in the order of the table.
    damage : tuple of Damage
        Empty for a run that is whole.
    sealed : bool
        Whether the run holds digests of its files, so that damage would be seen.
    """

    out: Path
    record: dict[str, Any]
    catalogue: Catalogue
    rows: tuple[Row, ...]
    damage: tuple[Damage, ...]
    sealed: bool = True


def verify(out: Path | str) -> Verification:
    """Set the current run of OUT beside the published facts, and check that it is whole.

    Parameters
    ----------
    out : path
        Folder of the results, or of one run.

    Raises
    ------
    ProductError
        If there are no results.
    """
    folder = integrity.folder_of(out)
    damage = tuple(integrity.check(folder))
    results = Results(folder)
    rows, sealed = compared(folder), integrity.is_sealed(folder)
    identity = catalogues.identify(results.catalogue)
    return Verification(Path(out), results.record, identity, rows, damage, sealed)


def compared(folder: Path | str) -> tuple[Row, ...]:
    """Return every published fact beside what the run in a folder found."""
    results, known = Results(folder), finders()
    try:
        return tuple(_row(fact, known, results) for fact in facts())
    finally:
        results.close()


def for_page(folder: Path | str) -> dict[str, Any]:
    """Return what a report shows of a run's numbers beside the published ones, as plain values.

    Returns
    -------
    dict
        ``published``: a mapping a row, as `galdask.lineage.forms.shown` gives it; ``contradictions``:
        topic, printed, done; ``identity``: ``kind`` and ``words`` of the catalogue.
    """
    from galdask.lineage import forms

    identity = catalogues.identify(Results(folder).catalogue)
    return {
        "published": [forms.shown(row) for row in compared(folder)],
        "contradictions": contradictions(),
        "identity": {"kind": identity.kind, "words": identity.words},
    }


def _row(fact: Fact, known: dict[str, Any], results: Results) -> Row:
    try:
        return judge(fact, known[fact.id](results))
    except NotMadeError as error:
        return Row(fact, None, NOT_MADE, str(error))
    except NotComputableError as error:
        return Row(fact, None, NOT_COMPUTABLE, str(error))
    except (KeyError, IndexError) as error:
        return Row(fact, None, NOT_COMPUTABLE, f"the saved product lacks {error}")
    except (ValueError, OSError, RuntimeError) as error:
        return Row(fact, None, NOT_COMPUTABLE, f"the saved product cannot be read: {error}".splitlines()[0])
