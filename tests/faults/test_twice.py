"""A task may run twice at once, where a worker that was thought lost goes on: both may publish."""

from galdask.cartography.zarr_store import published_folder


def test_two_writers_of_one_folder(tmp_path):
    path = tmp_path / "a.zarr"
    with published_folder(path) as one, published_folder(path) as other:
        for folder in (one, other):
            folder.mkdir()
            (folder / "zarr.json").write_text("{}")
    assert [found.name for found in tmp_path.iterdir()] == ["a.zarr"]
    assert (path / "zarr.json").read_text() == "{}"


def test_both_come_between(tmp_path, monkeypatch):
    """The name is taken between the look and the rename."""
    path = tmp_path / "a.zarr"
    with published_folder(path) as one:
        one.mkdir()
        (one / "zarr.json").write_text("{}")
        other = tmp_path / "b.zarr"
        other.mkdir()
        (other / "zarr.json").write_text("{}")
        monkeypatch.setattr(type(path), "exists", lambda self: False)
        other.rename(path)
    monkeypatch.undo()
    assert [found.name for found in tmp_path.iterdir()] == ["a.zarr"]
