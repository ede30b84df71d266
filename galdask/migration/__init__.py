"""Orbit migration in the low-alpha disk, after Frankel et al. 2020; see `docs/orbit_migration.md`."""

from __future__ import annotations

from typing import Any

#: public name -> module that holds it; imported at first use
_HOMES = {
    "Choices": "model.choices",
    "CompiledLikelihood": "fit.compiled",
    "Draws": "model.draws",
    "ExponentialDust": "survey.dust",
    "Fields": "survey.fields",
    "Likelihood": "fit.likelihood",
    "Noise": "survey.noise",
    "Parameters": "model.parameters",
    "Stars": "survey.noise",
    "TABLE_1": "model.parameters",
    "TEXT": "model.parameters",
    "Tracer": "survey.tracer",
    "draw": "model.draws",
    "log_density": "model.density",
    "maximise": "fit.optimum",
    "observe_stars": "survey.observed",
    "open_chain": "fit.chain",
    "open_fit": "fit.folder",
    "read_fields": "survey.tables",
    "read_published": "survey.tables",
    "sample_volume": "survey.volume",
    "select": "survey.selection",
    "star_rows": "survey.marginal",
    "toy_survey": "survey.toy",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
