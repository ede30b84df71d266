"""Orbit migration in the low-alpha disk, after Frankel et al. 2020; see `docs/orbit_migration.md`."""

from __future__ import annotations

from typing import Any

#: public name -> module that holds it; imported at first use
_HOMES = {
    "Choices": "model.choices",
    "Draws": "model.draws",
    "Parameters": "model.parameters",
    "TABLE_1": "model.parameters",
    "TEXT": "model.parameters",
    "draw": "model.draws",
    "log_density": "model.density",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
