"""Mock releases with known truth, written in the survey's own layout."""

from __future__ import annotations

from typing import Any

__all__ = ["draw_sample", "write_dr17", "write_edition", "write_migration"]


def __getattr__(name: str) -> Any:
    """Import what is asked for only when it is asked for."""
    if name == "write_dr17":
        from galdask.mocks.release import write_dr17

        return write_dr17
    if name == "write_edition":
        from galdask.mocks.editions import write_edition

        return write_edition
    if name == "write_migration":
        from galdask.mocks.migration import write_migration

        return write_migration
    if name == "draw_sample":
        from galdask.mocks.sample import draw_sample

        return draw_sample
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
