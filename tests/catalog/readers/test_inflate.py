from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from galdask.catalog.readers import inflate, open_table
from galdask.catalog.schema import TableSpec
from galdask.errors import InputError, OutputError
from tests.catalog.readers.files import rows, write_fits

SPEC = TableSpec("main", ("t.fits.gz",))


def packed(folder: Path) -> Path:
    write_fits(folder / "plain.fits")
    (folder / "t.fits.gz").write_bytes(gzip.compress((folder / "plain.fits").read_bytes()))
    return folder / "t.fits.gz"


def test_a_compressed_file_is_inflated_once(tmp_path: Path) -> None:
    path, scratch = packed(tmp_path), tmp_path / "scratch"
    found = open_table(SPEC, path, scratch).read(0, 7, ["RA"])["RA"]
    np.testing.assert_array_equal(found, rows()["RA"])
    (copy,) = scratch.iterdir()
    before = copy.stat().st_mtime_ns
    assert open_table(SPEC, path, scratch).path == path
    assert copy.stat().st_mtime_ns == before


def test_a_changed_file_is_inflated_anew(tmp_path: Path) -> None:
    path, scratch = packed(tmp_path), tmp_path / "scratch"
    open_table(SPEC, path, scratch)
    os.utime(path, ns=(1, 1))
    open_table(SPEC, path, scratch)
    assert len(list(scratch.iterdir())) == 2


@pytest.mark.parametrize("cut", [5, 100, 1])
def test_a_truncated_one_leaves_nothing(tmp_path: Path, cut: int) -> None:
    path, scratch = packed(tmp_path), tmp_path / "scratch"
    content = path.read_bytes()
    path.write_bytes(content[:-cut] if cut != 1 else content[:1500])
    with pytest.raises(InputError, match="damaged or truncated") as error:
        open_table(SPEC, path, scratch)
    assert "t.fits.gz" in str(error.value.where)
    assert list(scratch.iterdir()) == []


def test_a_damaged_one(tmp_path: Path) -> None:
    path = packed(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(bytes(content))
    with pytest.raises(InputError, match="damaged"):
        open_table(SPEC, path, tmp_path / "scratch")


def test_too_little_space_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, scratch = packed(tmp_path), tmp_path / "scratch"
    monkeypatch.setattr(inflate, "RESERVE", 1 << 60)
    with pytest.raises(OutputError, match="too little space") as error:
        open_table(SPEC, path, scratch)
    assert "bytes free" in str(error.value.found)
    assert list(scratch.iterdir()) == []


def test_the_least_size_counts_whole_turns_of_the_trailer(tmp_path: Path) -> None:
    for size, least in ((100, 10), (10_000_000, 10 + 2**32)):
        (tmp_path / "x.gz").write_bytes(bytes(size - 4) + (10).to_bytes(4, "little"))
        assert inflate._least_size(tmp_path / "x.gz", size) == least


def test_a_compressed_file_without_the_suffix(tmp_path: Path) -> None:
    path = packed(tmp_path).rename(tmp_path / "t.fits")
    assert open_table(SPEC, path, tmp_path / "scratch").rows == 7
