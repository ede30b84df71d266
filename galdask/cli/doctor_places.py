"""What `galdask doctor` says of places: scratch folder, working folder, a store, results, a cluster."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from galdask.cli.doctor_line import FAIL, OK, WARN, Line, size
from galdask.engine.clusters.facts import MEMORY, NETWORK, mount_of

#: bytes that a compressed release and a large run want; below the least nothing runs
ENOUGH, LEAST = 5e9, 200e6


def folder(path: Path, name: str) -> Line:
    """Try a folder: write there, and tell its space, its kind and its rights."""
    try:
        with tempfile.TemporaryFile(dir=path, prefix="galdask-doctor-") as file:
            file.write(bytes(1 << 20))
            file.flush()
    except OSError as error:
        return Line(FAIL, name, f"{path} cannot be written: {error.strerror}")
    state = os.statvfs(path)
    free = state.f_bavail * state.f_frsize
    kind, options = mount_of(path)
    text = f"{path}, {size(free)} free, {kind}"
    remarks = []
    if free < LEAST:
        return Line(FAIL, name, f"{text}: full; set TMPDIR to a folder with room")
    if free < ENOUGH:
        remarks.append("a compressed release may not fit")
    if state.f_files and state.f_favail < 10_000:
        remarks.append(f"only {state.f_favail:,} more files")
    if kind in MEMORY:
        remarks.append("it is memory: what workers spill there is not spilt")
    if kind in NETWORK:
        remarks.append("it is on the network: slow, and locks may not hold; set TMPDIR to a local disk")
    if "noexec" in options.split(","):
        text += ", noexec"
    return Line(WARN if remarks else OK, name, "; ".join([text, *remarks]))


def scratch() -> Line:
    """Try the scratch folder."""
    return folder(Path(tempfile.gettempdir()), "scratch space")


def store(path: Path) -> Iterator[Line]:
    """Look at a store: its manifest, and the end of every data file; nothing else is read."""
    from galdask.catalog import parquet
    from galdask.catalog.store import open_store

    opened = open_store(path)
    files = {file: part.rows for part in opened.partitions for file in part.files.values()}
    bad = [file for file, rows in files.items() if not parquet.intact(opened.path / file, rows)]
    text = (
        f"{opened.name}, {opened.rows:,} rows, {len(opened.partitions):,} partitions, {size(opened.bytes)}, "
        f"digest {opened.digest[:16]}, format {opened.content.get('galdask_store')}"
    )
    if opened.mock:
        text += ", a mock"
    for group in opened.groups:
        there = sum(part is not None for part in group.parts)
        text += f"; {group.name} in {there} of {len(group.parts)} partitions"
    if bad:
        yield Line(
            FAIL, "store", f"{text}: {len(bad)} of {len(files)} files are gone or cut short, as {bad[0]}"
        )
    else:
        yield Line(OK, "store", f"{text}; every file is there (galdask verify STORE reads them)")
    kind, _ = mount_of(opened.path)
    free = os.statvfs(opened.path)
    yield Line(OK, "store's disk", f"{size(free.f_bavail * free.f_frsize)} free, {kind}")


def out(path: Path) -> Iterator[Line]:
    """Look at results: whether they are whole, of which run, and whether more can be written."""
    from galdask.lineage import integrity
    from galdask.lineage.results import Results

    if not path.exists():
        yield Line(WARN, "results", f"{path} is not there yet")
        return
    place = integrity.folder_of(path)
    record = Results(place).record
    damage = integrity.check(place)
    text = f"run {record.get('run', '?')} of {record.get('pipeline', '?')}, made {record.get('made', '?')}"
    text += f" by galdask {record.get('versions', {}).get('galdask', '?')}"
    if damage:
        yield Line(
            FAIL, "results", f"{text}: {len(damage)} things are not as they were written, as {damage[0]}"
        )
    else:
        yield Line(OK, "results", f"{text}: whole")
    yield folder(path, "results' disk")


def cluster(name: str, store_path: Path | None, out_path: Path | None) -> Iterator[Line]:
    """Start a cluster, ask its workers, and open its dashboard."""
    from galdask.engine import cluster_check
    from galdask.engine.cluster import open_executor

    with open_executor(name) as executor:
        for line in cluster_check.check(executor, store_path, out_path):
            yield Line(line.verdict, f"cluster: {line.name}", line.text)
        yield from _dashboard(getattr(executor, "dashboard", None))


def _dashboard(address: str | None) -> Iterator[Line]:
    import urllib.request

    if not address:
        return
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=20) as page:
            yield Line(
                OK, "cluster: dashboard", f"answers at {address}" if page.status == 200 else str(page.status)
            )
    except OSError as error:
        yield Line(WARN, "cluster: dashboard", f"does not answer at {address}: {error}")
