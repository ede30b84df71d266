"""Orbits of a store: the command as a whole process, or one partition by either backend."""

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import harness


def copied(store: str) -> Path:
    """Return a copy of a store, its files linked."""
    copy = Path(store).with_name(f"{Path(store).name}-orbits")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(store, copy, copy_function=os.link)
    (copy / "manifest.json").unlink()
    shutil.copy(Path(store) / "manifest.json", copy)
    return copy


def command(store: str, *options: str) -> None:
    """Run the command on a copy of a store without orbits; its start counts."""
    copy = copied(store)
    words = [str(Path(sys.executable).with_name("galdask")), "orbits", str(copy), *options]
    with harness.timed() as told:
        subprocess.run(words, check=True, capture_output=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told["cpu"] = used.ru_utime + used.ru_stime
    told["bytes"] = float(sum(p.stat().st_size for p in (copy / "data").rglob("orbits-*/*.parquet")))
    harness.tell(told)
    shutil.rmtree(copy)


def inside(store: str) -> None:
    """Do the work of the command in this process, on one thread: CPU seconds without the start."""
    from galdask import config
    from galdask.catalog.store import open_store
    from galdask.engine.cluster import shipped
    from galdask.engine.executor import Inline
    from galdask.stars import orbit_run
    from galdask.stars.orbit_settings import OrbitPlan

    opened = open_store(copied(store))
    section = config.load(shipped("pipelines") / "orbits.yaml")
    plan = OrbitPlan.from_section(section, opened)
    began = time.process_time()
    orbit_run.run(opened, plan, Inline())
    harness.tell({"seconds": time.process_time() - began})
    shutil.rmtree(opened.path)


def partition(store: str, backend: str, draws: str) -> None:
    """Compute the orbits of the first stars of a store in this process; CPU seconds."""
    from galdask import config
    from galdask.catalog.store import open_store, read_partition
    from galdask.engine.cluster import shipped
    from galdask.stars.orbit_partition import orbits
    from galdask.stars.orbit_settings import OrbitPlan
    from galdask.stars.orbits import open_potential

    opened = open_store(store)
    section = config.load(shipped("pipelines") / "orbits.yaml")
    plan = OrbitPlan.from_section(section, opened, draws=int(draws), backend=backend)
    potential, columns = open_potential(plan.potential), read_partition(opened.part(0, plan.columns_read))
    orbits(plan, potential, {name: values[:100] for name, values in columns.items()})
    began = time.process_time()
    counts = orbits(plan, potential, columns)[1]
    seconds = time.process_time() - began
    stars = counts["rows"] - counts["fate no_place"] - counts["fate no_motion"]
    harness.tell({"seconds": seconds, "each": 1e6 * seconds / (stars * (int(draws) + 1))})


if __name__ == "__main__":
    {"command": command, "inside": inside, "partition": partition}[sys.argv[1]](*sys.argv[2:])
