"""Units through a formula: what comes out, and whether it is what was declared."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from galdask import units
from galdask.catalog.expression import parse
from galdask.errors import ConfigError

Powers = Mapping[str, Fraction]
#: kind of a unit -> powers of what it is made of; a parallax is one over a distance, an angle a
#: number, so that a proper motion times a distance is a velocity
_BASES: dict[str, dict[str, int]] = {
    "number": {},
    "angle": {},
    "length": {"length": 1},
    "radius": {"length": 1},
    "parallax": {"length": -1},
    "time": {"time": 1},
    "frequency": {"time": -1},
    "proper motion": {"time": -1},
    "velocity": {"length": 1, "time": -1},
    "action": {"length": 2, "time": -1},
}
#: the logarithm of a value in this unit has that unit
_LOGARITHMS = {"": "dex", "yr": "log(yr)"}


@dataclass(frozen=True)
class _Known:
    """A unit as a product of powers of units.

    `scaled` tells that a plain number was multiplied in, which may turn pc into kpc; `free` tells a
    plain number, which goes with every unit.
    """

    powers: Powers = field(default_factory=dict)
    scaled: bool = False
    free: bool = False

    def bases(self) -> dict[str, Fraction]:
        total: dict[str, Fraction] = {}
        for unit, power in self.powers.items():
            kind = units.kind(unit)
            for base, times in _BASES.get(kind, {kind: 1}).items():
                total[base] = total.get(base, Fraction(0)) + power * times
        return {base: power for base, power in total.items() if power}

    def text(self) -> str:
        pieces = [u if p == 1 else f"({u})^{p}" for u, p in self.powers.items()]
        return " ".join(pieces) or "a number"


def check(text: str, columns: Mapping[str, str], declared: str, where: str | None = None) -> None:
    """Check that a formula adds like to like and gives the unit that it is declared to give.

    Parameters
    ----------
    text : str
        The formula.
    columns : dict of str to str
        Unit of every column that it names.
    declared : str
        Unit that the result is said to have.
    where : str, optional
        File and line, for messages.

    Raises
    ------
    ConfigError
        If units do not agree. Where no unit can be derived (a logarithm of a length, say), the
        declared one is believed.

    Notes
    -----
    A formula computes with the stored values, in the files' units. A factor may change the unit
    within its kind: ``distance / 1000`` turns pc into kpc.
    """
    found = _unit(parse(text, where), columns, text, where)
    if found is None or found.free:
        return
    wanted = _named(declared)
    if not _agree(found, wanted):
        raise ConfigError(
            "the formula does not give the declared unit",
            where=where,
            expected=repr(declared),
            found=f"{found.text()} from {text!r}",
        )


def _named(unit: str) -> _Known:
    return _Known({unit: Fraction(1)} if unit else {})


def _agree(a: _Known, b: _Known) -> bool:
    """Equal units; or the same kind, if a factor may have turned one into the other."""
    if not (a.scaled or b.scaled):
        return dict(a.powers) == dict(b.powers) or (_compound(a, b) and a.bases() == b.bases())
    return a.bases() == b.bases()


def _compound(a: _Known, b: _Known) -> bool:
    """Products of several units carry factors that are not followed; only kinds are compared."""
    return any(len(x.powers) > 1 or any(p != 1 for p in x.powers.values()) for x in (a, b))


def _unit(node: ast.expr, columns: Mapping[str, str], text: str, where: str | None) -> _Known | None:
    if isinstance(node, ast.Name):
        return _named(columns[node.id])
    if isinstance(node, ast.Constant):
        return _Known(free=True)
    if isinstance(node, ast.UnaryOp):
        return _unit(node.operand, columns, text, where)
    if isinstance(node, ast.Call):
        inner = _unit(node.args[0], columns, text, where)
        return _called(node, inner)
    if not isinstance(node, ast.BinOp):
        return None
    left, right = _unit(node.left, columns, text, where), _unit(node.right, columns, text, where)
    if left is None or right is None:
        return None
    if isinstance(node.op, ast.Mult | ast.Div):
        return _product(left, right, -1 if isinstance(node.op, ast.Div) else 1)
    if left.free or right.free:
        return left if right.free else right
    if not _agree(left, right):
        raise ConfigError(
            "the formula adds or subtracts different units",
            where=where,
            found=f"{left.text()} and {right.text()} in {text!r}",
            todo="bring both to one unit with a factor",
        )
    return _Known(left.powers, left.scaled or right.scaled)


def _product(left: _Known, right: _Known, sign: int) -> _Known:
    powers = dict(left.powers)
    for unit, power in right.powers.items():
        powers[unit] = powers.get(unit, Fraction(0)) + sign * power
    kept = {unit: power for unit, power in powers.items() if power}
    return _Known(kept, left.scaled or right.scaled or left.free or right.free, left.free and right.free)


def _called(node: ast.Call, inner: _Known | None) -> _Known | None:
    if inner is None or inner.free:
        return inner
    if isinstance(node.func, ast.Name) and node.func.id == "sqrt":
        return _Known({unit: power / 2 for unit, power in inner.powers.items()}, inner.scaled)
    powers = dict(inner.powers)
    if inner.scaled or (powers and (len(powers) > 1 or set(powers.values()) != {Fraction(1)})):
        return None
    unit = _LOGARITHMS.get(next(iter(powers), ""))
    return None if unit is None else _named(unit)
