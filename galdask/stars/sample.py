"""Samples: named chains of cuts, each perhaps the continuation of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from galdask.config import Section
from galdask.errors import ConfigError
from galdask.stars.cuts import Cut, check_keys, cut_from_section
from galdask.stars.readings import AbsentError, StoreLike, nearest

#: fates are one byte
MAX_STEPS = 255


@dataclass(frozen=True, slots=True)
class Sample:
    """The stars that pass a chain of cuts.

    Parameters
    ----------
    name : str
        As in the pipeline file.
    base : str or None
        Sample that it continues.
    steps : tuple of Cut
        The whole chain, the base's first; the place in it, from 1, is the fate of those that fail there.
    raw : bool
        True: every row of the catalogue, and no derived column but `quantities`.
    quantities : tuple of str
        For a raw sample: the quantities that it has.
    """

    name: str
    base: str | None
    steps: tuple[Cut, ...]
    raw: bool
    quantities: tuple[str, ...]

    @property
    def fates(self) -> tuple[str, ...]:
        """Names of the steps, in order; code 0 is "kept", code k "failed at step k first"."""
        return tuple(step.name for step in self.steps)

    def settings(self) -> list[dict[str, Any]]:
        """Return what decides who is in the sample: its cuts in order, without their names."""
        return [step.settings() for step in self.steps]


def samples_from_section(
    section: Section,
    cuts: Section | None,
    store: StoreLike,
    computed: Mapping[str, str],
    quantities: tuple[str, ...],
    absent: Mapping[str, str],
) -> tuple[dict[str, Sample], dict[str, str]]:
    """Read the sections ``samples`` and ``cuts``.

    Parameters
    ----------
    section : Section
        ``NAME: {cuts: [..], base: NAME, optional: true}`` or ``NAME: {raw: true, quantities: [..]}``.
    cuts : Section or None
        The named cuts; those that no sample uses are not resolved.
    store : Store
        Columns and the names of bits.
    computed : mapping of str to str
        Quantities and derived columns -> unit.
    quantities : tuple of str
        Quantities alone, for raw samples.
    absent : mapping of str to str
        Optional quantities that this store cannot have, and why.

    Returns
    -------
    samples : dict of str to Sample
        In the order of the file.
    absent : dict of str to str
        `absent`, and the optional samples that this store cannot have.

    Raises
    ------
    ConfigError
        If a cut, base, quantity or column is unknown, or a key.
    """
    for cut in cuts or ():
        check_keys(cut, cuts.section(cut))  # type: ignore[union-attr]
    samples: dict[str, Sample] = {}
    absent = dict(absent)
    for name in section:
        inner = section.section(name)
        optional = inner.flag("optional", False)
        try:
            if inner.flag("raw", False):
                samples[name] = _raw(name, inner, quantities, absent)
            else:
                samples[name] = _chain(name, inner, cuts, store, computed, samples, absent)
        except AbsentError as error:
            if not optional:
                raise
            absent[name] = error.what
        inner.done()
    if not samples:
        raise section.fail(None, "a pipeline needs a sample", found="none")
    return samples, absent


def _raw(name: str, inner: Section, quantities: tuple[str, ...], absent: Mapping[str, str]) -> Sample:
    chosen = [str(quantity) for quantity in inner.list("quantities", list(quantities))]
    for quantity in chosen:
        if quantity not in quantities and quantity not in absent:
            raise inner.fail(
                "quantities",
                f"there is no quantity {quantity!r}",
                expected="of " + ", ".join(quantities),
                todo=nearest(str(quantity), quantities),
            )
    return Sample(name, None, (), True, tuple(quantity for quantity in chosen if quantity in quantities))


def _chain(
    name: str,
    inner: Section,
    cuts: Section | None,
    store: StoreLike,
    computed: Mapping[str, str],
    samples: Mapping[str, Sample],
    absent: Mapping[str, str],
) -> Sample:
    base = inner.text("base", None)
    names = [str(cut) for cut in inner.list("cuts", [])]
    if base in absent:
        raise AbsentError(f"there is no sample {base!r}: {absent[base]}", where=inner.where("base"))
    if base is not None and (base not in samples or samples[base].raw):
        raise inner.fail(
            "base",
            f"there is no sample {base!r} with cuts before this one",
            expected=", ".join(samples),
            found=base,
        )
    steps = list(samples[base].steps) if base is not None else []
    for cut in names:
        if cuts is None or cut not in cuts:
            known = list(cuts or ())
            raise inner.fail(
                "cuts",
                f"there is no cut {cut!r}",
                expected="of " + ", ".join(known),
                todo=nearest(str(cut), known),
            )
        if cut in {step.name for step in steps}:
            raise inner.fail("cuts", f"the cut {cut!r} stands twice in the sample {name!r}", todo="keep one")
        steps.append(cut_from_section(cut, cuts.section(cut), store, computed, absent))
    if len(steps) > MAX_STEPS:
        raise ConfigError("too many cuts", where=inner.where("cuts"), expected=f"at most {MAX_STEPS}")
    return Sample(name, base, tuple(steps), False, ())
