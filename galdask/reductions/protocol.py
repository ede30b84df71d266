"""What a reduction over stars is, and the registry of those that exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol, TypeVar, runtime_checkable

import numpy as np

from galdask.errors import ReductionError
from galdask.reductions.cells import CellTable
from galdask.reductions.states import State


@runtime_checkable
class Reduction(Protocol):
    """A mergeable reduction: map a block of stars to a state, combine states, finish.

    Implementations are frozen dataclasses. `combine` is associative and commutative with ``==``, `identity`
    is its neutral element, and the result of `finalize` has the same bits however the stars were split
    among blocks and ordered.

    Attributes
    ----------
    kind : str
        Name in the registry.
    version : int
        Raised when the numbers of a state or of the result change.
    layout : {"sum", "runs"}
        Small sums, worth combining in a tree; or sorted runs, better left apart until `finalize`.

    Notes
    -----
    One with ``replicas`` may have a method ``joined(shares)``, too: then ``finalize(parts, share=(k, n))``
    draws part k of n of its replicas, and the tables of all n parts give the whole one, to the bit.
    """

    kind: ClassVar[str]
    version: ClassVar[int]
    layout: ClassVar[Literal["sum", "runs"]]

    def columns(self) -> tuple[str, ...]:
        """Names of the sample's columns that `map` reads."""
        ...

    def parameters(self) -> dict[str, Any]:
        """Return everything that decides the numbers, as plain values with a canonical spelling."""
        ...

    def map(self, columns: Mapping[str, np.ndarray]) -> State:
        """Return the state of one block of stars."""
        ...

    def identity(self) -> State:
        """Return the state of no star."""
        ...

    def combine(self, a: State, b: State) -> State:
        """Return the state of the stars of both."""
        ...

    def finalize(self, parts: Sequence[State], shard_bytes: int = 64 << 20) -> CellTable:
        """Return the result over all parts (perhaps memory-mapped), with about `shard_bytes` at a time."""
        ...

    def bound(self, rows: int) -> int:
        """Return an upper bound of the bytes of the state of `rows` stars (`states.size`)."""
        ...


#: every kind of reduction, filled when its module is imported; `galdask.reductions.REGISTRY` imports all
REGISTRY: dict[str, type[Any]] = {}

R = TypeVar("R", bound=type[Any])


def register(cls: R) -> R:
    """Enter a class of reductions into the registry under its kind.

    Raises
    ------
    ReductionError
        If another class has that kind.
    """
    known = REGISTRY.setdefault(cls.kind, cls)
    if known.__qualname__ != cls.__qualname__ or known.__module__ != cls.__module__:
        raise ReductionError("two reductions have the same kind", where=cls.kind, found=f"{known}, {cls}")
    return cls


def settings(reduction: Reduction) -> dict[str, Any]:
    """Return what names a reduction: its kind, version and parameters (the material of state keys)."""
    return {"kind": reduction.kind, "version": reduction.version, "parameters": reduction.parameters()}
