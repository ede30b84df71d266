"""Words of a catalogue in places that would run them: a page, a picture, a spreadsheet."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from galdask.report.page import _environment
from tests.catalog.readers.files import table

EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}",
    "${7*7}",
    "javascript:alert(1)",
    "]]><svg/onload=x>",
]


@pytest.mark.parametrize("text", EVIL)
def test_a_template_escapes_what_it_is_given(text: str) -> None:
    environment = _environment()
    for name in ("words", "plain", "neat", "true_minus"):
        made = environment.from_string('<p title="{{ x | ' + name + ' }}">{{ x | ' + name + " }}</p>").render(
            x=text
        )
        assert "<script" not in made
        assert "<img" not in made
        assert "<svg" not in made
        assert made.count('"') == 2
        assert "49" not in made


def test_no_template_turns_escaping_off() -> None:
    environment = _environment()
    for name in ("template.html", "fit.html"):
        source = environment.loader.get_source(environment, name)[0]
        assert "|safe" not in source.replace(" ", "")
        assert "autoescape" not in source
        assert "<script" not in source.lower()
        assert "Content-Security-Policy" in source


def test_types_of_parquet_that_unpickle_are_not_loaded(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Old Arrow made types of Python by unpickling the file's metadata."""
    ran = tmp_path / "ran"
    payload = b"cbuiltins\nopen\n(S'" + str(ran).encode() + b"'\nS'w'\ntR."
    about = {b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": payload}
    schema = pa.schema([pa.field("x", pa.int64(), metadata=about)])
    pq.write_table(pa.table({"x": [1]}, schema=schema), tmp_path / "t.parquet")
    try:
        table(tmp_path / "t.parquet", "parquet").read(0, 1, ["x"])
    finally:
        assert not ran.exists()
