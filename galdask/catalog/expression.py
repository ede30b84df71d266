"""Arithmetic written in release files: names, numbers, + - * /, sqrt and log10, and nothing else.

The text is parsed by `ast` and every node is looked at; nothing is ever run as code.
"""

from __future__ import annotations

import ast
import functools
import math
from collections.abc import Mapping

import numpy as np

from galdask.errors import ConfigError

#: what a formula may call
FUNCTIONS = ("sqrt", "log10")
MAX_LENGTH = 500
MAX_DEPTH = 40
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def parse(text: str, where: str | None = None) -> ast.expr:
    """Return the checked syntax tree of a formula.

    Parameters
    ----------
    text : str
        The formula, for example "mg_h - fe_h".
    where : str, optional
        File and line, for messages.

    Raises
    ------
    ConfigError
        If it is not a formula, or uses more than names, numbers, + - * /, sqrt and log10.
    """
    try:
        return _parsed(text)
    except ConfigError as error:
        raise ConfigError(error.what, expected=error.expected, found=error.found, where=where) from None


@functools.lru_cache(maxsize=256)
def _parsed(text: str) -> ast.expr:
    if len(text) > MAX_LENGTH:
        raise ConfigError("the formula is too long", expected=f"at most {MAX_LENGTH} characters")
    try:
        tree = ast.parse(" ".join(text.split()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConfigError("this is not a formula", found=repr(text)) from error
    _check(tree, text, MAX_DEPTH)
    return tree


def _check(node: ast.AST, text: str, depth: int) -> None:
    if depth == 0:
        raise ConfigError("the formula is nested too deeply", found=repr(text))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        _check(node.left, text, depth - 1)
        _check(node.right, text, depth - 1)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        _check(node.operand, text, depth - 1)
    elif isinstance(node, ast.Call) and _is_known_call(node):
        _check(node.args[0], text, depth - 1)
    elif not (isinstance(node, ast.Name) or _is_number(node)):
        line = " ".join(text.split())
        piece = ast.get_source_segment(line, node) if isinstance(node, ast.expr) else None
        raise ConfigError(
            "the formula uses something that is not allowed",
            expected="names of columns, numbers, + - * /, sqrt(...), log10(...)",
            found=repr(piece or text),
        )


def _is_known_call(node: ast.Call) -> bool:
    known = isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS
    return known and len(node.args) == 1 and not node.keywords


def _is_number(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and type(node.value) in (int, float)
        and math.isfinite(_as_float(node.value))
    )


def _as_float(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return math.inf


def names_in(text: str, where: str | None = None) -> tuple[str, ...]:
    """Return the columns that a formula uses, each once, in order.

    Raises
    ------
    ConfigError
        If it is not a formula.
    """
    tree = parse(text, where)
    calls = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in calls)
    return tuple(dict.fromkeys(node.id for node in sorted(found, key=lambda node: node.col_offset)))


def evaluate(text: str, columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the value of a formula for every row.

    Parameters
    ----------
    text : str
        The formula.
    columns : dict of str to ndarray, shape (n,)
        The columns that it names; masked elements count as missing.

    Returns
    -------
    ndarray, shape (n,)
        Computed in float64; float32 if every column is. What is not finite (a missing input, a
        division by zero, the logarithm of a negative number) is NaN.

    Raises
    ------
    ConfigError
        If it is not a formula, or a column is not given.
    """
    tree, names = parse(text), names_in(text)
    for name in names:
        if name not in columns:
            raise ConfigError(f"the formula uses an unknown column {name!r}", found=repr(text))
    wide = {name: np.ma.filled(np.ma.asarray(columns[name], np.float64), np.nan) for name in names}
    with np.errstate(all="ignore"):
        value = np.array(np.broadcast_to(_value(tree, wide), _shape(wide)), dtype=np.float64)
        value[~np.isfinite(value)] = np.nan
        single = bool(names) and all(columns[name].dtype == np.float32 for name in names)
        return value.astype(np.float32) if single else value


def _shape(columns: Mapping[str, np.ndarray]) -> tuple[int, ...]:
    return np.broadcast_shapes(*(column.shape for column in columns.values()))


def _value(node: ast.expr, columns: Mapping[str, np.ndarray]) -> np.ndarray:
    if isinstance(node, ast.Name):
        return columns[node.id]
    if isinstance(node, ast.Constant):
        return np.float64(_as_float(node.value))  # type: ignore[return-value]
    if isinstance(node, ast.UnaryOp):
        value = _value(node.operand, columns)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.Call):
        function = np.sqrt if isinstance(node.func, ast.Name) and node.func.id == "sqrt" else np.log10
        return function(_value(node.args[0], columns))
    if not isinstance(node, ast.BinOp):  # `parse` lets nothing else through
        raise ConfigError("this is not a formula", found=type(node).__name__)
    left, right = _value(node.left, columns), _value(node.right, columns)
    sign = _OPERATORS[type(node.op)]
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    return left * right if sign == "*" else left / right
