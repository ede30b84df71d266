"""`galdask explain`: what a file was made from, and the command that makes it again."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.add_argument(
        "path", type=Path, metavar="FILE", help="a store, results, or anything made from them"
    )
    command.add_argument("--rerun", action="store_true", help="print the command that makes it again")
    command.add_argument("--yes", action="store_true", help="with --rerun: run that command, in this folder")
    command.add_argument(
        "--timing", action="store_true", help="of OUT or STORE: say where the time of the last call went"
    )
    command.add_argument("--json", action="store_true", help="print the whole record as JSON")


def run(chosen: argparse.Namespace) -> int:
    """Print the record, or make the thing again."""
    from galdask.errors import InputError
    from galdask.lineage.explain import AGAIN, explain

    if chosen.timing:
        from galdask.lineage import timing, timing_text

        took = timing.timing(chosen.path)
        print(timing_text.as_json(took) if chosen.json else timing_text.as_text(took))
        return 0
    found = explain(chosen.path)
    if chosen.rerun:
        if not found.command:
            raise InputError(
                "the record names no command that can be run again",
                where=chosen.path,
                expected="one of galdask " + ", ".join(AGAIN),
                found=shlex.join(map(str, found.record.get("command", ()))) or "none",
            )
        print(shlex.join(found.command))
        if chosen.yes:
            from galdask.cli.main import main

            return main(found.command[1:])
        return 0
    print(json.dumps(found.record, indent=1, sort_keys=True) if chosen.json else as_text(found))
    return 0


def as_text(found: Any) -> str:
    """Return a record as lines of text.

    Raises
    ------
    InputError
        If the record was edited and is not of the form that galdask writes.
    """
    from galdask.errors import InputError

    try:
        return _text(found)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise InputError(
            "the record is not one that galdask wrote",
            where=found.found,
            found=error,
            todo="galdask explain --json shows it as it is",
        ) from error


def _text(found: Any) -> str:
    record: Mapping[str, Any] = found.record
    lines = [f"{found.path}", f"  record    {found.found}"]
    for name in ("run", "pipeline", "made"):
        if name in record:
            lines.append(f"  {name:<9} {record[name]}")
    if record.get("command"):
        lines.append(f"  command   {shlex.join(map(str, record['command']))}")
    store = record.get("store")
    if isinstance(store, Mapping):
        rows = f"{store.get('rows', 0):,} rows"
        mock = ", a mock" if store.get("mock") else ""
        lines += [f"  store     {store.get('release')}, {rows}{mock}", f"  digest    {store.get('digest')}"]
    for table, one in record.get("files", {}).items():
        lines.append(f"  file      {table}: {one['file']}, {one['size']:,} bytes")
    for name, group in record.get("groups", {}).items():
        told = {key: group[key] for key in ("potential", "frame", "source") if group.get(key) is not None}
        lines.append(f"  group     {name}: " + ", ".join(f"{key} {_short(told[key])}" for key in told))
        if group.get("command"):
            lines.append(f"    made    {group.get('made')} by {shlex.join(map(str, group['command']))}")
    settings = record.get("settings")
    if isinstance(settings, Mapping):
        lines += _settings(settings)
    if versions := record.get("versions"):
        lines.append("  versions  " + ", ".join(f"{k} {v}" for k, v in versions.items() if v != "absent"))
    if features := record.get("cpu_features"):
        lines.append("  CPU       " + " ".join(features))
    return "\n".join(lines)


def _settings(settings: Mapping[str, Any]) -> Iterator[str]:
    if settings.get("frame"):
        yield f"  frame     {_short(settings['frame'])}"
    orbits = settings.get("orbits")
    if orbits:
        yield f"  potential {_short(orbits.get('potential'))}, group {orbits.get('group')}"
    elif settings.get("potential"):
        yield f"  potential {_short(settings['potential'])}"
    samples = settings.get("samples")
    for name, sample in (samples if isinstance(samples, Mapping) else {}).items():
        steps = zip(sample["fates"], sample["cuts"], strict=False)
        told = "; ".join(f"{step} ({_short(cut)})" for step, cut in steps)
        yield f"  sample    {name}: {told or 'every row'}"


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_short(v)}" for k, v in value.items() if v is not None and v is not False)
    if isinstance(value, list):
        return "[" + ", ".join(map(_short, value)) + "]"
    return str(value)
