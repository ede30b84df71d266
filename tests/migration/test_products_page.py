"""The page of a fit: one file that says what ran, what was found and whether to believe it."""

import csv
import json
import shutil

import pytest
from PIL import Image

from galdask.errors import InputError
from galdask.figures import migration
from galdask.figures.save import KEYWORD
from galdask.migration.fit.folder import open_fit
from galdask.migration.model.parameters import FREE
from galdask.report.fit_page import account, write_fit_report
from galdask.report.fit_tables import variants
from tests.migration.shown_fit import RECORD
from tests.report.reading import Page


@pytest.fixture(scope="module")
def folder(shown_folder, tmp_path_factory):
    """A fit with the pictures of some of its products, as they are saved."""
    target = tmp_path_factory.mktemp("page") / "fit"
    names = ("evolution", "footprint")
    others = [f"{name}.zarr" for name in migration.names() if name not in (*names, "parameters", "derived")]
    shutil.copytree(shown_folder, target, ignore=shutil.ignore_patterns(*others))
    (target / "provenance.json").write_text(json.dumps(RECORD))
    shutil.rmtree(target / "products" / "parameters.zarr")
    migration.draw_all(target)
    return target


@pytest.fixture(scope="module")
def page(folder):
    return Page(write_fit_report(folder).read_text(encoding="utf-8"))


def test_pictures_carry_what_they_were_made_from(folder):
    with Image.open(folder / "figures" / "evolution.png") as image:
        assert json.loads(image.text[KEYWORD])["made"] == RECORD["made"]
        assert image.text["Title"] == "Secular evolution"
    assert (folder / "figures" / "footprint.pdf").read_bytes().startswith(b"%PDF")


def test_it_is_whole_and_needs_nothing(page):
    assert page.faults == []
    assert len(page.ids) == len(set(page.ids))
    assert [link for link in page.links if link.startswith("http")] == []
    assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []
    assert page.all("script") == []
    assert all(image["src"].startswith("data:") for image in page.all("img"))
    viewport = [meta for meta in page.all("meta") if meta.get("name") == "viewport"]
    assert "width=device-width" in viewport[0]["content"]


def test_links_lead_to_files_of_the_fit(page, folder):
    there = [link for link in page.links if link.startswith("../")]
    assert len(there) >= 8
    assert [link for link in there if not (folder / "report" / link).exists()] == []


def test_pictures_have_words(page):
    large = [image for image in page.all("img") if image["alt"]]
    assert len(large) == 3
    assert any("Figure 7" in text for text in page.words)
    assert all("300 stars" in image["alt"] and len(image["alt"]) > 100 for image in large)


def test_it_says_whether_to_believe_it(page, folder):
    fit = open_fit(folder)
    assert "A mock." in page.text
    assert fit.summary["verdict"] in page.text
    assert "The search did not end" not in page.text
    best = fit.optimum["best"]["value"]
    assert f"{best:.2f}".replace("-", "−") in page.text
    assert "is not long enough to trust its errors" in page.text


def test_parameters_and_derived_numbers_stand_there(page):
    for name in FREE:
        assert name in page.text
    assert "582" in page.text
    assert "Table 1 gives 636: goes with the text's 567-572" in page.text


def test_all_rows_are_accounted_for(folder):
    rows = account(folder)
    with open(folder / "ledger.csv", newline="") as handle:
        total = sum(int(row["stars"]) for row in csv.DictReader(handle))
    assert rows[0]["remaining"] == total == 300
    assert rows[-1]["remaining"] == 300


def test_steps_that_took_stars_are_named(tmp_path):
    (tmp_path / "ledger.csv").write_text("step,stars\nno age,7\nno l,0\nin no field,3\nin the fit,90\n")
    rows = account(tmp_path)
    assert [(row["step"], row["remaining"]) for row in rows] == [
        ("input", 100), ("no age", 93), ("in no field", 90), ("kept", 90),
    ]  # fmt: skip


def test_variants_say_what_moved():
    rows = [
        {"variant": "v_c_220", "title": "a potential of 220 km/s", "parameter": name, "combined": shift}
        for name, shift in (("Rd0", "0.4"), ("sigma_Lz", "-2.3"), ("a_z", "nan"))
    ]
    (found,) = variants(rows)
    assert found["largest"] == "sigma_Lz −2.30"
    assert found["moved"] == "sigma_Lz −2.3"
    assert found["level"] == "off"
    assert variants([]) == []


def test_a_fit_without_a_chain_has_a_page(tiny_folder):
    page = Page(write_fit_report(tiny_folder).read_text(encoding="utf-8"))
    assert page.faults == []
    assert "There is no chain" in page.text


def test_words_of_files_are_escaped(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "fit", ignore=shutil.ignore_patterns("products", "figures"))
    path = tmp_path / "fit" / "configuration.json"
    changed = json.loads(path.read_text()) | {"title": "<b>bold</b> & co"}
    path.write_text(json.dumps(changed))
    text = write_fit_report(tmp_path / "fit").read_text(encoding="utf-8")
    assert "<b>bold" not in text
    assert "&lt;b&gt;bold" in text


def test_no_fit_no_page(tmp_path):
    with pytest.raises(InputError, match="no such part of a fit"):
        write_fit_report(tmp_path)
