"""The settings of a product: each declared once, with its default, its limits and what it means."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from galdask.config import Section


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a product or a cube.

    Parameters
    ----------
    name : str
        Key in the pipeline file.
    default : object
        What holds where the file says nothing.
    note : str
        One line: what it is, with its unit.
    kind : {"number", "whole", "flag", "word", "sample", "numbers", "edges", "names", "axis"}
        "edges" are increasing numbers; "axis" is a mapping of low, high and step; "sample" is the name of a
        sample, without which the product is skipped.
    low, high : float
        Closed limits of a number, or of each number of a list.
    multiple_of : str
        Name of an earlier setting of which this one must be a whole multiple.
    choices : tuple of str
        What a word may be.
    """

    name: str
    default: Any
    note: str
    kind: str = "number"
    low: float = -math.inf
    high: float = math.inf
    multiple_of: str = ""
    choices: tuple[str, ...] = ()

    def take(self, section: Section | None) -> Any:
        """Return the value that the file gives, or the default.

        Raises
        ------
        ConfigError
            If the value is of the wrong kind or out of its limits; names file and line.
        """
        if section is None or self.name not in section:
            if section is not None:
                section.value(self.name, None)  # so that the key is known
            return self.default
        if self.kind == "number":
            return float(section.number(self.name, low=self.low, high=self.high))
        if self.kind == "whole":
            return section.whole(self.name, low=_whole(self.low), high=_whole(self.high))
        if self.kind == "flag":
            return section.flag(self.name)
        if self.kind == "word":
            return section.text(self.name, choices=self.choices)
        if self.kind == "sample":
            return section.text(self.name)
        if self.kind == "axis":
            return _axis(section, self.name)
        return self._list(section)

    def _list(self, section: Section) -> tuple[Any, ...]:
        values = section.list(self.name)
        wanted: tuple[type, ...] = (str,) if self.kind == "names" else (int, float)
        good = bool(values) and all(isinstance(v, wanted) and not isinstance(v, bool) for v in values)
        if good and self.kind != "names":
            values = [float(v) for v in values]
            good = all(math.isfinite(v) and self.low <= v <= self.high for v in values)
            if good and self.kind == "edges":
                good = len(values) > 1 and all(a < b for a, b in itertools.pairwise(values))
        if not good:
            expected = {"names": "a list of names", "edges": "a list of two or more increasing numbers"}
            raise section.fail(
                self.name,
                f"{section.path}.{self.name} is not what it must be",
                expected=expected.get(self.kind, f"a list of numbers from {self.low} to {self.high}"),
                found=values,
            )
        return tuple(values)


def _whole(limit: float) -> int:
    return int(limit) if math.isfinite(limit) else int(math.copysign(2**63, limit))


def _axis(section: Section, name: str) -> dict[str, float]:
    inner = section.section(name)
    found = {key: float(inner.number(key)) for key in ("low", "high", "step")}
    inner.done()
    check_axis(found["low"], found["high"], found["step"], lambda key, text: inner.fail(key, text))
    return found


def is_multiple(value: float, step: float) -> bool:
    """Tell whether `value` is a whole multiple of `step`, both read as the decimals they print as."""
    return Decimal(repr(value)) % Decimal(repr(step)) == 0


def check_axis(low: float, high: float, step: float, fail: Any) -> None:
    """Check that an axis runs upwards in whole steps with 0 on an edge.

    Raises
    ------
    ConfigError
        As made by ``fail(key, text)``, where key is "low", "high" or "step".
    """
    if step <= 0:
        raise fail("step", f"the step must be positive, not {step}")
    if low >= high:
        raise fail("high", f"the axis must run upwards, not from {low} to {high}")
    for key, value in (("low", low), ("high", high)):
        if not is_multiple(value, step):
            raise fail(key, f"{key} = {value} is not a multiple of the step {step}: 0 must be an edge")
    if (high - low) / step > 100_000:
        raise fail("step", f"the step {step} makes more than 100,000 cells along one axis")


def take_all(settings: Sequence[Setting], section: Section | None) -> Mapping[str, Any]:
    """Return every setting's value, and refuse keys that no setting knows.

    Raises
    ------
    ConfigError
        If a value is wrong, a key is unknown, or a multiple does not hold; names file and line.
    """
    found: dict[str, Any] = {}
    for setting in settings:
        found[setting.name] = setting.take(section)
    if section is not None:
        section.done()
        for setting in settings:
            step = setting.multiple_of
            if step and not is_multiple(found[setting.name], found[step]):
                key = setting.name if setting.name in section else step
                raise section.fail(
                    key,
                    f"{setting.name} = {found[setting.name]} is not a multiple of {step} = {found[step]}",
                    todo=f"choose a {step} that divides it: 0 must be the edge of a cell",
                )
    return found
