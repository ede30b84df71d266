"""The products: one file each. Their names are known without importing any of them."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from galdask.cartography.product import Product

#: the order of the paper's figures
ORDER = (
    "kiel",
    "coverage",
    "alpha_split",
    "age_errors",
    "global_maps",
    "feh_slices",
    "age_slices",
    "mgfe_grid",
    "mgfe_age_grid",
    "mgfe_by_radius",
    "polar_maps",
    "polar_zoom",
    "radial_profiles",
    "radial_gradients",
    "vertical_profiles",
    "vertical_gradients",
    "profiles_by_age",
    "mdf_grid",
    "mdf_moments",
    "age_profiles",
    "age_gradients",
    "adf_grid",
    "adf_moments",
    "amr",
    "amr_density",
    "age_alpha",
    "chemical_tagging",
    "age_completeness",
    "age_systematics",
    "logg_coverage",
    "age_alpha_variants",
    "age_profiles_variants",
    "amr_variants",
    "variant_differences",
    "rotation",
    "toomre",
    "action_map",
    "eccentricity_z_max",
)


def names() -> tuple[str, ...]:
    """Return the names of all products: in the order of the figures, then any others by name."""
    there = {module.name for module in pkgutil.iter_modules(__path__)}
    return (*(name for name in ORDER if name in there), *sorted(there.difference(ORDER)))


def load(name: str) -> Product:
    """Return one product."""
    product: Product = importlib.import_module(f"{__name__}.{name}").PRODUCT
    return product


def registry() -> dict[str, Product]:
    """Return every product by name."""
    return {name: load(name) for name in names()}
