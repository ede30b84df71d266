"""What the tests of faults share."""

import pytest

from tests.faults import table as written
from tests.faults.left import nothing_left
from tests.faults.place import Place


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """A store, a pipeline and the bytes of an undisturbed run. Not to be changed."""
    return Place(tmp_path_factory.mktemp("faults"), stars=4000)


@pytest.fixture
def env(place):
    """The environment of a user; at the end of the test nothing is left of what ran in it."""
    with nothing_left(place.folder) as environment:
        yield environment


@pytest.fixture(scope="session")
def table():
    """Receives a row a fault; they are written into the results at the end."""
    rows = {}

    def add(fault, times, outcome, noticed=None, ended=None, same="yes"):
        rows[fault] = written.row(fault, times, outcome, noticed, ended, same)

    yield add
    if rows:
        written.write(rows)
