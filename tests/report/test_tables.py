import base64
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galdask.report import flow, pictures, tables
from tests.report import folder

TEXT = """# title: Slopes, beside Somebody 2020
# units: abs_z_low kpc, slope dex/kpc
population,abs_z_low,abs_z_high,slope,slope_err,published_slope,published_slope_err,difference
total,0.0,0.25,-0.0512,0.0013,-0.056,0.001,2.9
total,0.25,0.5,,,-0.057,0.001,
low_alpha,0.0,0.25,-0.01,0.002,-0.06,0.001,22.3
"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(TEXT)
    return tables.read(path)


def test_comments_become_facts(table):
    assert table.title == "Slopes, beside Somebody 2020"
    assert table.columns[:2] == ["population", "abs_z_low"]
    assert len(table.rows) == 3


def test_published_values_are_found(table):
    (one,) = tables.comparisons(table)
    assert (one.quantity, one.unit, one.bins) == ("slope", "dex/kpc", "abs_z_low")
    first, second = one.groups["total"]
    assert (first.bin, first.ours, first.published) == (
        "0–0.25",
        "−0.0512\u2009±\u20090.0013",
        "−0.0560\u2009±\u20090.0010",
    )
    assert (second.ours, second.difference, second.level) == ("–", None, "none")
    assert [first.level, one.groups["low_alpha"][0].level] == ["off", "far"]
    assert one.counts() == (0, 2)
    assert one.published


def test_slopes_without_published_ones(table):
    for row in table.rows:
        row[5:] = ["", "", ""]
    (one,) = tables.comparisons(table)
    assert not one.published
    assert one.counts() == (0, 0)


@pytest.mark.parametrize("gone", ["difference", "population", "published_slope", "abs_z_low"])
def test_a_table_without_one_of_its_columns_is_no_comparison(table, gone):
    table.columns[table.columns.index(gone)] = "other"
    assert tables.comparisons(table) == []


@pytest.mark.parametrize("text", ["", "# only: comments\n", "a,b\n"])
def test_empty_tables(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text)
    table = tables.read(path)
    assert table.rows == []
    assert tables.comparisons(table) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nan", "–"),
        ("", "–"),
        ("-12345", "−12,345"),
        ("-0.123456", "−0.1235"),
        ("low_alpha", "low_alpha"),
        ("7.0", "7"),
    ],
)
def test_cells_are_short(text, shown):
    assert tables.neat(text) == shown


@given(st.floats(-1e3, 1e3), st.floats(1e-4, 1e2))
def test_an_error_decides_the_digits(value, error):
    text = tables.with_error(repr(value), repr(error)).replace("−", "-")
    v, e = (float(part) for part in text.split("±"))
    assert abs(e - error) <= 0.06 * error
    assert abs(v - value) <= 0.06 * error


def test_flows_sum_to_the_input():
    found = {one.sample: one for one in flow.flows(folder.ledger())}
    assert list(found) == ["main", "age"]
    for one in found.values():
        assert one.kept + sum(step.removed for step in one.steps) == one.rows == 100_000
    assert found["main"].steps[-1].share == pytest.approx(0.2)
    assert [step.name for step in found["age"].steps] == ["sample main", "age_bit"]
    assert [step.removed for step in found["age"].steps] == [80_000, 2_345]
    assert found["main"].share == pytest.approx(0.2)


def test_flows_read_the_text_of_a_csv_file():
    rows = [{k: str(v) for k, v in row.items()} for row in folder.ledger()]
    assert flow.flows(rows) == flow.flows(folder.ledger())


def test_flow_of_no_rows():
    rows = [{"sample": "s", "step": "input", "removed": 0, "remaining": 0},
            {"sample": "s", "step": "cut", "removed": 0, "remaining": 0}]  # fmt: skip
    assert flow.flows(rows)[0].steps[0].share == 0.0


def test_pictures_that_are_not_there_or_not_pictures(tmp_path):
    assert pictures.embed(tmp_path / "no.png") is None
    (tmp_path / "bad.png").write_bytes(b"not a picture at all, but long enough")
    assert pictures.embed(tmp_path / "bad.png") is None


def test_a_large_picture_is_embedded_smaller(tmp_path):
    from PIL import Image

    Image.effect_noise((2000, 500), 60).convert("RGB").save(tmp_path / "large.png")
    assert (tmp_path / "large.png").stat().st_size > pictures.MAX_BYTES
    found = pictures.embed(tmp_path / "large.png")
    assert found is not None
    assert found.width == round(pictures.MAX_WIDTH / pictures.DENSITY)
    assert found.width / found.height == pytest.approx(4, rel=0.01)


def test_many_large_pictures_stay_within_the_budget(tmp_path, monkeypatch):
    from PIL import Image

    Image.effect_noise((450, 420), 60).convert("RGB").save(tmp_path / "noise.png")
    size = (tmp_path / "noise.png").stat().st_size
    assert pictures.MAX_BYTES_THEN < size < pictures.MAX_BYTES
    (before,) = pictures.embed_all([tmp_path / "noise.png"])
    monkeypatch.setattr(pictures, "BUDGET", size)
    (after,) = pictures.embed_all([tmp_path / "noise.png"])
    assert len(after.uri) < 0.8 * len(before.uri)
    assert (after.width, after.height) == (before.width, before.height)


def test_a_wide_picture_of_few_bytes_stays_as_it_is(tmp_path):
    from PIL import Image

    Image.new("RGB", (4000, 1000), "white").save(tmp_path / "wide.png")
    (found,) = pictures.embed_all([tmp_path / "wide.png"])
    assert found is not None
    data = base64.b64decode(found.uri.partition(",")[2])
    assert data == (tmp_path / "wide.png").read_bytes()
    with Image.open(io.BytesIO(base64.b64decode(found.thumb.partition(",")[2]))) as small:
        assert (small.format, small.size) == ("JPEG", (300, 75))


@pytest.mark.parametrize(
    ("cut", "text"),
    [
        ({"column": "a", "equals": 0}, "a = 0"),
        ({"column": "a", "finite": True}, "a is there"),
        ({"column": "f", "clear": 5, "set": 8, "any": 0}, "f without bits 0, 2 and with bit 3"),
        ({"column": "a", "low": 1.0, "high": 2.0, "low_open": False, "high_open": True}, "1 ≤ a < 2"),
        ({"quantity": "age", "low": 0, "low_open": True, "high": None}, "0 < age"),
        ({"column": "f", "clear": 0, "set": 0, "any": 0}, ""),
        ({"column": "new kind"}, ""),
    ],
)
def test_rules_are_formulas(cut, text):
    assert flow.rule(cut) == text


def test_rules_of_another_number_of_steps_are_not_told():
    assert flow.rules({"fates": ["a", "b"], "cuts": [{"column": "a", "equals": 0}]}) == {}
