"""Which columns stand for R and |Z|: where stars are, or the guiding radius and z_max of their orbits."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from galdask.config import Section

#: coordinate -> columns that may stand for it
CHOICES = {"r": ("r", "r_guide"), "abs_z": ("abs_z", "z_max")}
#: z_max with the sign of the present z, in kpc: what stands for Z where z_max stands for |Z|
SIGNED = "signed_z_max"


def plane_from_section(top: Section, derived: Collection[str] | None) -> Mapping[str, str]:
    """Read the section ``plane`` of a pipeline, such as ``{r: r_guide, abs_z: z_max}``.

    Parameters
    ----------
    top : Section
        The whole file.
    derived : collection of str or None
        Columns that the stars have; None to leave that unchecked.

    Returns
    -------
    dict of str to str
        Coordinate -> the column that stands for it: r, abs_z and z, those that change.

    Raises
    ------
    ConfigError
        If a choice is unknown, or the stars do not have its column.
    """
    section = top.section("plane", None)
    if section is None:
        return {}
    chosen = {name: section.text(name, name, choices=known) for name, known in CHOICES.items()}
    section.done()
    changed = {name: column for name, column in chosen.items() if column != name}
    for name, column in changed.items():
        if derived is not None and column not in derived:
            raise section.fail(
                name,
                f"the stars have no column {column!r}",
                expected="orbits of a column group of the store, or a quantity of that name",
                found="a section orbits without it" if "orbits" in top else "no section orbits",
                todo="add  orbits: {potential: {name: MWPotential2014, ro: .., vo: ..}}  and make them: "
                f"galdask orbits STORE --pipeline {top.file}",
            )
    return changed | ({"z": SIGNED} if "abs_z" in changed else {})
