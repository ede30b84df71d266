"""What no settings file needs and a hostile one may hold, refused before anything is built of it."""

from __future__ import annotations

from typing import Any

import yaml

from galdask.errors import ConfigError

#: levels of mappings and lists; signs of one number, so that every whole number is a float's size, too
MAX_DEPTH, MAX_NUMBER = 40, 250
_TAG = "tag:yaml.org,2002:"
#: tags of values that are texts: dates stay as they are written
_TEXTS = frozenset({"str", "timestamp", "value", "merge"})
_KINDS: dict[type[yaml.Node], frozenset[str]] = {
    yaml.MappingNode: frozenset({"map"}),
    yaml.SequenceNode: frozenset({"seq"}),
    yaml.ScalarNode: _TEXTS | {"int", "float", "bool", "null"},
}


def is_text(node: yaml.Node) -> bool:
    """Return whether a value is read as the text that stands there."""
    return node.tag.removeprefix(_TAG) in _TEXTS


def refuse_bombs(text: str, file: str, loader: Any) -> None:
    """Refuse what grows when it is read, before anything is built of it: aliases, deep nesting.

    Raises
    ------
    ConfigError
        If there is one; names file and line.
    """
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        line = event.start_mark.line + 1 if event.start_mark else "?"
        if isinstance(event, yaml.AliasEvent):
            raise ConfigError(
                "YAML aliases are not used here", where=f"{file}, line {line}", todo="write the value out"
            )
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise ConfigError(
                "the YAML is nested too deeply",
                where=f"{file}, line {line}",
                expected=f"at most {MAX_DEPTH} levels",
            )


def refuse_odd(node: yaml.Node, file: str) -> None:
    """Refuse tags that name types of programs, keys that are no texts, and endless numbers.

    Raises
    ------
    ConfigError
        If there is one; names file and line.
    """

    def wrong(what: str, one: yaml.Node, **parts: Any) -> ConfigError:
        return ConfigError(what, where=f"{file}, line {one.start_mark.line + 1}", **parts)

    kind = node.tag.removeprefix(_TAG)
    if kind not in _KINDS.get(type(node), ()):
        raise wrong("YAML tags are not used here", node, found=node.tag, todo="write the plain value")
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise wrong("a key must be a text", key)
            refuse_odd(key, file)
            refuse_odd(value, file)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            refuse_odd(value, file)
    elif kind not in _TEXTS and len(node.value) > MAX_NUMBER:
        raise wrong("a number of too many digits", node, expected=f"at most {MAX_NUMBER} characters")
