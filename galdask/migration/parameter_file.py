"""A file with a set of parameters and the choices that go with it."""

from __future__ import annotations

from pathlib import Path

from galdask import config
from galdask.migration.model.choices import DEFAULT, Choices, choices_of
from galdask.migration.model.parameters import TABLE_1, TEXT, Parameters, parameters_of

#: sets of parameters with a name
NAMED = {"table1": TABLE_1, "text": TEXT}


def read(path: Path | str) -> tuple[Parameters, Choices]:
    """Read a set of parameters.

    Parameters
    ----------
    path : path or {"table1", "text"}
        YAML with the mapping ``parameters`` (names of `galdask.migration.Parameters`) and, where the model is
        read otherwise than by default, the mapping ``choices``; or the name of one of the paper's sets.

    Raises
    ------
    ConfigError
        If the file cannot be read or does not say what it must.
    """
    if isinstance(path, str) and path in NAMED:
        return NAMED[path], DEFAULT
    section = config.load(path)
    section.whole("galdask_parameters", low=1, high=1)
    p = parameters_of(section.section("parameters"))
    block = section.section("choices", None)
    section.done()
    return p, choices_of(block)
