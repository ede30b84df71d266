"""`galdask products`: what can be made."""

from __future__ import annotations

import argparse


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments: none."""


def run(chosen: argparse.Namespace) -> int:
    """Print a line for each product."""
    from galdask.engine import warm

    warm.announce(chosen.listen)
    from galdask.cartography.products import registry

    products = registry()
    width = max(map(len, products))
    for name, product in products.items():
        needs = " ".join((*product.quantities, *product.coordinates))
        figure = f" [{product.figure}]" if product.figure else ""
        print(f"{name:<{width}}  {product.title}{figure}; needs {needs}")
    return 0
