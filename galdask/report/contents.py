"""The parts that products stand in, in the order of the paper's argument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from galdask.report.anchors import anchor
from galdask.report.facts import Shown

#: part -> its products; products of none stand in the last part
PARTS = {
    "The sample": ("kiel", "coverage", "alpha_split", "age_errors"),
    "Maps": ("global_maps", "feh_slices", "age_slices", "polar_maps", "polar_zoom"),
    "Two sequences of [Mg/Fe]": ("mgfe_grid", "mgfe_age_grid", "mgfe_by_radius", "mgfe_modes"),
    "Profiles and gradients": (
        "radial_profiles",
        "radial_gradients",
        "vertical_profiles",
        "vertical_gradients",
        "profiles_by_age",
        "age_profiles",
        "age_gradients",
    ),
    "Distributions": ("mdf_grid", "mdf_moments", "adf_grid", "adf_moments"),
    "Ages and abundances": ("amr", "amr_density", "age_alpha", "chemical_tagging"),
    "Motions and orbits": ("rotation", "toomre", "action_map", "eccentricity_z_max"),
    "How far ages and samples can be trusted": (
        "age_completeness",
        "age_systematics",
        "logg_coverage",
        "age_alpha_variants",
        "age_profiles_variants",
        "amr_variants",
        "variant_differences",
    ),
}
#: part of products that this table does not know
REST = "More products"


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and the products under it."""

    title: str
    products: list[Shown]

    @property
    def anchor(self) -> str:
        """Name of its place in the page."""
        return anchor("part", self.title)


def parts(products: Sequence[Shown]) -> list[Part]:
    """Return the parts that have products, and these in their order."""
    by_name = {one.name: one for one in products}
    found = [Part(title, [by_name[n] for n in names if n in by_name]) for title, names in PARTS.items()]
    known = {name for names in PARTS.values() for name in names}
    found.append(Part(REST, [one for one in products if one.name not in known]))
    return [part for part in found if part.products]
