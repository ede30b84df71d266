"""Dask's performance report as a file: what the dashboard showed, to be looked at later."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from galdask import events, publish
from galdask.errors import ClusterError
from galdask.events import Event


@contextlib.contextmanager
def report(executor: Any, path: Path | str | None, listen: events.Listener = events.silent) -> Iterator[None]:
    """Write a performance report of what is done inside, even if that fails or is interrupted.

    Parameters
    ----------
    executor : Executor
        One on Dask workers.
    path : path, optional
        The file, HTML that needs nothing from the network; published by one rename. None: no report.
    listen : callable
        Is told where it is, or why there is none.

    Raises
    ------
    ClusterError
        If there is no Dask to report of, or the package bokeh is missing.
    OutputError
        If the file cannot be written; this is tried before anything is computed.
    """
    if path is None:
        yield
        return
    path = Path(path)
    client = getattr(executor, "client", None)
    if client is None:
        raise ClusterError(
            "there is no performance report without Dask workers",
            where=path,
            found="tasks run in this process (inline)",
            todo="take another cluster (--cluster laptop), or leave --performance-report out",
        )
    if importlib.util.find_spec("bokeh") is None:
        raise ClusterError(
            "a performance report needs the package bokeh", where=path, todo="pip install bokeh, run again"
        )
    from distributed import performance_report

    temporary = path.parent / f".{path.name}.{secrets.token_hex(4)}.tmp"
    with publish.explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(21, "Is a directory", str(path))
        temporary.touch()
    try:
        with client.as_current():
            written = performance_report(filename=str(temporary), mode="inline")
            written.__enter__()
        try:
            yield
        finally:
            _write(client, written, temporary, path, listen)
    finally:
        temporary.unlink(missing_ok=True)


def _write(client: Any, written: Any, temporary: Path, path: Path, listen: events.Listener) -> None:
    """Fetch the report; a scheduler that is gone must not hide why the run failed."""
    try:
        with client.as_current():
            written.__exit__(None, None, None)
        os.replace(temporary, path)
    except Exception as error:
        text = f"there is no performance report: {type(error).__name__}: {error}".splitlines()[0]
        listen(Event("performance report", text=text, level="warning"))
    else:
        listen(Event("performance report", text=f"written to {path}"))
