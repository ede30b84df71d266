import json
import shutil

import numpy as np
import pytest

from galdask.cli.main import main
from galdask.lineage import integrity, verify
from tests.lineage import made


@pytest.fixture
def out(tmp_path):
    run = tmp_path / "out" / ".runs" / "abc"
    made.make(run, made.coverage(np.ones((3, 2, 2), dtype=int)))
    (tmp_path / "out" / "current").symlink_to(".runs/abc")
    return tmp_path / "out"


def largest(folder):
    return max((p for p in folder.rglob("c/*") if p.is_file()), key=lambda p: p.stat().st_size)


def flip(out):
    path = largest(out / "current" / "products")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return "products/coverage.zarr: it is not as it was written"


def lose_metadata(out):
    (out / "current" / "products" / "coverage.zarr" / "zarr.json").unlink()
    return "products/coverage.zarr: it does not open"


def lose_product(out):
    shutil.rmtree(out / "current" / "products" / "coverage.zarr")
    return "products/coverage.zarr: it is missing"


def lose_end(out):
    (out / "current" / "complete.json").unlink()
    return "complete.json: there is none"


def break_end(out):
    (out / "current" / "complete.json").write_text("{")
    return "complete.json: it cannot be read"


def edit_ledger(out):
    path = out / "current" / "ledger.csv"
    path.write_text(path.read_text().replace("main,main_survey,40,0,60", "main,main_survey,41,0,60"))
    return "ledger.csv, sample main: it does not sum to the input: 27 are left, it says 28"


def lose_ledger(out):
    (out / "current" / "ledger.csv").unlink()
    return "ledger.csv: there is none"


def lose_record(out):
    (out / "current" / "provenance.json").write_text("?")
    return "provenance.json: there is none, or it cannot be read"


def add_file(out):
    (out / "current" / "tables").mkdir()
    (out / "current" / "tables" / "more.csv").write_text("a\n")
    return "tables/more.csv: it was not there when the run ended"


@pytest.mark.parametrize(
    "harm",
    [flip, lose_metadata, lose_product, lose_end, break_end, edit_ledger, lose_ledger, lose_record, add_file],
)
def test_damage_is_seen_and_told(out, harm, capsys):
    assert integrity.check(integrity.folder_of(out)) == []
    assert main(["verify", str(out)]) == 0
    assert "the run is whole" in capsys.readouterr().out
    words = harm(out)
    assert main(["verify", str(out)]) == 3
    text = capsys.readouterr().out
    assert "DAMAGED" in text
    assert words in text
    assert any(words in str(one) for one in verify(out).damage)


@pytest.mark.parametrize(
    ("flow", "rows", "words"),
    [
        ({"main": [("a", 10)]}, 99, "begins with 99 rows, the catalogue has 100"),
        ({"main": [("a", 10), ("b", 5)]}, 100, "a step does not take what it says"),
    ],
)
def test_ledgers_that_do_not_add_up(tmp_path, flow, rows, words):
    text = made.ledger(flow, rows).replace("main,a,10,0,90", "main,a,10,0,91")
    (found,) = integrity.check(made.make(tmp_path, text=text))
    assert words in found.what


def test_a_dataset_of_another_run(tmp_path):
    dataset = made.coverage(np.ones((3, 2, 2), dtype=int))
    dataset.attrs["provenance"] = '{"run": "other"}'
    (found,) = integrity.check(made.make(tmp_path, dataset))
    assert str(found) == "products/coverage.zarr: it is of the run other, not of abc"


def test_a_run_without_digests_is_not_called_whole(out, capsys):
    (out / "current" / "complete.json").write_text(json.dumps({"run": "abc"}))
    assert main(["verify", str(out)]) == 0
    assert "it holds no digests of its files" in capsys.readouterr().out


def test_the_seal_sees_every_file_and_no_report(out):
    folder = integrity.folder_of(out)
    sealed = integrity.seal(folder)
    assert set(sealed) == {"products/coverage.zarr", "ledger.csv", "provenance.json"}
    (folder / "report").mkdir()
    (folder / "report" / "index.html").write_text("x")
    assert integrity.seal(folder) == sealed
