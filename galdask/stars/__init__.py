"""What is computed for each star: cuts and fates, populations, frames, quantities; the sample."""

from __future__ import annotations

from typing import Any

#: public name -> module that holds it; imported at first use
_HOMES = {
    "Block": "block",
    "FRAMES": "frame",
    "Frame": "frame",
    "Recipe": "recipe",
    "actions": "orbits.interface",
    "circular": "orbits.guiding",
    "epicycle": "orbits.epicycles",
    "focal_length": "orbits.focal",
    "galactocentric": "sky",
    "heliocentric": "sky",
    "load_block": "block",
    "open_potential": "orbits.potential",
    "orbit_quantities": "orbits.interface",
    "planar": "orbits.inplane",
    "r_guide": "orbits.guiding",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
