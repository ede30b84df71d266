"""The page of a run: `write_report` gathers, fills the template and publishes it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from galdask import provenance, publish
from galdask.report import caveats, contents, facts, flow, published, tables

#: the paper whose figures and tables the products are counted by
PAPER = "Imig et al. 2023"
#: files of a run that the page links
FILES = ("ledger.csv", "ledger_quantities.csv", "provenance.json")


def write_report(run_directory: Path | str, context: Mapping[str, Any]) -> Path:
    """Write `run_directory`/report/index.html.

    Parameters
    ----------
    run_directory : path
        Folder of a run with ``products/``, ``cubes/``, ``tables/`` and ``figures/``; what is not
        there is left out of the page.
    context : mapping
        What the files do not say. All keys are optional:

        - ``title``, ``reference``: of the pipeline;
        - ``catalogue``: ``release``, ``title``, ``rows``, ``digest``, ``mock`` (true or false);
        - ``ledger``: rows with ``sample``, ``step``, ``removed``, ``missing``, ``remaining``;
        - ``samples``: sample -> number of stars;
        - ``skipped``: product -> reason;
        - ``seconds``: how long the run took;
        - ``caveats``: sentences of this run;
        - ``provenance``: the record of the run (`galdask.provenance.record`);
        - ``published``: rows of the run beside published numbers, with ``contradictions`` (topic,
          printed, done) and ``identity`` (``kind`` and ``words`` of the catalogue).

    Returns
    -------
    Path
        The page: one file that needs no other, no network and no scripts.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    run = Path(run_directory)
    return publish.write_text(run / "report" / "index.html", render(run, context))


def render(run: Path, context: Mapping[str, Any]) -> str:
    """Return the page as text; every word that comes from a file is escaped by the template."""
    shown = facts.products(run)
    loose = facts.give_tables(run, shown)
    record = dict(context.get("provenance", {}))
    catalogue = dict(context.get("catalogue", {}))
    beside = published.groups(context.get("published", ()))
    agreement = published.counts(beside)
    return (
        _environment()
        .get_template("template.html")
        .render(
            title=context.get("title") or "A run of galdask",
            reference=context.get("reference", ""),
            catalogue=catalogue,
            mock=caveats.MOCK if catalogue.get("mock") else "",
            identity=context.get("identity", {}),
            headline=facts.headline(context, shown, agreement),
            flows=flow.flows(context.get("ledger", ()), record.get("settings", {}).get("samples")),
            published=beside,
            agreement=agreement,
            contradictions=list(context.get("contradictions", ())),
            parts=contents.parts(shown),
            samples=context.get("samples", {}),
            products=shown,
            cubes=facts.cubes(run),
            loose=loose,
            files=[name for name in FILES if (run / name).exists()],
            skipped=dict(context.get("skipped", {})),
            caveats=caveats.of(context, catalogue, shown),
            frame=record.get("settings", {}).get("frame") or _frame(run),
            seconds=context.get("seconds"),
            record=record,
            record_text=json.dumps(record, indent=1, sort_keys=True, default=str),
            versions=record.get("versions") or provenance.versions(),
        )
    )


def _frame(run: Path) -> dict[str, Any]:
    """Return the frame that a saved product names."""
    from galdask import cartography

    for path in sorted((run / "products").glob("*.zarr")):
        with cartography.open_product(path) as dataset:
            if "frame" in dataset.attrs:
                return facts.as_json(dataset.attrs["frame"])
    return {}


def _environment() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("galdask.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = lambda n: f"{int(n):,}"
    environment.filters["neat"] = lambda value: tables.neat(str(value))
    environment.filters["words"] = words
    environment.filters["moment"] = lambda text: str(text).replace("T", " ", 1).removesuffix("Z") + " UTC"
    environment.filters["plain"] = plain
    environment.filters["duration"] = duration
    environment.filters["sigmas"] = sigmas
    environment.filters["number"] = figure_number
    environment.filters["true_minus"] = true_minus
    environment.filters["level"] = published.level
    environment.globals |= {
        "names": facts.NAMES,
        "paper": PAPER,
        "marks": published.MARKS,
        "short": published.SHORT,
        "scale": [(k, published.place(k)) for k in range(-6, 7, 3)],
        "drawn": {"width": published.WIDTH, "line": published.LINE, "left": published.LEFT},
        "band": (published.place(-3.0), published.place(3.0)),
    }
    return environment


def sigmas(difference: float | None) -> str:
    """Return a difference in errors with its sign; a dash for none."""
    if difference is None:
        return "–"
    return "0.0" if abs(difference) < 0.05 else f"{difference:+.1f}".replace("-", "−")


def figure_number(figure: str) -> str:
    """Return the number of a figure for lists: "Figure 14, Table 1" is "14"."""
    return re.sub(r"^(Figure|Appendix) ", "", figure.partition(",")[0]).strip()


def true_minus(text: str) -> str:
    """Return text with a minus before numbers in place of a hyphen."""
    return re.sub(r"(?<![\w-])-(?=\d)", "−", str(text))


def words(name: str) -> str:
    """Return a name as words: quantities as they are written, spaces for underscores."""
    text = str(name)
    for symbol, written in facts.SYMBOLS.items():
        text = re.sub(rf"(?<![a-z]){symbol}(?![a-z])", written, text)
    return text.replace("_", " ")


def plain(value: Any) -> str:
    """Return a setting as text: lists with commas, mappings as "key value" pairs."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {plain(inner)}" for key, inner in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(inner) for inner in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def duration(seconds: float) -> str:
    """Return a length of time in words."""
    seconds = float(seconds)
    if seconds < 90:
        return f"{seconds:.1f} s"
    minutes = seconds / 60
    return f"{minutes:.1f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
