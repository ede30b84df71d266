"""Which files, which addresses, and what is known of a file without a checksum."""

import dataclasses
import gzip
import json

import numpy as np
import pytest

from galdask.catalog.fetch import fetch, receipt
from galdask.catalog.release import load_release
from galdask.catalog.schema import Source
from galdask.errors import ConfigError, InputError
from tests.catalog.fetch_server import BODY, HASTY, PATH, get, release, serving, whole


@pytest.fixture
def server():
    with serving() as one:
        one.files[PATH] = BODY
        yield one


def test_a_folder_in_place_of_the_server(tmp_path):
    for place in ("dr/a.bin", "sas/dr/a.bin", "a.bin"):
        folder = tmp_path / place.replace("/", "-")
        (folder / place).parent.mkdir(parents=True)
        (folder / place).write_bytes(BODY)
        for base in (folder, folder.as_uri()):
            to = tmp_path / f"to-{folder.name}-{isinstance(base, str)}"
            fetch(release(), to, base=base, patience=HASTY)
            assert whole(to)


def test_a_folder_that_lacks_the_file(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        fetch(release(), tmp_path / "to", base=tmp_path, patience=HASTY)
    with pytest.raises(InputError, match="not there"):
        fetch(release(), tmp_path / "to", base=tmp_path / "nowhere", patience=HASTY)


@pytest.mark.parametrize(
    "base", ["ftp://example.org", "javascript://x", "https://", "https://me:secret@example.org"]
)
def test_other_addresses_are_refused(base, tmp_path):
    with pytest.raises(ConfigError) as failed:
        fetch(release(), tmp_path, base=base, patience=HASTY)
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize("name", ["../a.bin", "/a.bin", "x/../../a.bin", "..\\a.bin"])
def test_names_that_lead_out_of_the_folder_are_refused(name, server, tmp_path):
    with pytest.raises(InputError, match="out of the folder"):
        get(server, tmp_path / "to", {"file": name})
    assert not list(tmp_path.rglob("a.bin"))


def test_a_link_out_of_the_folder_is_not_followed(server, tmp_path):
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "x").symlink_to(tmp_path)
    with pytest.raises(InputError, match="out of the folder"):
        get(server, tmp_path / "to", {"file": "x/a.bin"})
    assert not (tmp_path / "a.bin").exists()


def test_tables_and_files_are_chosen(tmp_path):
    from galdask.catalog.fetch.wanted import choose

    dr17 = load_release("dr17")
    assert [w.table for w in choose(dr17)[0]] == ["allstar", "distmass", "astronn", "rc"]
    lite = "allStarLite-dr17-synspec_rev1.fits"
    assert [w.file for w in choose(dr17, [lite, "distmass"])[0]] == [lite, "APOGEE_DistMass-DR17_v1.6.1.fits"]
    with pytest.raises(ConfigError, match="'distmass'"):
        choose(dr17, ["distmas"])
    with pytest.raises(ConfigError, match="not known"):
        choose(release(), ["near"])


def test_every_release_has_a_known_place_of_its_main_table():
    from galdask.catalog.fetch.address import candidates
    from galdask.catalog.fetch.wanted import choose
    from galdask.catalog.release import known_releases

    for name in known_releases():
        one = load_release(name)
        wanted, unknown = choose(one)
        assert wanted[0].table == one.main.name
        assert unknown == []
        assert all(candidates(w)[0].startswith("https://") for w in wanted)
        assert all(w.file in one.tables[w.table].files for w in wanted)


def fits(rows):
    import io

    from astropy.io import fits as astropy_fits

    table = astropy_fits.BinTableHDU(np.rec.fromarrays([np.arange(rows)], names="ID"))
    buffer = io.BytesIO()
    astropy_fits.HDUList([astropy_fits.PrimaryHDU(), table]).writeto(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("damage", ["", "cut", "page", "byte"])
@pytest.mark.parametrize("packed", [False, True])
def test_without_a_checksum_the_form_is_looked_at(damage, packed, server, tmp_path):
    plain = fits(900)
    body = gzip.compress(plain, mtime=0) if packed else plain
    if damage == "cut":
        body = body[:-100]
    if damage == "page":
        body = b"<!DOCTYPE html>" + bytes(2865)
    if damage == "byte":
        body = body[: len(body) // 2] + bytes([body[len(body) // 2] ^ 255]) + body[len(body) // 2 + 1 :]
    name = "a.fits.gz" if packed else "a.fits"
    server.files[f"/sas/dr/{name}"] = body
    source = Source(name, f"https://example.org/sas/dr/{name}")
    one = dataclasses.replace(release(), sources={"main": (source,)})
    if damage and (packed or damage != "byte"):  # a wrong byte in a plain file cannot be seen
        with pytest.raises(InputError, match="not the published"):
            fetch(one, tmp_path, base=server.base, patience=HASTY)
        assert not list(tmp_path.glob("a.fits*"))
    else:
        report = fetch(one, tmp_path, base=server.base, patience=HASTY)
        assert (tmp_path / name).read_bytes() == body
        assert report.files[0].how == "length"
        assert json.loads((tmp_path / receipt.NAME).read_text())[name]["from"].startswith(server.base)


def test_the_same_from_python(tmp_path):
    import galdask

    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "apogee-rc-DR17.fits").write_bytes(b"other")
    with pytest.raises(galdask.GaldaskError, match="491e854d6db6b828554eda2b4b2e31365ccf65aa"):
        galdask.fetch("dr17", tmp_path / "to", only=["rc"], url_base=tmp_path / "mirror")
