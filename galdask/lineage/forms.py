"""A verification as text, as a CSV table and as JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from galdask.lineage.fact import PAPER
from galdask.lineage.verdict import LARGEST_PULL, STATUSES, Row
from galdask.lineage.verification import Verification

COLUMNS = (
    "id",
    "group",
    "kind",
    "quantity",
    "population",
    "region",
    "unit",
    "published",
    "published_err",
    "found",
    "found_err",
    "difference",
    "pull",
    "status",
    "reason",
    "source",
    "remark",
    "beside",
    "section",
    "note",
)
#: widths of the columns of the text
WIDTHS = (29, 17, 20, 11, 6)


def record(row: Row) -> dict[str, Any]:
    """Return a row as plain values, `COLUMNS` in order; None where there is nothing."""
    fact, found = row.fact, row.finding
    beside = [] if found is None else [{"what": w, "value": v, "error": e} for w, v, e in found.beside]
    values = (
        fact.id,
        fact.group,
        fact.kind,
        fact.quantity,
        fact.population,
        fact.region,
        fact.unit,
        fact.value,
        fact.error,
        None if found is None else found.value,
        None if found is None else found.error,
        row.difference,
        row.pull,
        row.status,
        row.reason,
        "" if found is None else found.source,
        "" if found is None else found.remark,
        beside,
        fact.section,
        fact.note,
    )
    return dict(zip(COLUMNS, values, strict=True))


def shown(row: Row) -> dict[str, Any]:
    """Return a row as `record` does, with its numbers as texts too: ``published_text`` and the like."""
    fact, found, places = row.fact, row.finding, decimals(row)
    texts = {
        "published_text": pair(fact.value, fact.error, fact.places),
        "found_text": "" if found is None else pair(found.value, found.error, places),
        "difference_text": "" if row.difference is None else f"{row.difference:+,.{places}f}",
        "beside_text": [] if found is None else [f"{w}: {pair(v, e, places)}" for w, v, e in found.beside],
    }
    return record(row) | texts


def as_json(verification: Verification) -> str:
    """Return everything as JSON text."""
    catalogue = verification.catalogue
    content = {
        "paper": PAPER,
        "out": str(verification.out),
        "run": verification.record.get("run"),
        "pipeline": verification.record.get("pipeline"),
        "made": verification.record.get("made"),
        "catalogue": {
            "kind": catalogue.kind,
            "words": catalogue.words,
            "release": catalogue.release,
            "rows": catalogue.rows,
            "stars": catalogue.stars,
            "digest": catalogue.digest,
        },
        "sealed": verification.sealed,
        "damage": [{"where": d.where, "what": d.what} for d in verification.damage],
        "counts": dict(counts(verification.rows)),
        "rows": [record(row) for row in verification.rows],
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)


def as_csv(verification: Verification) -> str:
    """Return the rows as a CSV table, after comments on the run and its catalogue."""
    text = io.StringIO()
    for line in (*heading(verification), *(f"DAMAGED: {damage}" for damage in verification.damage)):
        text.write(f"# {line}\n")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in verification.rows:
        plain = record(row)
        plain["beside"] = "; ".join(_beside(one) for one in plain["beside"])
        writer.writerow({key: "" if value is None else value for key, value in plain.items()})
    return text.getvalue()


def _beside(one: dict[str, Any]) -> str:
    error = "" if one["error"] is None else f" +- {one['error']:.4g}"
    return f"{one['what']}: {one['value']:.6g}{error}"


def counts(rows: tuple[Row, ...]) -> Counter[str]:
    """Return how many rows have each status, in the order of `STATUSES`."""
    found = Counter(row.status for row in rows)
    return Counter({status: found[status] for status in STATUSES})


def heading(verification: Verification) -> list[str]:
    """Return what the rows are, and of whose stars."""
    catalogue, about = verification.catalogue, verification.record
    rows = "?" if catalogue.rows is None else f"{catalogue.rows:,}"
    return [
        f"{PAPER}: {len(verification.rows)} published numbers beside the run {about.get('run', '?')}"
        f" of {about.get('pipeline', '?')}, made {about.get('made', '?')}",
        f"catalogue: {catalogue.release or '?'}, {rows} rows, digest {catalogue.digest[:16] or '?'}",
        catalogue.words,
    ]


def as_text(verification: Verification, *, long: bool = False) -> str:
    """Return what the command prints.

    Parameters
    ----------
    verification : Verification
        What is told.
    long : bool
        Add for each row what it is, of which stars, where it comes from and what is to be known.
    """
    lines = heading(verification)
    if verification.damage:
        lines += ["", f"DAMAGED: {len(verification.damage)} things of this run are not as they were written"]
        lines += [f"  {damage}" for damage in verification.damage]
    elif verification.sealed:
        lines.append("the run is whole: its files are as they were written, its ledger sums to the input")
    else:
        lines.append(
            "the run's datasets open and its ledger sums to the input; it holds no digests of its files"
        )
    group = None
    for row in verification.rows:
        if row.fact.group != group:
            group = row.fact.group
            names = ("", "published", "this run", "difference", "pull")
            lines += ["", group, _columns(names)]
        lines += _lines(row, long)
    return "\n".join([*lines, "", *summary(verification)])


def _columns(cells: Sequence[str]) -> str:
    first, *others = (
        cell.ljust(w) if k == 0 else cell.rjust(w)
        for k, (cell, w) in enumerate(zip(cells, WIDTHS, strict=True))
    )
    return "  ".join([first, *others])


def _lines(row: Row, long: bool) -> list[str]:
    fact, found = row.fact, row.finding
    places = decimals(row)
    cells = [
        fact.id,
        pair(fact.value, fact.error, fact.places),
        "" if found is None else pair(found.value, found.error, places),
        "" if row.difference is None else f"{row.difference:+,.{places}f}",
        "" if row.pull is None else f"{row.pull:+.1f}",
    ]
    kind = "" if fact.kind == "exact" else f" ({fact.kind})"
    text = _columns(cells)
    lines = [f"{text}  {row.status}{': ' + row.reason if row.reason else ''}{kind}"]
    if found is not None and (long or fact.unit == "stars"):
        lines += [f"    {words}: {pair(value, error, places)}" for words, value, error in found.beside]
    if long:
        lines.append(
            f"    {fact.quantity}; {fact.population or 'frame'}; {fact.region}; {fact.unit} ({fact.section})"
        )
        if found is not None:
            lines.append(f"    from {found.source}" + (f": {found.remark}" if found.remark else ""))
        lines.append(f"    {fact.note}")
    return lines


def decimals(row: Row) -> int:
    """Return how many digits after the point a row shows: of the print, or of the run's error or number."""
    found, places = row.finding, row.fact.places
    if row.fact.unit == "stars" or found is None:
        return places
    error = found.error or 0.0
    if found.error is None:
        places = max(places, min(3, len(f"{found.value:.6g}".partition(".")[2])))
    elif 0.0 < error < 10.0:
        places = max(places, min(4, 1 - math.floor(math.log10(error))))
    return places


def pair(value: float, error: float | None, places: int) -> str:
    """Return a number with its error."""
    text = f"{value:,.{places}f}"
    return text if error is None else f"{text} ± {error:.{places}f}"


def summary(verification: Verification) -> list[str]:
    """Return the last lines: how many rows have which status, and how the pulls are spread."""
    rows = verification.rows
    found = ", ".join(f"{n} {status}" for status, n in counts(rows).items() if n)
    lines = [f"{len(rows)} rows: {found}"]
    pulls = [row.pull for row in rows if row.pull is not None]
    if pulls:
        mean = sum(pulls) / len(pulls)
        width = math.sqrt(sum((p - mean) ** 2 for p in pulls) / len(pulls))
        near = sum(abs(p) <= LARGEST_PULL for p in pulls)
        lines.append(
            f"pulls of {len(pulls)} exact rows: mean {mean:+.1f}, standard deviation {width:.1f};"
            f" {near} within {LARGEST_PULL:g}"
        )
    if verification.catalogue.kind != "real":
        lines.append(
            "Read the first lines again before any of this is quoted: " + verification.catalogue.words
        )
    return lines
