import base64
import io
import re
import urllib.parse

import pandas as pd
import pytest
from PIL import Image

from galdask.cartography.products import names as product_names
from galdask.report import contents, page, published, write_report
from galdask.report.facts import Shown
from tests.report import folder
from tests.report.reading import Page


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("run")
    context = folder.make(place)
    path = write_report(place, context)
    return place, context, path


@pytest.fixture(scope="module")
def html(run):
    return Page(run[2].read_text())


def test_every_element_is_closed_and_every_id_is_its_own(html):
    assert html.faults == []
    assert len(html.ids) == len(set(html.ids))


def test_it_stands_alone(run, html):
    text = run[2].read_text()
    assert re.search(r"https?:|//[a-z]", re.sub(r"base64,[A-Za-z0-9+/=]*", "", text)) is None
    assert html.all("script") == html.all("iframe") == html.all("object") == []
    assert [link["href"] for link in html.all("link")] == ["data:,"]
    assert "@import" not in text
    assert "url(" not in text
    policy = next(m["content"] for m in html.all("meta") if m.get("http-equiv"))
    assert policy.startswith("default-src 'none'")


def test_every_picture_is_embedded_with_words_for_who_cannot_see_it(html):
    small = [image for image in html.all("img") if not image["alt"]]
    assert len(small) == len(folder.PRODUCTS)
    assert all(image["src"].startswith("data:image/jpeg;base64,") for image in small)
    images = [image for image in html.all("img") if image["alt"]]
    assert len(images) == len(folder.PRODUCTS)
    for image, name in zip(images, folder.PRODUCTS, strict=True):
        assert f"Title of {name}" in image["alt"]
        assert image["src"].startswith("data:image/png;base64,")
        data = base64.b64decode(image["src"].partition(",")[2], validate=True)
        with Image.open(io.BytesIO(data)) as picture:
            shape = picture.width / picture.height
        assert int(image["width"]) / int(image["height"]) == pytest.approx(shape, rel=0.01)


def test_anchors_and_files_are_there(run, html):
    place, _, path = run
    for link in html.links:
        if link.startswith("#"):
            assert link[1:] in html.ids
        else:
            assert (path.parent / urllib.parse.unquote(link)).exists(), link
    wanted = {f"../{kind}/{name}{end}" for name in folder.PRODUCTS for kind, end in
              (("figures", ".png"), ("figures", ".pdf"), ("products", ".zarr/"))}  # fmt: skip
    wanted |= {"../ledger.csv", "../tables/table1_comparison.csv", "../tables/table1_comparison.parquet"}
    wanted |= {"../cubes/xyz.zarr/"}
    assert wanted <= set(html.links)
    assert place in path.parents


@pytest.mark.parametrize(
    "words",
    [
        "The two disks of the Milky Way",
        "100,000 rows",
        "A mock of DR17",
        "as Imig et al. 2023, Figure 5",
        "two_disks.yaml",
        "galdask run two_disks",
        "2026-01-01 00:00:00 UTC",
        "Sun at R = 8.3 kpc, Z = 0.027 kpc",
        "v sun 11.1, 232.24, 7.25",
        "12.3 s for the whole run",
        "age slices the quantity 'age' is missing from the pipeline",
        "The stars of this run are made up",
        "survey's selection",
        "20,000 stars in the sample main 20.0% of the rows",
        "surface gravity 1 ≤ log g ≤ 2 12,190 20,000 20.0 %",
        "spectrum sn aspcapflag without bit 27 4,210 35,290",
        "of 88,000 different stars",
        "store 0000000000000000 Pipeline",
        "Profiles and gradients",
        "Windows of running medians overlap by half",
        "2 of 3 published numbers agree; 3 of 4 could be computed",
        "Sample 1 agree, 1 differ",
        "number of stars all the sky · section 9 657 stars? 650 −7 ≠ differs A note.",
        "−0.5 kpc −0.4 ± 0.1 +0.1 +0.7 ✓ agrees so: −0.3 A note.",
        "number of stars , low alpha all the sky · section 9 −0.5 kpc 1 −9.3 ✓ agrees",
        "section 9 · lower limit −0.5 kpc – not computable no star is there",
        "A MOCK: these are no stars.",
        "Where the paper says two things",
        "It is −0.3 here and −0.2 there.",
        "slices 0, 0.5 signed r no",
    ],
)
def test_it_says(html, words):
    assert words in html.text


def test_a_catalogue_of_real_stars_carries_no_mock_warning(run):
    place, context, _ = run
    text = page.render(place, context | {"catalogue": context["catalogue"] | {"mock": False}})
    assert "made up" not in text


def test_the_flow_is_drawn_to_scale(html):
    widths = [float(r["width"]) for r in html.all("rect") if r["class"] == "kept"]
    assert widths[:5] == pytest.approx([420, 165.9, 148.218, 135.198, 84], abs=0.01)
    assert [svg["aria-label"] for svg in html.all("svg") if "class" not in svg] == [
        "Cut flow of the sample main: 20,000 of 100,000 stars are kept.",
        "Cut flow of the sample age: 17,655 of 100,000 stars are kept.",
    ]


def test_published_values_stand_beside_with_their_difference(run, html):
    frame = folder.compared(folder.synthetic_profiles.radial_gradients())
    assert "Fit to the profile: beside the published values" in html.text
    assert "Fit to the stars: beside the published values" in html.text
    first = frame.iloc[0]
    assert f"0–0.25 −{-first.slope:.4f} ± {first.slope_err:.4f} −0.0560 ± 0.0030" in html.text
    near = (frame[frame.fit_to == "profile"].difference.abs() <= 2).sum()
    place, context, _ = run
    alone = Page(page.render(place, context | {"published": []}))
    assert f"{near} of 24 published values within 2 combined errors" in alone.text
    marks = [attrs["class"] for attrs in alone.all("td") if attrs.get("class") in ("near", "off", "far")]
    assert len(marks) == 48
    assert marks.count("near") == (frame.difference.abs() <= 2).sum()


def test_pulls_are_drawn_to_scale_and_farther_ones_at_the_border(html):
    circles = html.all("circle")
    assert [circle["class"] for circle in circles] == ["near", "far"]
    width = published.WIDTH - 2 * published.LEFT
    assert float(circles[0]["cx"]) == pytest.approx(published.LEFT + width * (0.7 + 6) / 12, abs=0.06)
    assert float(circles[1]["cx"]) == published.LEFT
    assert "b: −9.3" in html.text
    (drawn,) = [svg for svg in html.all("svg") if svg.get("class") == "pulls"]
    assert "Table 1, 1 numbers, 1 beyond three errors" in drawn["aria-label"]


def test_a_catalogue_that_is_not_the_papers_is_told(run):
    place, context, _ = run
    real = context | {"catalogue": context["catalogue"] | {"mock": False}}
    other = page.render(place, real | {"identity": {"kind": "other", "words": "NOT it."}})
    assert other.count("NOT it.") == 2
    assert page.render(place, real | {"identity": {"kind": "real", "words": "It."}}).count("It.") == 1


def test_parts_hold_every_product_once(html):
    names = [one for one in html.ids if one.startswith("product-")]
    assert sorted(names) == sorted(f"product-{name.replace('_', '-')}" for name in folder.PRODUCTS)
    parts = contents.parts([Shown("kiel", "K"), Shown("own", "O"), Shown("amr", "A")])
    assert [[one.name for one in part.products] for part in parts] == [["kiel"], ["amr"], ["own"]]
    assert {name for names in contents.PARTS.values() for name in names} == set(product_names())


def test_a_run_with_nothing_published_does_not_speak_of_it(tmp_path):
    context = folder.make(tmp_path, pictures=False, products=("radial_gradients",))
    context = {key: value for key, value in context.items() if key not in ("published", "contradictions")}
    path = tmp_path / "tables" / "table1_comparison.csv"
    table = pd.read_csv(path, comment="#").assign(published_slope=None, difference=None)
    path.write_text("# product: radial_gradients\n" + table.to_csv(index=False))
    html = Page(write_report(tmp_path, context).read_text())
    assert html.faults == []
    assert "Fit to the stars" in html.text
    assert "published" not in html.text.lower()


def test_equal_input_gives_the_same_page(run):
    place, context, path = run
    assert page.render(place, context) == path.read_text()


EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}"


def test_words_from_files_are_escaped(tmp_path):
    context = folder.make(
        tmp_path, pictures=False, products=("coverage",), title=EVIL, caption=EVIL, figure=EVIL
    )
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "coverage_x.csv").write_text(f'# title: {EVIL}\na,b\n"<b>bold</b>",1\n')
    context |= {
        "title": EVIL,
        "reference": EVIL,
        "catalogue": {"release": EVIL, "title": EVIL, "rows": 5},
        "skipped": {EVIL: EVIL},
        "samples": {EVIL: 3},
        "caveats": [EVIL],
        "published": [
            folder.beside(
                EVIL, "agrees", **dict.fromkeys(("quantity", "remark", "note", "group"), EVIL), pull=1.0
            )
        ],
        "contradictions": [{"topic": EVIL, "printed": EVIL, "done": EVIL}],
        "identity": {"kind": EVIL, "words": EVIL},
        "ledger": [{"sample": EVIL, "step": EVIL, "removed": 1, "remaining": 2}],
        "provenance": {"command": [EVIL], "settings": {"frame": {EVIL: EVIL}}, "versions": {EVIL: EVIL}},
    }
    text = write_report(tmp_path, context).read_text()
    html = Page(text)
    assert html.faults == []
    assert html.all("script") == html.all("img") == html.all("b") == []
    assert "49" not in html.text.replace(EVIL, "")
    assert html.text.count("{{ 7 * 7 }}") > 8
    assert "<b>bold</b>" in html.text


def test_a_run_without_anything_is_a_page(tmp_path):
    html = Page(write_report(tmp_path, {}).read_text())
    assert html.faults == []
    assert "No product was made." in html.text
    assert all(link[1:] in html.ids for link in html.links)


def test_a_run_without_pictures_links_its_data(tmp_path):
    context = folder.make(tmp_path, pictures=False, products=("coverage",))
    html = Page(write_report(tmp_path, context).read_text())
    assert html.all("img") == []
    assert "../products/coverage.zarr/" in html.links
    assert not any("figures" in link for link in html.links)


@pytest.mark.parametrize(("seconds", "text"), [(12.34, "12.3 s"), (600, "10.0 min"), (9000, "2.5 h")])
def test_durations(seconds, text):
    assert page.duration(seconds) == text
