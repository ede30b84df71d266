"""Actions and orbit quantities of stars in an axisymmetric model of the Galaxy; see `docs/actions.md`."""

from __future__ import annotations

from typing import Any

#: public name -> module that holds it; imported at first use
_HOMES = {
    "Potential": "potential",
    "STATUS": "status",
    "actions": "interface",
    "circular": "guiding",
    "epicycle": "epicycles",
    "focal_length": "focal",
    "open_potential": "potential",
    "orbit_quantities": "interface",
    "planar": "inplane",
    "r_guide": "guiding",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
