"""A difference of two runs as text, as JSON, and as files."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from galdask import publish
from galdask.lineage.diff.moved import Moved, largest_first
from galdask.lineage.diff.run import Diff

#: variables, slopes and cells that the text shows
SHOWN = 15


def as_text(found: Diff, every: bool = False) -> str:
    """Return a page of text: the runs, the stars, and what moved most."""
    lines = [_side(word, found, k) for k, word in enumerate("AB")]
    lines += [f"note: {note}" for note in found.notes]
    if not found.any:
        return "\n".join([*lines, "", "no number differs"])
    lines += ["", *_stars(found), *_maps(found), *_cells(found), *_slopes(found)]
    lines += _variables(found, every)
    return "\n".join([*lines, *_lone(found)])


def _lone(found: Diff) -> list[str]:
    """Return what only one run has: a line for whole datasets, and one for each with variables of its own."""
    whole: dict[str, list[str]] = {}
    parts: dict[str, list[str]] = {}
    for one in found.lone:
        place = f"only in {one.run}: {one.kind}"
        if one.variable:
            parts.setdefault(f"{place} {one.dataset}", []).append(one.variable)
        else:
            whole.setdefault(f"{place}s", []).append(one.dataset)
    return [f"{place}: {', '.join(names)}" for place, names in (*whole.items(), *parts.items())]


def _side(word: str, found: Diff, k: int) -> str:
    record = found.records[k]
    store = record.get("store", {})
    rows = f"{store['rows']:,} rows" if isinstance(store.get("rows"), int) else ""
    mock = ", a mock" if store.get("mock") else ""
    return f"{word}: {found.folders[k]}  ({record.get('pipeline')}, {store.get('release')}{mock}, {rows})"


def _stars(found: Diff) -> list[str]:
    if found.catalogues is None:
        return []
    known = found.catalogues
    lines = [
        f"catalogue: {known.rows[0]:,} rows, then {known.rows[1]:,}: {known.added:,} added, "
        f"{known.lost:,} lost; {known.shared_partitions} of {known.partitions} partitions hold the same stars"
    ]
    if known.columns:
        told = ", ".join(f"{name} in {n}" for name, n in sorted(known.columns.items()))
        lines.append(f"  of these, columns with other values: {told}")
    lines.append("sample:")
    for group in found.groups:
        if group.stars:
            kinds = ", ".join(f"{n:,} {name}" for name, n in group.populations.items() if n)
            lines.append(f"  {group.name:<8} {group.stars:>10,}  {group.why:<32} {kinds}")
    return lines


def _maps(found: Diff) -> list[str]:
    """Say for each quantity how many cells of the map moved, and by which stars."""
    if found.maps is None:
        return []
    lines = ["", "face-on map, all stars:"]
    for name in str(found.maps.attrs["quantities"]).split():
        if f"face_{name}_change" not in found.maps:
            continue
        part = {f: v.sel(population="total").values for f, v in _fields(found.maps, f"face_{name}_").items()}
        both, unit = np.isfinite(part["change"]), found.maps[f"face_{name}_change"].attrs["units"]
        moved = both & (part["change"] != 0)
        words = f"  {name:<10} {int(moved.sum()):,} of {int(both.sum()):,} cells moved"
        if moved.any():
            words += f", median shift {np.median(part['change'][moved]):+.4g} {unit}"
            words += (
                f", largest {part['change'][moved][np.argmax(np.abs(part['change'][moved]))]:+.4g} {unit}"
            )
        if "shift_added" in part and moved.any():
            parts = []
            for step in ("lost", "changed", "added"):
                own = part[f"shift_{step}"]
                good = np.isfinite(own) & moved
                parts.append(f"{step} {np.abs(own[good]).sum() / max(1, good.sum()):.4g}")
            words += "; mean size of shifts by stars: " + ", ".join(parts)
        lines.append(words)
    return lines


def _fields(dataset: Any, prefix: str) -> dict[str, Any]:
    return {str(v).removeprefix(prefix): dataset[v] for v in dataset.data_vars if str(v).startswith(prefix)}


def _cells(found: Diff) -> list[str]:
    lines = []
    for cube, frame in found.cells.items():
        total = frame[frame["population"] == "total"]
        moved = total[np.isfinite(total["change"]) & (total["change"] != 0)]
        lines.append(
            f"cube {cube}: {len(total):,} cells (of all quantities) with stars lost, changed or added; "
            f"{len(moved):,} medians moved"
        )
    return lines


def _slopes(found: Diff) -> list[str]:
    if found.slopes is None or not len(found.slopes):
        return []
    frame = found.slopes[found.slopes["difference"] != 0]
    lines = [
        "",
        f"slopes, errors with shared stars accounted for: {len(frame):,} of {len(found.slopes):,} differ",
    ]
    size = frame["significance"].abs().replace(np.inf, np.nan)
    for _, row in frame.loc[size.sort_values(ascending=False).index].head(SHOWN).iterrows():
        where = f"{row['population']:<10} {row['bins']} {row['low']:g} to {row['high']:g}"
        way = f"{row['slope_a']:+.5f} -> {row['slope_b']:+.5f}"
        lines.append(
            f"  {row['slopes']:<24} {row['fit_to']:<8} {where}  {way}"
            f"  {row['difference']:+.5f} +- {row['difference_err']:.5f} {row['unit']}"
            f"  ({row['significance']:+.1f})"
        )
    return lines


def _variables(found: Diff, every: bool) -> list[str]:
    moved = list(largest_first(found.moved))
    lines = [
        "",
        f"variables: {len(moved):,} of {len(found.moved):,} differ; significance as of independent samples:"
        " a lower bound",
    ]
    lines += [_variable(one) for one in (moved if every else moved[:SHOWN])]
    if len(moved) > SHOWN and not every:
        lines.append(f"  ... and {len(moved) - SHOWN} more (--long, or variables.csv)")
    return lines


def _variable(one: Moved) -> str:
    name = f"{one.dataset}/{one.variable}"
    counts = f"{one.changed:,} of {one.cells:,}"
    extra = [f"{n:,} {word}" for n, word in ((one.appeared, "appeared"), (one.gone, "gone")) if n]
    text = f"  {name:<44} {', '.join([counts, *extra])}"
    if one.largest is not None:
        text += f"; largest {one.largest:+.4g} {one.unit} ({one.largest_at})"
    if one.significance is not None:
        text += f"; {one.significance:+.1f} sigma ({one.significance_at})"
    return text + (f"; {one.note}" if one.note else "")


def as_json(found: Diff) -> str:
    """Return everything but maps and cells as JSON."""
    known = found.catalogues
    content = {
        "runs": [dict(record) for record in found.records],
        "folders": [str(folder) for folder in found.folders],
        "notes": found.notes,
        "differs": found.any,
        "catalogue": None if known is None else dataclasses.asdict(known),
        "groups": [dataclasses.asdict(group) for group in found.groups],
        "variables": [dataclasses.asdict(one) for one in found.moved],
        "only": [dataclasses.asdict(one) for one in found.lone],
        "slopes": None if found.slopes is None else found.slopes.to_dict("records"),
        "cells": {cube: len(frame) for cube, frame in found.cells.items()},
    }
    return json.dumps(_finite(content), indent=1, ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    """Return plain values, with None for what is no finite number."""
    if isinstance(value, dict):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def write(found: Diff, folder: Path | str) -> list[Path]:
    """Write the summary, tables, maps and their picture.

    Parameters
    ----------
    found : Diff
        From `diff`.
    folder : path
        Where; made if absent.

    Returns
    -------
    list of path

    Raises
    ------
    OutputError
        If the place cannot be written.
    """
    import pandas as pd

    from galdask import cartography
    from galdask.cartography.tables import write_table
    from galdask.figures import diff_maps
    from galdask.figures.save import save

    folder, record = Path(folder), found.record()
    note = {"provenance": json.dumps(record, sort_keys=True)}
    made = [publish.write_text(folder / "summary.txt", as_text(found) + "\n")]
    made.append(publish.write_text(folder / "summary.json", as_json(found) + "\n"))
    tables = {"variables": pd.DataFrame([dataclasses.asdict(one) for one in found.moved])}
    if found.groups:
        rows = [{"group": g.name, "why": g.why, "stars": g.stars, **g.populations} for g in found.groups]
        tables["stars"] = pd.DataFrame(rows)
    if found.slopes is not None:
        tables["slopes"] = found.slopes
    for name, frame in tables.items():
        made += write_table(frame, folder, name, note)
    for cube, frame in found.cells.items():
        made += write_table(frame, folder, f"cells_{cube}", note)
    if found.maps is not None:
        made.append(cartography.save(found.maps, folder / "maps.zarr"))
        for name in str(found.maps.attrs["quantities"]).split():
            if f"face_{name}_change" in found.maps or f"edge_{name}_change" in found.maps:
                figure = diff_maps.draw(found.maps, name)
                made += save(figure, folder, f"map_{name}", record, f"What moved: {name}")
    return made
