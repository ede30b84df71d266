"""YAML whose every value knows its line, read by the safe loader and asked for by name.

A `Section` is a mapping of a file. Its reader takes the keys it knows, each with its type, and then
calls `done()`: whatever was not taken is an error that names the file, the line and the nearest
known key.
"""

from __future__ import annotations

import difflib
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from galdask import hostile_yaml
from galdask.errors import ConfigError

#: a file longer than this is not a settings file
MAX_BYTES = 2_000_000
#: files that are based on each other
MAX_BASES = 10
#: where releases, pipelines and clusters of galdask lie: in a checkout, and in a wheel
_SHIPPED = (
    *(above / "cluster_configs" for above in (Path(__file__).parents[1], Path(__file__).parent / "shipped")),
    Path(__file__).parents[1] / "pipelines",
    Path(__file__).parent / "shipped" / "pipelines",
    Path(__file__).parent / "catalog" / "releases",
)
_REQUIRED: Any = object()
#: the safe loader; in C where PyYAML was built with it
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Section:
    """One mapping of a YAML file, with the place of every value.

    Parameters
    ----------
    node : yaml.MappingNode
        The mapping.
    file : str
        Name of the file, for messages.
    path : str
        Dotted path of the mapping in the file.
    """

    def __init__(self, node: yaml.MappingNode, file: str, path: str = "") -> None:
        self.file, self.path = file, path
        self._node = node
        self._line = node.start_mark.line + 1
        self._nodes: dict[str, yaml.Node] = {}
        self._lines: dict[str, int] = {}
        self._taken: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in self._nodes:
                raise ConfigError(
                    f"the key {self._full(name)!r} stands twice",
                    where=f"{file}, lines {self._lines[name]} and {key.start_mark.line + 1}",
                    todo="keep one of them",
                )
            self._nodes[name], self._lines[name] = value, key.start_mark.line + 1

    def _file(self, key: str | None) -> str:
        """Return the file of a value: another one where files are based on each other."""
        return str(getattr(self._nodes.get(key or ""), "origin", self.file))

    def _full(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def where(self, key: str | None = None) -> str:
        """Return "file, line N" of a key, or of the section."""
        return f"{self._file(key)}, line {self._lines.get(key, self._line) if key else self._line}"

    def __contains__(self, key: str) -> bool:
        return key in self._nodes

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def fail(self, key: str | None, what: str, **parts: Any) -> ConfigError:
        """Return an error at the place of `key`."""
        return ConfigError(what, where=self.where(key), **parts)

    def _get(self, key: str, default: Any) -> tuple[bool, yaml.Node | None]:
        self._taken.add(key)
        if key in self._nodes:
            return True, self._nodes[key]
        if default is _REQUIRED:
            near = difflib.get_close_matches(key, self._nodes, 1)
            raise ConfigError(
                f"the key {self._full(key)!r} is missing",
                where=self.where(),
                found=", ".join(self._nodes) or "an empty section",
                todo=f"rename {near[0]!r}?" if near else "add it",
            )
        return False, None

    def value(self, key: str, default: Any = _REQUIRED) -> Any:
        """Take a value as plain Python: scalars, lists and dictionaries."""
        there, node = self._get(key, default)
        return _plain(node, self.file) if there and node is not None else default

    def _typed(self, key: str, kinds: tuple[type, ...], name: str, default: Any) -> Any:
        value = self.value(key, default)
        if value is default and key not in self._nodes:
            return default
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise self.fail(key, f"{self._full(key)!r} has the wrong type", expected=name, found=repr(value))
        return value

    def text(self, key: str, default: Any = _REQUIRED, choices: Any = None) -> Any:
        """Take a string, one of `choices` if given."""
        value = self._typed(key, (str,), "a text", default)
        if choices is not None and key in self._nodes and value not in choices:
            near = difflib.get_close_matches(str(value), list(choices), 1)
            raise self.fail(
                key,
                f"{self._full(key)!r} is not a known choice",
                expected="one of " + ", ".join(choices),
                found=repr(value),
                todo=f"did you mean {near[0]!r}?" if near else None,
            )
        return value

    def number(
        self, key: str, default: Any = _REQUIRED, low: float = -math.inf, high: float = math.inf
    ) -> Any:
        """Take a finite number within [low, high]."""
        value = self._typed(key, (int, float), "a number", default)
        if key in self._nodes and not (abs(value) <= sys.float_info.max and low <= value <= high):
            raise self.fail(
                key, f"{self._full(key)!r} is out of range", expected=f"{low} to {high}", found=value
            )
        return value

    def whole(self, key: str, default: Any = _REQUIRED, low: int = -(2**63), high: int = 2**63) -> Any:
        """Take a whole number within [low, high]."""
        value = self._typed(key, (int,), "a whole number", default)
        if key in self._nodes and not low <= value <= high:
            raise self.fail(
                key, f"{self._full(key)!r} is out of range", expected=f"{low} to {high}", found=value
            )
        return value

    def flag(self, key: str, default: Any = _REQUIRED) -> Any:
        """Take true or false."""
        return self._typed(key, (bool,), "true or false", default)

    def list(self, key: str, default: Any = _REQUIRED) -> Any:
        """Take a list of plain values."""
        return self._typed(key, (list,), "a list", default)

    def section(self, key: str, default: Any = _REQUIRED) -> Any:
        """Take a mapping as a `Section`."""
        there, node = self._get(key, default)
        if not there:
            return default
        if not isinstance(node, yaml.MappingNode):
            raise self.fail(key, f"{self._full(key)!r} has the wrong type", expected="a mapping")
        return Section(node, self._file(key), self._full(key))

    def sections(self, key: str, default: Any = _REQUIRED) -> Any:
        """Take a list of mappings as a list of `Section`."""
        there, node = self._get(key, default)
        if not there:
            return default
        if not isinstance(node, yaml.SequenceNode) or not all(
            isinstance(item, yaml.MappingNode) for item in node.value
        ):
            raise self.fail(key, f"{self._full(key)!r} has the wrong type", expected="a list of mappings")
        full = self._full(key)
        return [Section(item, self._file(key), f"{full}[{i}]") for i, item in enumerate(node.value)]

    def without(self, key: str) -> Section:
        """Return the section as if a key did not stand in it."""
        kept = [pair for pair in self._node.value if str(pair[0].value) != key]
        node = yaml.MappingNode(self._node.tag, kept, self._node.start_mark, self._node.end_mark)
        return Section(node, self.file, self.path)

    def overlaid(self, changes: Section) -> Section:
        """Return the section as `changes` change it: mappings key by key, other values as a whole.

        Every value keeps the line on which it stands; a key that is new is refused by whoever reads it.
        """
        return Section(_merged(self._node, changes._node), self.file, self.path)

    def done(self) -> None:
        """Check that every key of the section was known.

        Raises
        ------
        ConfigError
            If a key was not taken.
        """
        for key in self._nodes:
            if key not in self._taken:
                near = difflib.get_close_matches(key, self._taken, 1)
                raise self.fail(
                    key,
                    f"unknown key {self._full(key)!r}",
                    expected="one of " + ", ".join(sorted(self._taken)),
                    todo=f"did you mean {near[0]!r}?" if near else "remove it",
                )


def _merged(old: yaml.MappingNode, new: yaml.MappingNode) -> yaml.MappingNode:
    """Return a mapping with the keys of both; where both have one, that of `new`, or the two merged."""
    changed = {str(key.value): (key, value) for key, value in new.value}
    pairs = []
    for key, value in old.value:
        other = changed.pop(str(key.value), None)
        if (
            other is not None
            and isinstance(value, yaml.MappingNode)
            and isinstance(other[1], yaml.MappingNode)
        ):
            other = (other[0], _merged(value, other[1]))
        pairs.append((key, value) if other is None else other)
    return yaml.MappingNode(old.tag, pairs + list(changed.values()), old.start_mark, old.end_mark)


def _plain(node: yaml.Node, file: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        section = Section(node, file)  # refuses duplicate keys
        return {key: section.value(key) for key in section}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, file) for item in node.value]
    if hostile_yaml.is_text(node):
        return node.value
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)  # type: ignore[no-untyped-call]
    except (yaml.YAMLError, ValueError, LookupError) as error:
        raise ConfigError(
            "a value cannot be read", where=f"{file}, line {node.start_mark.line + 1}", found=error
        ) from error


def parse(text: str, file: str) -> Section:
    """Read YAML text whose top is a mapping.

    Raises
    ------
    ConfigError
        If the text is not YAML, holds an alias or a tag, is nested deeply, or has no mapping at its top.
    """
    try:
        hostile_yaml.refuse_bombs(text, file, _LOADER)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(
            "this is not valid YAML", where=file + line, found=getattr(error, "problem", error)
        ) from error
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError("the file must hold keys and values", where=file, found="no mapping at its top")
    hostile_yaml.refuse_odd(node, file)
    return Section(node, file)


def load(path: Path | str, above: tuple[Path, ...] = ()) -> Section:
    """Read a YAML file; see `parse`.

    A file with the key ``based_on`` is read as the file that it names, changed by its other keys: mappings
    key by key, other values as a whole; a key whose value is null is taken away. The name is that of a file
    beside it, or without a suffix that of one that comes with galdask, as ``dr17`` or ``two_disks``.

    Parameters
    ----------
    path : path
        The file.
    above : tuple of path
        Files that are based on this one.

    Raises
    ------
    ConfigError
        If the file cannot be read, or files are based on each other in a circle.
    """
    path = Path(path)
    section = _read(path)
    if "based_on" not in section:
        return section
    chain = (*above, path.resolve())
    if len(chain) > MAX_BASES:
        raise section.fail("based_on", "too many files are based on each other", expected=MAX_BASES)
    base = _base(section, path.parent)
    if base.resolve() in chain:
        raise section.fail("based_on", "files are based on each other in a circle", found=base.name)
    below, changes = load(base, chain), section.without("based_on")
    for one in (below, changes):
        _sign(one._node, one.file)
    return Section(_without_nothing(below.overlaid(changes)._node), section.file)


def _without_nothing(node: yaml.MappingNode) -> yaml.MappingNode:
    """Return a mapping without the keys whose value is null, at every depth."""
    kept = []
    for key, value in node.value:
        if isinstance(value, yaml.MappingNode):
            value = _without_nothing(value)
        if value.tag != "tag:yaml.org,2002:null":
            kept.append((key, value))
    made = yaml.MappingNode(node.tag, kept, node.start_mark, node.end_mark)
    if hasattr(node, "origin"):
        made.origin = node.origin  # type: ignore[attr-defined]
    return made


def _base(section: Section, beside: Path) -> Path:
    """Return the file that a section is based on: beside it, or one that comes with galdask."""
    name = section.text("based_on")
    if Path(name).is_absolute() or ".." in Path(name).parts or not name.isprintable():
        raise section.fail(
            "based_on",
            "a file can be based only on one that lies beside or below it",
            expected="a name without '/' in front and without '..'",
            found=repr(name),
        )
    if Path(name).suffix:
        return beside / name
    found = {path.stem: path for folder in _SHIPPED for path in sorted(folder.glob("*.yaml"))}
    if name not in found:
        near = difflib.get_close_matches(name, found, 1)
        raise section.fail(
            "based_on",
            f"no file of galdask is called {name!r}",
            expected=", ".join(sorted(found)) + ", or the name of a file beside this one, with .yaml",
            todo=f"did you mean {near[0]!r}?" if near else None,
        )
    return found[name]


def _sign(node: yaml.Node, file: str) -> None:
    """Note on every value from which file it is, for messages."""
    if not hasattr(node, "origin"):
        node.origin = file  # type: ignore[attr-defined]
    if isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            _sign(value, file)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _sign(value, file)


def _read(path: Path) -> Section:
    """Read one file."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(
                "the file is too large for settings", where=path, expected=f"< {MAX_BYTES} bytes"
            )
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError("no such file", where=path) from error
    except IsADirectoryError as error:
        raise ConfigError("this is a directory, not a file", where=path) from error
    except UnicodeDecodeError as error:
        raise ConfigError("the file is not UTF-8 text", where=path) from error
    except OSError as error:
        raise ConfigError("the file cannot be read", where=path, found=error.strerror) from error
    return parse(text, str(path))
