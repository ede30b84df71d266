"""Why a product cannot be used again: its lineage now beside that of an earlier run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import digest
from galdask.lineage import notes

if TYPE_CHECKING:
    from galdask.engine.plan import Work

#: reasons of one product that are told, at most
MOST = 12


class Reasons:
    """The reasons of a run that is about to begin.

    Parameters
    ----------
    out : path
        Folder of the results, with earlier runs.
    work : Work
        What is asked for now.
    intent : Intent
        What the run makes.
    """

    def __init__(self, out: Path, work: Work, intent: Any) -> None:
        self.work = work
        runs = [run for folder in _earlier(out) if (run := notes.read(folder)) is not None]
        self._runs = runs
        self.run = str(runs[0]["run"]) if runs else ""

    def of(self, name: str, words: Mapping[str, str]) -> list[str]:
        """Return why a product must be computed, as sentences without a full stop.

        Parameters
        ----------
        name : str
            The product.
        words : mapping of str to str
            Its requests by its own words for them.
        """
        then = next((run for run in self._runs if name in run["products"]), None)
        if then is None:
            return ["no earlier run"]
        found: dict[str, None] = {}
        release, now = then.get("store", {}).get("release"), self.work.store.name
        if release not in (None, now) and any(
            self.work.keys[r] not in self.work.done for r in words.values()
        ):
            found[f"release changed: {release} -> {now}"] = None
        for word, request in words.items():
            key = self.work.keys[request]
            if key in self.work.done:
                continue
            before = then["products"][name].get(word)
            if before is None or before not in then["requests"]:
                found["its settings changed: it asks for something new"] = None
                continue
            found |= dict.fromkeys(self._changed(key, then["requests"][before]))
            found |= dict.fromkeys(self._data(key, then["partitions"]))
        return list(found)[:MOST] or ["what was saved of it is gone"]

    def _changed(self, key: str, before: Mapping[str, Any]) -> Iterator[str]:
        sample, reduction = self.work.requests[key]
        now: dict[str, Any] = digest.canonical(notes.told(self.work, sample, reduction))
        if now["kind"] != before["kind"] or now["version"] != before["version"]:
            yield (
                f"reduction version: {before['kind']} {before['version']} -> {now['kind']} {now['version']}"
            )
        elif now["parameters"] != before["parameters"]:
            yield "its settings or grid changed: " + ", ".join(
                _paths(before["parameters"], now["parameters"])
            )
        for name in now["libraries"]:
            old = before["libraries"].get(name)
            if now["libraries"][name] != old:
                yield f"library version: {name} {old} -> {now['libraries'][name]}"
        if now["cpu"] != before["cpu"]:
            more, less = sorted({*now["cpu"]} - {*before["cpu"]}), sorted({*before["cpu"]} - {*now["cpu"]})
            yield "CPU features: " + " ".join([*(f"+{f}" for f in more), *(f"-{f}" for f in less)])
        yield from _cuts(before["steps"], now["steps"])
        yield from _settings(before["lineage"]["settings"], now["lineage"]["settings"])

    def _data(self, key: str, before: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """Say which columns of which partitions are others, partitions told apart by their stars."""
        sample, reduction = self.work.requests[key]
        columns = notes.told(self.work, sample, reduction)["lineage"]["columns"]
        known = {one["digests"]["star_key"]: one["digests"] for one in before}
        here = {part.digests["star_key"] for part in self.work.store.partitions}
        changed: dict[str, list[int]] = {}
        for part in self.work.store.partitions:
            old = known.get(part.digests["star_key"])
            if old is None:
                changed.setdefault("", []).append(part.index)
                continue
            for column in columns:
                if old.get(column, part.digests[column]) != part.digests[column]:
                    changed.setdefault(column, []).append(part.index)
        for column, parts in changed.items():
            what = f"column {column}" if column else "stars"
            yield f"{what} of partition{'s' if len(parts) > 1 else ''} {ranges(parts)} changed"
        if not changed and any(stars not in here for stars in known):
            yield "partitions of the earlier catalogue are gone"


def _earlier(out: Path) -> list[Path]:
    """Return the folders of earlier runs: the current one first, then the newest."""
    runs = out / ".runs"
    try:
        folders = [path for path in runs.iterdir() if (path / notes.NOTES).is_file()]
    except OSError:
        return []
    current = (out / "current").resolve()
    folders = [path for path in folders if not path.name.startswith(".")]
    return sorted(folders, key=lambda path: (path.resolve() != current, -path.stat().st_mtime_ns))


def _cuts(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for sample, steps in now.items():
        old, new = dict(before.get(sample, [])), dict(steps)
        if sample not in before and before:
            yield f"sample {sample} is new"
            continue
        for name, settings in new.items():
            if name not in old:
                yield f"cut {name} added"
            elif old[name] != settings:
                yield f"cut {name} changed: {', '.join(_paths(old[name], settings))}"
        yield from (f"cut {name} removed" for name in old if name not in new)
        if old.keys() == new.keys() and [*old] != [*new]:
            yield f"the order of the cuts of {sample} changed"


def _settings(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    if before.get("version") != now.get("version"):
        yield f"version of the derivation of stars: {before.get('version')} -> {now.get('version')}"
    if before.get("frame") != now.get("frame"):
        yield "frame changed: " + ", ".join(_paths(before.get("frame"), now.get("frame")))
    old, new = before.get("columns", {}), now.get("columns", {})
    for name in new:
        if name in old and old[name] != new[name]:
            kind = "populations" if name == "population" else f"setting of {name}"
            yield f"{kind} changed: {', '.join(_paths(old[name], new[name]))}"


def _paths(before: Any, now: Any, place: str = "") -> list[str]:
    """Return where two plain values differ, with both values where they are short."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        names = [*before, *(name for name in now if name not in before)]
        return [
            text
            for name in names
            if before.get(name) != now.get(name)
            for text in _paths(before.get(name), now.get(name), f"{place}.{name}" if place else str(name))
        ]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now) <= 8:
        return [
            text
            for i, (a, b) in enumerate(zip(before, now, strict=True))
            if a != b
            for text in _paths(a, b, f"{place}[{i}]")
        ]
    short = f"{before} -> {now}"
    return [f"{place} {short}".strip() if len(short) <= 60 else place or "values"]


def ranges(numbers: Sequence[int]) -> str:
    """Return whole numbers as text, neighbours joined: "3, 7-9"."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
