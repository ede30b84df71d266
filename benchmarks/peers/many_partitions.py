"""The plan of a run over a store of very many partitions, from a manifest alone: no data file is there."""

import hashlib
import json
import shutil
import sys
from pathlib import Path

from benchmarks import harness


def manifest_of(store: Path, count: int, folder: Path) -> None:
    """Write the manifest of a store whose partitions are those of another again and again, all different."""
    from galdask.catalog import manifest

    content = json.loads((store / manifest.NAME).read_text())
    rows, parts = 0, []
    for k in range(count):
        part = dict(content["partitions"][k % len(content["partitions"])])
        part["row_start"], rows = rows, rows + part["rows"]
        part["digests"] = {name: hashlib.md5(f"{k}{name}".encode()).hexdigest() for name in part["digests"]}
        parts.append(part)
    folder.mkdir(parents=True, exist_ok=True)
    manifest.commit(folder, content | {"partitions": parts, "rows": rows})


def main(store: str, count: str, scratch: str) -> None:
    """Open the store, plan the two disks over it, foretell the memory of a worker."""
    from galdask.catalog.store import open_store
    from galdask.engine import plan_memory
    from galdask.identity import resolve

    folder = Path(scratch)
    manifest_of(Path(store), int(count), folder)
    told = {"bytes": (folder / "manifest.json").stat().st_size}
    with harness.timed() as clock:
        opened = open_store(folder)
    told["open"] = clock["seconds"]
    with harness.timed() as clock:
        intent = resolve("two_disks", opened, figures=False)
        work = intent.work(folder, False, folder / "scratch")
    told["plan"], told["states"] = clock["seconds"], sum(map(len, work.states.values()))
    with harness.timed() as clock:
        found = plan_memory.peak(work, False)
    told["foretell"], told["foretold_mib"] = clock["seconds"], found.bytes / 2**20
    shutil.rmtree(folder)
    harness.tell(told | {"seconds": told["open"] + told["plan"] + told["foretell"], "rows": opened.rows})


if __name__ == "__main__":
    main(*sys.argv[1:])
