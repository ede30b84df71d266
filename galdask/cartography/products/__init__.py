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
    "global_maps",
    "feh_slices",
    "radial_profiles",
    "radial_gradients",
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
