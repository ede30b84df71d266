"""The page of a fit: `write_fit_report` gathers what its folder holds and fills the template."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import provenance, publish
from galdask.report import contents, facts, fit_caveats, fit_tables, flow, page, pictures

if TYPE_CHECKING:
    from galdask.migration.fit.folder import Fit

#: the paper whose figures the pictures answer
PAPER = "Frankel et al. 2020"
#: parts of the page and their products
PARTS = {
    "The stars and the survey": ("data_distributions", "footprint", "selection"),
    "The model": ("graphical_model", "enrichment", "disks"),
    "The posterior": ("posterior", "parameters", "chains"),
    "Does the model describe the stars?": ("model_against_data", "predictive_checks"),
    "What follows": ("evolution", "derived"),
}
#: files of a fit that the page links
FILES = ("ledger.csv", "remarks.csv", "configuration.json", "optimum.json", "summary.json", "provenance.json")
#: name of the sample in the account of the rows
_SAMPLE = "the stars of the fit"


def write_fit_report(folder: Path | str) -> Path:
    """Write `folder`/report/index.html.

    Parameters
    ----------
    folder : path
        Of a fit; what is not there yet (a chain, products, pictures) is left out of the page.

    Returns
    -------
    Path
        The page: one file that needs no other, no network and no scripts.

    Raises
    ------
    InputError
        If the folder holds no fit.
    OutputError
        If the page cannot be written.
    """
    from galdask.migration.fit.folder import open_fit, path_of

    return publish.write_text(path_of(folder, "report"), render(open_fit(folder)))


def render(fit: Fit) -> str:
    """Return the page as text; every word that comes from a file is escaped by the template."""
    run, about = fit.path, dict(fit.configuration)
    shown = products(run)
    loose = facts.give_tables(run, shown)
    record = _json(run / "provenance.json")
    beside = {one.name: one for one in shown}
    by_part = [
        contents.Part(title, [beside[name] for name in names if name in beside])
        for title, names in PARTS.items()
    ]
    return (
        page._environment()
        .get_template("fit.html")
        .render(
            title=str(about.get("title") or "A fit of orbit migration"),
            reference=str(about.get("reference", "")),
            paper=PAPER,
            about=about,
            summary=fit.summary,
            source=fit.source,
            mock=fit_caveats.mock(fit),
            headline=fit_tables.headline(fit),
            starts=fit_tables.searches(fit),
            optimisers=fit.optimum.get("optimisers", {}),
            stages=fit_tables.stages(fit),
            convergence=fit_tables.convergence(fit),
            parameters=fit_tables.parameters(fit),
            derived=fit_tables.derived(run),
            remarks=_rows(run / "remarks.csv"),
            variants=fit_tables.variants(_rows(run / "tables" / "variants.csv")),
            flows=flow.flows(account(run)),
            parts=[part for part in by_part if part.products],
            products=shown,
            cubes=[],
            loose=loose,
            files=[name for name in FILES if (run / name).exists()],
            skipped={} if fit.source == "chain" else {"walkers and their memory": "there is no chain yet"},
            caveats=fit_caveats.of(fit),
            contradictions=fit_caveats.contradictions(),
            frame={},
            settings=fit.settings,
            record=record,
            record_text=json.dumps(record, indent=1, sort_keys=True, default=str),
            versions=record.get("versions") or provenance.versions(),
        )
    )


def products(run: Path) -> list[facts.Shown]:
    """Return the saved products of a fit with their pictures, in the order of the page."""
    from galdask import cartography

    there = [name for names in PARTS.values() for name in names]
    paths = [path for name in there if (path := run / "products" / f"{name}.zarr").is_dir()]
    found = [facts.product(run, path) for path in paths]
    embedded = pictures.embed_all([run / "figures" / f"{one.name}.png" for one in found])
    for one, picture in zip(found, embedded, strict=True):
        one.picture = picture
    for one, path in zip(found, paths, strict=True):
        with cartography.open_product(path) as dataset:
            about = dataset.attrs
            one.numbers = [("", f"{int(about['stars']):,} {about.get('counted', 'stars')}")]
    return found


def account(run: Path) -> list[dict[str, Any]]:
    """Return what became of every row of the store, as the page of a run takes it."""
    rows = _rows(run / "ledger.csv")
    if not rows:
        return []
    left = total = sum(int(row["stars"]) for row in rows)
    found: list[dict[str, Any]] = [{"sample": _SAMPLE, "step": "input", "removed": 0, "remaining": total}]
    for row in rows[:-1]:
        left -= int(row["stars"])
        # steps that took no row only lengthen the list
        if int(row["stars"]):
            found.append(
                {"sample": _SAMPLE, "step": row["step"], "removed": int(row["stars"]), "remaining": left}
            )
    if len(found) == 1:
        found.append({"sample": _SAMPLE, "step": "all steps", "removed": 0, "remaining": left})
    return [*found, {"sample": _SAMPLE, "step": "kept", "removed": 0, "remaining": left}]


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _json(path: Path) -> dict[str, Any]:
    found: Mapping[str, Any] = facts.as_json(path.read_text(encoding="utf-8")) if path.exists() else {}
    return dict(found)
