"""Every notebook runs from top to bottom, in an empty folder, and is kept without its outputs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

STRICT = """
import warnings

warnings.simplefilter("error")
warnings.filterwarnings("ignore", module=r"ipykernel\\.")
"""


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def test_there_are_notebooks():
    assert "01_quickstart" in [path.stem for path in NOTEBOOKS]


def test_no_outputs_are_kept(notebook):
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell for cell in code if cell.outputs or cell.execution_count is not None] == []
    assert notebook.metadata.kernelspec.name == "python3"


def test_it_runs(notebook, tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    notebook.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    NotebookClient(notebook, timeout=240, resources={"metadata": {"path": tmp_path}}).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    outputs = [output for cell in code for output in cell.outputs]
    assert [o for o in outputs if o.output_type == "stream" and o.name == "stderr"] == []
    shown = [o.data for o in outputs if o.output_type in ("display_data", "execute_result")]
    pictures = sum(cell.source.count('show("') for cell in code) + 1
    assert sum("image/png" in data for data in shown) >= pictures
    assert {path.name for path in tmp_path.iterdir()} >= {"release", "store", "out"}
