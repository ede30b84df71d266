"""What a store holds, as lines of text for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from galdask.catalog.store import Store


#: counts of a table's rows, in the order in which they are told
COUNTS = ("rows_in", "rows_out", "stars_matched", "without_star", "without_key", "duplicates")


def size_text(count: int) -> str:
    """Return a number of bytes with a unit."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def describe(store: Store) -> str:
    """Return the description of a store; see `Store.describe`."""
    sizes = [part.rows for part in store.partitions]
    lines = [
        f"{store.name}: {store.title}",
        f"  store       {store.path}",
        f"  rows        {store.rows:,} ({store.stars:,} stars by {store.star_id})",
        f"  partitions  {len(sizes):,} of {min(sizes):,} to {max(sizes):,} rows, {size_text(store.bytes)}",
        f"  digest      {store.digest[:16]}",
        *(["  mock        these stars are made up, with known truth"] if store.mock else []),
        "",
        "columns: name, type, unit, missing",
    ]
    wide = max(len(name) for name in store.columns)
    for group in dict.fromkeys(c.group for c in store.columns.values()):
        columns = [c for c in store.columns.values() if c.group == group]
        lines.append(f"  {group} ({len(columns)})")
        for column in columns:
            elements = store.rows * math.prod(column.shape)
            share = f"{100 * column.missing / elements:5.1f} %" if elements else "      -"
            kind = column.type + (str(list(column.shape)) if column.shape else "")
            line = f"    {column.name:<{wide}}  {kind:<12} {column.unit or '-':<10} {share}"
            lines.append(f"{line}  {column.description}".rstrip())
    lines += _computed(store)
    if store.masks:
        lines += ["", "masks: bits"]
        for name, bits in store.masks.items():
            named = sorted((number, bit) for bit, number in bits.items())
            lines.append(f"  {name}: " + ", ".join(f"{bit} {number}" for number, bit in named))
    lines += ["", "ledger"]
    for table, entry in store.ledger.items():
        facts = ", ".join(f"{key.replace('_', ' ')} {entry[key]:,}" for key in COUNTS if key in entry)
        lines.append(f"  {table} ({entry['file']}): {facts}")
    return "\n".join(lines)


def _computed(store: Store) -> list[str]:
    """Return lines about the groups of computed columns."""
    kinds = ", ".join(dict.fromkeys(group.kind for group in store.groups))
    lines = [] if not store.groups else ["", f"{kinds}: computed columns, by group"]
    for group in store.groups:
        there = sum(part is not None for part in group.parts)
        state = "" if group.complete else f", {there} of {len(group.parts)} partitions: run it again"
        lines.append(f"  {group.name}  {len(group.columns)} columns, {size_text(group.bytes)}{state}")
        for name in ("frame", "potential", "delta", "backend", "source", "ages", "draws", "seed"):
            if group.settings.get(name) is not None:
                lines.append(f"    {name:<10} {_value(group.settings[name])}")
        plain = [name for name in group.columns if not name.rpartition("_p")[2].isdigit()]
        lines.append(f"    {'columns':<10} {' '.join(plain)}")
    return lines


def _value(value: object) -> str:
    return ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
