"""Files that are not what the release says: one clear error, and nothing half-written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from galdask import publish
from galdask.catalog.missing import Missing
from galdask.catalog.store import open_store
from galdask.errors import ConfigError, InputError, OutputError, StoreError
from tests.catalog.small import COLUMNS, Serial, again, make, release, spec, stars, write


def refused(folder, error, pattern, **options):
    """Ingest and return the error; no store may be there afterwards."""
    with pytest.raises(error, match=pattern) as caught:
        again(folder, **options)
    assert not (folder / "store" / "manifest.json").exists()
    assert not list((folder / "store").rglob("*.tmp"))
    return caught.value


def test_missing_folder_and_file(tmp_path):
    refused(tmp_path / "nowhere", InputError, "no such folder")
    write(tmp_path / "star.fits", stars(4))
    error = refused(tmp_path, InputError, "'main' of small is missing")
    assert "stars.fits" in error.expected
    assert "star.fits" in error.found
    with pytest.raises(InputError, match="this is a file"):
        again(tmp_path / "star.fits", store=tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_not_a_fits_and_a_truncated_one(tmp_path):
    (tmp_path / "stars.fits").write_text("<html>not found</html>" * 200)
    refused(tmp_path, InputError, "not a FITS file")
    whole = write(tmp_path / "stars.fits", stars()).read_bytes()
    (tmp_path / "stars.fits").write_bytes(whole[: len(whole) // 2])
    refused(tmp_path, InputError, "truncated")
    assert not (tmp_path / "store").exists()


def test_a_renamed_column_is_named_with_its_neighbours(tmp_path):
    table = stars()
    table.dtype.names = tuple("FE_H_X" if n == "FE_H" else n for n in table.dtype.names)
    write(tmp_path / "stars.fits", table)
    error = refused(tmp_path, InputError, "lacks columns")
    assert "no FE_H (there is" in error.found
    assert "FE_H_X" in error.found
    assert error.where.endswith("stars.fits")


def test_the_file_of_another_release(tmp_path):
    made = np.zeros(5, [("sdss_id", ">i8"), ("ra", ">f4"), ("teff", ">f4")])
    write(tmp_path / "stars.fits", made)
    error = refused(tmp_path, InputError, "this is not the 'main' table of small")
    assert "more" in error.found


@pytest.mark.parametrize(
    ("column", "found"),
    [
        (spec("ra", "RA", dtype="float32"), "float64"),
        (spec("flag", "FLAG", dtype="int32"), "int64"),
        (spec("telescope", "TELESCOPE", dtype="float32"), "string"),
        (spec("byte", "BYTE", dtype="string"), "uint8"),
    ],
)
def test_a_wrongly_typed_column(tmp_path, column, found):
    write(tmp_path / "stars.fits", stars())
    error = refused(
        tmp_path,
        InputError,
        f"{column.name!r} has the wrong type",
        described=release((COLUMNS[0], column), masks={}),
    )
    assert error.found == found
    assert column.dtype in error.expected


def test_arrays_want_an_index_that_exists(tmp_path):
    write(tmp_path / "stars.fits", stars())
    refused(tmp_path, ConfigError, "is an array", described=release((COLUMNS[0], spec("x", "X_H"))))
    missing = release((COLUMNS[0], spec("x", "X_H", index=3)))
    refused(tmp_path, InputError, r"no element X_H\[3\]", described=missing)


def test_a_star_without_an_id(tmp_path):
    table = stars()
    table["APOGEE_ID"][77] = b""
    write(tmp_path / "stars.fits", table)
    error = refused(tmp_path, InputError, "a star without an id")
    assert "row 77 " in error.where
    numbers = release((spec("star_id", "GAIA", missing=Missing(values=(0,))),))
    error = refused(tmp_path, InputError, "a star without an id", described=numbers)
    assert f"row {int(np.argmax(table['GAIA'] == 0))} " in error.where


def test_a_star_id_must_be_text_or_whole(tmp_path):
    write(tmp_path / "stars.fits", stars())
    refused(tmp_path, ConfigError, "cannot name a star", described=release((spec("star_id", "RA"),)))


def test_a_file_that_changes_while_it_is_read(tmp_path):
    write(tmp_path / "stars.fits", stars())

    class Meddler(Serial):
        def run(self, function, tasks, **more):
            os.utime(tmp_path / "stars.fits", ns=(7, 7))
            return super().run(function, tasks, **more)

    refused(tmp_path, InputError, "changed while it was read", executor=Meddler())


def test_another_release_and_another_process(tmp_path):
    make(tmp_path)
    with pytest.raises(StoreError, match="store of another release"):
        again(tmp_path, described=release(name="large"))
    os.utime(tmp_path / "stars.fits", ns=(1, 1))
    with publish.locked(tmp_path / "store", "store"), pytest.raises(OutputError, match="another process"):
        again(tmp_path)


def test_a_store_that_cannot_be_a_folder(tmp_path):
    write(tmp_path / "stars.fits", stars())
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(OutputError, match="a store is a folder"):
        again(tmp_path, store=tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_damaged_manifest_is_made_anew_and_a_newer_one_refused(tmp_path):
    make(tmp_path)
    path = tmp_path / "store" / "manifest.json"
    whole = path.read_text()
    path.write_text(whole.replace('"rows":400', '"rows":401'))
    with pytest.raises(StoreError, match="not as it was written"):
        open_store(tmp_path / "store")
    report, _ = again(tmp_path)
    assert report.changed
    assert report.written == 0
    assert path.read_text() == whole
    newer = json.loads(whole) | {"galdask_store": 99}
    path.write_text(json.dumps(newer))
    with pytest.raises(StoreError, match="newer galdask"):
        again(tmp_path)
    assert json.loads(path.read_text()) == newer


SCRIPT = """
import resource, sys
from pathlib import Path
from galdask.errors import GaldaskError
from tests.catalog.small import again
folder, store, limit = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    again(folder, store=store, columns="all", partition_rows=4096)
except GaldaskError as error:
    print(type(error).__name__, error)
    sys.exit(error.exit_code)
"""


def run(folder, store, limit=0):
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", SCRIPT, str(folder), str(store), str(limit)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_files_that_may_not_grow(tmp_path):
    write(tmp_path / "stars.fits", stars(20_000))
    done = run(tmp_path, tmp_path / "store", 200_000)
    assert done.returncode == 2, done.stderr
    assert "OutputError the disk quota or the file size limit is reached" in done.stdout
    assert not (tmp_path / "store" / "manifest.json").exists()
    assert not list((tmp_path / "store").rglob("*.tmp"))


@pytest.fixture
def little_disk(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("no right to mount a small tmpfs")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk(tmp_path, little_disk):
    write(tmp_path / "stars.fits", stars(20_000))
    done = run(tmp_path, little_disk / "store")
    assert done.returncode == 2, done.stderr
    assert "OutputError the disk is full" in done.stdout
    assert "bytes free" in done.stdout
    assert not (little_disk / "store" / "manifest.json").exists()
    assert not list((little_disk / "store").rglob("*.tmp"))


def test_a_read_only_place(tmp_path, little_disk):
    write(tmp_path / "stars.fits", stars())
    subprocess.run(["mount", "-o", "remount,ro", str(little_disk)], check=True)
    with pytest.raises(OutputError, match="cannot write here"):
        again(tmp_path, store=little_disk / "store")
