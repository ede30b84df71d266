import json
import shutil

import pytest

from galdask.catalog.store import open_store
from galdask.cli.main import main
from galdask.lineage.store_check import check_store


@pytest.fixture
def store(mock_store, tmp_path):
    path = getattr(mock_store, "path", mock_store)
    return shutil.copytree(path, tmp_path / "store")


def test_a_store_as_it_was_written_passes(store, capsys):
    found = check_store(store)
    assert all(check.good is not False for check in found)
    assert {check.name for check in found} >= {"manifest", "columns", "rows", "ledger of allstar"}
    assert main(["verify", str(store), "--progress", "none"]) == 0
    said = capsys.readouterr().out
    assert "FAIL" not in said
    assert "these stars are made up" in said


def test_one_changed_byte_is_found_and_named(store, capsys):
    file = store / next(iter(open_store(store).partitions[0].files.values()))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert main(["verify", str(store), "--progress", "none"]) == 3
    said = capsys.readouterr().out
    assert "FAIL  columns" in said
    assert file.name in said


def test_a_missing_file_is_found(store, capsys):
    file = store / next(iter(open_store(store).partitions[-1].files.values()))
    file.unlink()
    assert main(["verify", str(store), "--json", "--progress", "none"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert any(not one["good"] and file.name in one["text"] for one in told if one["good"] is not None)


def test_a_manifest_edited_by_hand_is_refused(store, capsys):
    path = store / "manifest.json"
    content = json.loads(path.read_text())
    content["rows"] += 1
    path.write_text(json.dumps(content))
    assert main(["verify", str(store), "--progress", "none"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_real_catalogues_have_the_published_counts(store, monkeypatch):
    from galdask.lineage import store_check

    here = open_store(store)
    monkeypatch.setattr(store_check, "open_store", lambda _: here)
    here.mock = False
    found = {check.name: check for check in check_store(store)}
    assert found["published rows"].good is False
    assert "733,901 published" in found["published rows"].text
