"""Damaged files: a result or one of our errors, never another exception."""

from __future__ import annotations

import contextlib
import gzip
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from galdask.catalog.readers import open_table
from galdask.catalog.release import load_release
from galdask.catalog.schema import TableSpec
from galdask.errors import GaldaskError
from tests.catalog.readers.files import MRT, rows, write_fits
from tests.catalog.readers.test_csv import TEXT
from tests.catalog.readers.test_fits_ascii import write as write_ascii
from tests.catalog.test_release import GOOD

#: what breaks readers: nothing, limits, signs of each format
WORDS = [
    b"",
    b"0",
    b"-1",
    b"9" * 20,
    b"nan",
    b"1E999",
    b"\0",
    b"\xff",
    b"\n",
    b" " * 80,
    b"'",
    b'"',
    b"T",
    b"I3",
]
WORDS += [
    b"PJ(3)",
    b"(2,3)",
    b"[",
    b"]",
    b"{",
    b": ",
    b"- ",
    b": !!int ''",
    b": !!bool x",
    b"&a *a",
    b"=",
    b",",
]

#: where to change, how many bytes to take out there, what to put in
change = st.tuples(st.floats(0, 1), st.integers(0, 90), st.sampled_from(WORDS) | st.binary(max_size=8))
changes = st.tuples(st.lists(change, min_size=1, max_size=4), st.none() | st.floats(0, 1))
Changes = tuple[list[tuple[float, int, bytes]], float | None]
many = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])


def damaged(content: bytes, how: Changes, keep: bool = False) -> bytes:
    """Return changed bytes, of the same length if `keep`."""
    for place, count, new in how[0]:
        at = int(place * len(content))
        taken = len(new) if keep else count
        content = content[:at] + new + content[at + taken :]
    return content if how[1] is None else content[: int(how[1] * len(content))]


def survives(content: bytes, kind: str, **extra: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.file"
        path.write_bytes(content)
        spec = TableSpec("main", ("t.file",), format=kind, **extra)  # type: ignore[arg-type]
        with contextlib.suppress(GaldaskError):
            opened = open_table(spec, path, Path(folder) / "scratch")
            assert 0 <= opened.rows < 10_000_000
            stop = min(opened.rows, 50)
            for name, kept in opened.types.items():
                with contextlib.suppress(GaldaskError):
                    values = opened.read(0, stop, [name])[name]
                    assert values.shape == (stop, *kept.shape)
                    assert values.dtype.isnative


@pytest.fixture(scope="module")
def binary(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("fuzz") / "t.fits"
    write_fits(path, rows(9), TNULL4=5, TSCAL5=2.0, TDIM8="(9,3)", TUNIT2="deg")
    return path.read_bytes()[: 2880 * 4 + 3000]


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("fuzz") / "t.fits"
    write_ascii(path)
    return path.read_bytes()


@many
@given(how=changes)
def test_binary_tables(binary: bytes, how: Changes) -> None:
    survives(damaged(binary, how, keep=True), "fits")
    survives(damaged(binary, how), "fits", hdu="STARS")


@many
@given(how=changes)
def test_ascii_tables(letters: bytes, how: Changes) -> None:
    survives(damaged(letters, how, keep=True), "fits")


@settings(many, max_examples=40)
@given(how=changes)
def test_compressed_tables(binary: bytes, how: Changes) -> None:
    survives(b"\x1f\x8b" + damaged(gzip.compress(binary, mtime=0), how)[2:], "fits")


@many
@given(how=changes)
def test_csv(how: Changes) -> None:
    survives(damaged(TEXT.encode(), how), "csv", types={"n": "int16", "id": "string", "teff": "float64"})
    survives(damaged(TEXT.replace(",", " ").encode(), how), "text")


@many
@given(how=changes)
def test_machine_readable_tables(how: Changes) -> None:
    survives(damaged(MRT.encode(), how), "mrt", types={"Rkpc": "float32", "Teff": "int16"})


@settings(many, max_examples=150)
@given(how=changes)
def test_release_files(how: Changes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.yaml"
        path.write_bytes(damaged(GOOD.encode(), how))
        with contextlib.suppress(GaldaskError):
            assert load_release(path).columns


def test_the_undamaged_ones_are_read(binary: bytes, letters: bytes, tmp_path: Path) -> None:
    for content, kind, count in ((binary, "fits", 9), (letters, "fits", 3), (TEXT.encode(), "csv", 3)):
        path = tmp_path / f"{kind}{count}"
        path.write_bytes(content)
        opened = open_table(TableSpec("main", (path.name,), format=kind), path)
        assert opened.rows == count
        assert all(isinstance(v, np.ndarray) for v in opened.read(0, count, list(opened.types)).values())
