"""galpy for all tests of orbits, imported once, its warnings its own; one thread."""

import os

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def galpy():
    """Namespace of what is asked of galpy."""
    from types import SimpleNamespace

    from galdask.stars.orbits.galpy_backend import quiet_galpy

    with quiet_galpy():
        import galpy.actionAngle
        import galpy.orbit
        import galpy.potential
    return SimpleNamespace(
        potential=galpy.potential, action_angle=galpy.actionAngle, orbit=galpy.orbit, quiet=quiet_galpy
    )
