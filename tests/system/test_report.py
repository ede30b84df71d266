"""The report of a whole run in a real browser: every figure, every link, every width."""

import shutil
import urllib.parse
from itertools import pairwise
from pathlib import Path

import pytest

from galdask import pipeline
from tests.system import browser

pytestmark = [pytest.mark.system, pytest.mark.timeout(1200)]

#: widths of a phone, a small one, a tablet and a desk, in pixels
WIDTHS = (390, 320, 768, 1400)


@pytest.fixture(scope="module")
def page(mock_store, tmp_path_factory):
    """The report of every product of the two-disks pipeline."""
    if browser.find() is None:
        pytest.skip("chromium is not installed")
    out = tmp_path_factory.mktemp("out")
    pipeline.run("two_disks", mock_store, out, cluster="inline")
    return (out / "report" / "index.html").resolve()


@pytest.fixture(scope="module")
def window(page):
    with browser.Browser(browser.find()) as opened:
        yield opened


def loaded(window):
    """Return alt text and natural width of every picture, after each was decoded."""
    return window.run("""Promise.all([...document.images].map(
        i => i.decode().then(() => [i.alt, i.naturalWidth, i.clientWidth], () => [i.alt, 0, 0])))""")


def test_every_figure_loads_and_nothing_complains(window, page):
    window.open(page.as_uri())
    pictures = loaded(window)
    figures = [one for one in pictures if one[0]]
    drawn = list((page.parents[1] / "figures").glob("*.png"))
    assert len(figures) == len(drawn) > 25
    assert len(pictures) == 2 * len(drawn)
    assert min(width for _, width, _ in figures) > 400
    assert min(width for _, width, _ in pictures) > 50
    assert min(shown for _, _, shown in pictures) > 50
    assert window.complaints() == []


def test_it_asks_for_nothing_but_itself(window, page):
    window.open(page.as_uri())
    loaded(window)
    assert {one for one in window.requests() if not one.startswith("data:")} == {page.as_uri()}


def test_a_copy_without_its_folder_shows_the_same(window, page, tmp_path):
    copy = shutil.copy(page, tmp_path / "a copy of the report.html")
    window.open(Path(copy).as_uri())
    assert all(width > 0 for _, width, _ in loaded(window))
    assert window.complaints() == []
    assert page.stat().st_size < 15e6


def test_navigation_leads_to_its_places(window, page):
    window.open(page.as_uri())
    names = window.run("[...document.querySelectorAll('nav a, .gallery a')].map(a => a.getAttribute('href'))")
    assert len(names) > 60
    assert all(name.startswith("#") for name in names)
    for name in dict.fromkeys(names):
        top = window.run(f"""(() => {{
            document.querySelector(`nav a[href='{name}'], .gallery a[href='{name}']`).click();
            return document.getElementById('{name[1:]}').getBoundingClientRect().top; }})()""")
        assert window.run("location.hash") == name
        left = window.run("document.documentElement.scrollHeight - window.scrollY - window.innerHeight")
        assert -1 <= top < 120 or left < 2, name


def test_links_lead_to_files(window, page):
    window.open(page.as_uri())
    hrefs = window.run("[...document.links].map(a => a.getAttribute('href'))")
    files = [one for one in hrefs if not one.startswith("#")]
    assert len(files) > 100
    lost = [one for one in files if not (page.parent / urllib.parse.unquote(one)).exists()]
    assert lost == []
    anchors = {one[1:] for one in hrefs if one.startswith("#")}
    assert window.run(f"{sorted(anchors)}.filter(id => !document.getElementById(id))") == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_width_scrolls_sideways(window, page, width):
    window.open(page.as_uri(), width=width)
    for state in ("as it opens", "all opened"):
        if state == "all opened":
            window.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert window.run("document.documentElement.scrollWidth") <= width, state
        outside = window.run(f"""[...document.querySelectorAll('main *')].filter(e =>
            !e.closest('.wide, pre, svg, .skip') && e.getBoundingClientRect().right > {width} + 1
            ).map(e => e.tagName + ' ' + e.textContent.slice(0, 40))""")
        assert outside == [], state
    small = window.run("Math.min(...[...document.querySelectorAll('main p, main dd, figcaption')].map(e => parseFloat(getComputedStyle(e).fontSize)))")  # fmt: skip  # noqa: E501
    assert small >= 13


CONTRAST = """(() => {
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(v => v / 255).map(
      v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126*r + 0.7152*g + 0.0722*b; };
  const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$|transparent/.test(c)) return c; } return 'rgb(255, 255, 255)'; };
  const worst = {};
  for (const e of document.querySelectorAll('p, span, a, dd, dt, td, th, h1, h2, h3, summary, code')) {
    if (!e.textContent.trim() || !e.offsetParent) continue;
    const a = light(getComputedStyle(e).color), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) worst[e.tagName + '.' + e.className] = ratio;
  }
  return worst; })()"""


@pytest.mark.parametrize("dark", [False, True])
def test_words_stand_out_by_day_and_night(window, page, dark):
    window.open(page.as_uri(), dark=dark)
    window.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert window.run("matchMedia('(prefers-color-scheme: dark)').matches") is dark
    ground = window.run("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(19, 20, 23)" if dark else "rgb(255, 255, 255)")
    assert window.run(CONTRAST) == {}


def test_what_a_reader_hears(window, page):
    window.open(page.as_uri())
    assert window.run("document.documentElement.lang") == "en"
    assert window.run("[...document.images].filter(i => !i.hasAttribute('alt')).length") == 0
    assert (
        window.run("[...document.querySelectorAll('.paper img')].filter(i => i.alt.length < 60).length") == 0
    )
    assert (
        window.run("[...document.querySelectorAll('svg')].filter(s => !s.getAttribute('aria-label')).length")
        == 0
    )
    levels = window.run("[...document.querySelectorAll('h1, h2, h3')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_it_prints(window, page):
    window.open(page.as_uri())
    window.call("Emulation.setEmulatedMedia", media="print")
    assert window.run("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert window.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    window.call("Emulation.setEmulatedMedia", media="")


def test_the_published_numbers_open(window, page):
    window.open(page.as_uri())
    rows = window.run("document.querySelectorAll('.beside tbody tr').length")
    assert rows == 109
    window.run("document.querySelector('#published details:not([open]) summary').click()")
    seen = window.run(
        "[...document.querySelectorAll('.beside tbody tr')].filter(r => r.checkVisibility()).length"
    )
    assert 9 < seen < 109
    assert "A MOCK" in window.run("document.querySelector('#published .warning').textContent")
