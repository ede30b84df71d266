"""What is done with every input: as a command would, from opening to the last value."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from galdask.catalog import sources
from galdask.catalog.manifest import digest_of
from galdask.catalog.readers import open_table
from galdask.catalog.release import load_release
from galdask.catalog.schema import TableSpec
from galdask.catalog.store import open_store, read_partition
from galdask.errors import GaldaskError
from tests.security.fuzz import fits, parquet, records, settings, text
from tests.security.fuzz.words import Rng


@dataclass(frozen=True)
class Target:
    """A reader under test."""

    name: str
    seeds: tuple[str, ...]
    mutate: Callable[[Rng, bytes], bytes]
    use: Callable[[Path, Path], None]
    inputs: int
    """Of the long test."""


def table(kind: str, **options: object) -> Callable[[Path, Path], None]:
    """Open a table, read every column alone and all together, and hold them to what was promised."""

    def use(path: Path, seeds: Path) -> None:
        sources.is_mock({"main": path})
        spec = TableSpec("main", (path.name,), format=kind, **options)  # type: ignore[arg-type]
        opened = open_table(spec, path, path.parent / "scratch")
        assert opened.rows >= 0
        stop = min(opened.rows, 50)
        readable = []
        for name, kept in opened.types.items():
            with contextlib.suppress(GaldaskError):
                values = opened.read(0, stop, [name])[name]
                assert values.shape == (stop, *kept.shape)
                assert values.dtype.isnative
                if values.dtype.kind == "S":
                    [one.decode("utf-8") for one in np.ravel(np.ma.getdata(values)).tolist()]
                readable.append(name)
        with contextlib.suppress(GaldaskError):
            together = opened.read(stop // 2, stop, readable)
            assert all(len(values) == stop - stop // 2 for values in together.values())
        if not readable and opened.types and stop:
            opened.read(0, stop, list(opened.types))  # its error is that of the file

    return use


def ingest(path: Path, seeds: Path) -> None:
    """Make a store of a release whose main table is the input, and read it back."""
    from tests.catalog import small

    folder = path.parent / f"{path.name}.release"
    folder.mkdir()
    path.rename(folder / "stars.fits")
    small.again(folder)
    store = open_store(folder / "store")
    for part in store.partitions:
        read_partition(store.part(part.index, list(store.columns)))


def release(path: Path, seeds: Path) -> None:
    made = load_release(path.rename(path.with_suffix(".yaml")))
    assert made.columns
    assert made.main.files


def pipeline(path: Path, seeds: Path) -> None:
    from galdask.identity import resolve

    assert resolve(path.rename(path.with_suffix(".yaml")), seeds / "store").requests


def fit(path: Path, seeds: Path) -> None:
    from galdask.migration.settings import read_settings

    store = open_store(seeds / "fit" / "store")
    assert read_settings(path.rename(path.with_suffix(".yaml")), store).settings()


def cluster(path: Path, seeds: Path) -> None:
    from galdask.engine.cluster import load_cluster

    assert load_cluster(path.rename(path.with_suffix(".yaml"))).kind


def manifest(path: Path, seeds: Path) -> None:
    """Open a store whose manifest was edited by someone who knows how to sign it."""
    folder = path.parent / f"{path.name}.store"
    folder.mkdir()
    raw = path.read_bytes()
    with contextlib.suppress(AttributeError, ValueError, TypeError, RecursionError):
        content = json.loads(raw)
        raw = json.dumps(content | {"digest": digest_of(content)}).encode()
    (folder / "manifest.json").write_bytes(raw)
    (folder / "data").symlink_to(seeds / "small" / "store" / "data")
    store = open_store(folder)
    store.describe()
    for part in store.partitions[:1]:
        for name in [*store.columns][:5]:
            with contextlib.suppress(GaldaskError):
                read_partition(store.part(part.index, [name]))


def provenance(path: Path, seeds: Path) -> None:
    """Ask where something comes from whose record was edited."""
    from galdask.cli.explain import as_text
    from galdask.lineage.explain import explain

    folder = path.parent / f"{path.name}.run"
    folder.mkdir()
    path.rename(folder / "provenance.json")
    (folder / "complete.json").write_text("{}")
    found = explain(folder)
    as_text(found)
    assert all(isinstance(word, str) for word in found.command)


def _all() -> Iterator[Target]:
    types = {"n": "int16", "id": "string", "teff": "float64"}
    yield Target("FITS binary tables", ("binary",), fits.mutate, table("fits"), 4000)
    yield Target("FITS tables by name", ("binary",), fits.mutate, table("fits", hdu="STARS"), 1000)
    yield Target("FITS ASCII tables", ("ascii",), fits.mutate, table("fits"), 2000)
    yield Target("FITS compressed", ("binary", "ascii"), fits.mutate_packed, table("fits"), 1000)
    yield Target("FITS to a store", ("small/stars.fits",), fits.mutate, ingest, 600)
    yield Target("CSV", ("csv",), text.mutate_csv, table("csv"), 2500)
    yield Target("CSV, types declared", ("csv",), text.mutate_csv, table("csv", types=types), 1500)
    yield Target("tables by blanks", ("text",), text.mutate_blanks, table("text"), 1000)
    yield Target(
        "fixed width (MRT)", ("mrt",), text.mutate_mrt, table("mrt", types={"Rkpc": "float32"}), 3000
    )
    yield Target("Parquet", ("parquet",), parquet.mutate, table("parquet"), 4000)
    yield Target("releases (YAML)", ("release", "release", "release_dr17"), settings.mutate, release, 2000)
    yield Target("pipelines (YAML)", ("pipeline_two_disks",), settings.mutate, pipeline, 800)
    yield Target("migration (YAML)", ("pipeline_orbit_migration",), settings.mutate, fit, 800)
    yield Target("clusters (YAML)", ("cluster_*",), settings.mutate, cluster, 2000)
    yield Target("manifests (JSON)", ("small/store/manifest.json",), records.mutate, manifest, 800)
    yield Target("records (JSON)", ("record",), records.mutate, provenance, 800)


def _misbehaving() -> Iterator[Target]:
    """Readers that do what none may do, for a test of the watch."""

    def hang() -> None:
        while True:
            time.sleep(0.1)

    def write(seeds: Path) -> None:
        (seeds / "elsewhere").write_bytes(b"x")

    deeds: dict[str, Callable[[Path], object]] = {
        "dies": lambda seeds: os.kill(os.getpid(), signal.SIGSEGV),
        "hangs": lambda seeds: hang(),
        "eats": lambda seeds: np.ones(2 << 30, np.uint8),
        "writes": write,
        "runs": lambda seeds: subprocess.run(["true"], check=True),
        "unpickles": lambda seeds: pickle.loads(b"cos\ngetcwd\n."),
        "raises": lambda seeds: 1 // 0,
    }
    for name, deed in deeds.items():

        def use(path: Path, seeds: Path, deed: Callable[[Path], object] = deed) -> None:
            if not path.name.startswith("whole-"):
                deed(seeds)

        yield Target(f"bad: {name}", ("seed",), lambda rng, content: content, use, 0)


TARGETS = {target.name: target for target in (*_all(), *_misbehaving())}
