"""Is a run's folder as it was written? Digests of what it holds, its ledger, its datasets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from galdask import digest
from galdask.errors import ProductError
from galdask.lineage import named
from galdask.lineage.results import Results

#: folders whose contents are sealed, one digest for each entry
SEALED = ("cubes", "products", "tables", "figures")
#: the file that says that a run is whole, and holds the digests
COMPLETE = named.COMPLETE


@dataclass(frozen=True, slots=True)
class Damage:
    """Something of a run that is not as it was written."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def folder_of(out: Path | str) -> Path:
    """Return the folder of the current run of OUT, of an earlier one (OUT@NAME), or of the run that `out` is.

    Raises
    ------
    ProductError
        If there are no results at all.
    """
    out, name = named.split(out)
    if name:
        return named.find(out, name)
    for folder in (out / "current", out):
        if (folder / COMPLETE).is_file() or (folder / "products").is_dir():
            return folder.resolve()
    todo = "galdask run PIPELINE --store STORE --out OUT"
    if (out / "current").is_symlink():
        raise ProductError("the run that is shown here is gone", where=out, todo=todo)
    raise ProductError("there are no results here", where=out, todo=todo)


def seal(folder: Path) -> dict[str, str]:
    """Return the digest of each dataset, table, picture and ledger of a run, by its path."""
    found = {}
    for path in _entries(folder):
        name = path.relative_to(folder).as_posix()
        found[name] = _of_folder(path) if path.is_dir() else digest.of_file(path)
    return found


def _entries(folder: Path) -> Iterator[Path]:
    for name in SEALED:
        if (folder / name).is_dir():
            yield from sorted((folder / name).iterdir())
    yield from sorted(folder.glob("ledger*.csv"))
    if (folder / "provenance.json").exists():
        yield folder / "provenance.json"


def _of_folder(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return digest.of_arrays(
        part for path in files for part in (path.relative_to(folder).as_posix(), digest.of_file(path))
    )


def is_sealed(folder: Path) -> bool:
    """Tell whether a run holds the digests of its files."""
    try:
        return bool(json.loads((folder / COMPLETE).read_text())["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def check(folder: Path) -> list[Damage]:
    """Return all damage of a run.

    Parameters
    ----------
    folder : path
        Of one run, as `folder_of` gives it.

    Returns
    -------
    list of Damage
        Empty for a run that is whole: complete.json names it, every digest fits, every dataset opens and
        is of this run, and each sample of the ledger sums to the rows of the input.
    """
    results = Results(folder)
    found = _complete(folder)
    if not results.record:
        found.append(Damage("provenance.json", "there is none, or it cannot be read"))
    try:
        return [*found, *_datasets(folder, results), *_ledger(results)]
    finally:
        results.close()


def _complete(folder: Path) -> list[Damage]:
    path = folder / COMPLETE
    if not path.is_file():
        return [Damage(COMPLETE, "there is none: the run was not finished")]
    try:
        content = json.loads(path.read_text())
        known: dict[str, Any] = dict(content.get("files", {}))
    except (ValueError, AttributeError):
        return [Damage(COMPLETE, "it cannot be read")]
    here = seal(folder) if known else {}
    found = [Damage(name, "it is missing") for name in known if name not in here]
    found += [Damage(name, "it was not there when the run ended") for name in here if name not in known]
    return found + [
        Damage(name, "it is not as it was written")
        for name in known
        if here.get(name, known[name]) != known[name]
    ]


def _datasets(folder: Path, results: Results) -> Iterator[Damage]:
    from galdask import cartography

    run = results.record.get("run")
    for path in (*sorted(folder.glob("products/*.zarr")), *sorted(folder.glob("cubes/*.zarr"))):
        name = path.relative_to(folder).as_posix()
        try:
            with cartography.open_product(path) as dataset:
                record = json.loads(dataset.attrs.get("provenance", "{}"))
        except Exception as error:
            yield Damage(name, f"it does not open: {type(error).__name__}: {error}".splitlines()[0])
            continue
        if record.get("run", run) != run:
            yield Damage(name, f"it is of the run {record['run']}, not of {run}")


def _ledger(results: Results) -> Iterator[Damage]:
    """Check each sample: every step takes what it says, and all of them sum to the input."""
    rows = results.catalogue.get("rows")
    if not results.ledger:
        yield Damage("ledger.csv", "there is none, or it is empty")
    by_sample: dict[str, list[dict[str, str]]] = {}
    for row in results.ledger:
        by_sample.setdefault(row.get("sample", ""), []).append(row)
    for sample, lines in by_sample.items():
        where = f"ledger.csv, sample {sample}"
        try:
            left = [int(row["remaining"]) for row in lines]
            taken = [int(row["removed"]) for row in lines]
        except (KeyError, ValueError, TypeError):
            yield Damage(where, "its numbers cannot be read")
            continue
        if rows is not None and left[0] != rows:
            yield Damage(where, f"it begins with {left[0]:,} rows, the catalogue has {rows:,}")
        elif (kept := left[0] - sum(taken)) != left[-1]:
            yield Damage(where, f"it does not sum to the input: {kept:,} are left, it says {left[-1]:,}")
        elif any(a - b != c for a, b, c in zip(left, taken[1:], left[1:], strict=False)):
            yield Damage(where, "a step does not take what it says")
