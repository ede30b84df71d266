"""`galdask cluster`: what a cluster file would start, and whether what it starts can do the work."""

from __future__ import annotations

import argparse
from pathlib import Path

#: exit code for a cluster that cannot do the work
UNFIT = 3

EPILOG = """\
list           the cluster files that come with galdask; copy one and change it
show  NAME     the job script or what would start, its commands and environment; starts nothing
check NAME     starts it and says of versions, source files, CPU features, galpy's C code, threads, memory,
               scratch space, clocks, and with --store and --out of shared folders: ok, warn or FAIL
NAME is a name of the list, the path of a cluster file, or the address of a scheduler (tcp://HOST:PORT).
exit code of check: 0; 3 if something would not work; 2 if the cluster does not start.
"""


def arguments(command: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = EPILOG
    command.add_argument("what", choices=("list", "show", "check"), help="what to do")
    command.add_argument("name", nargs="?", metavar="NAME|FILE", help="which cluster")
    command.add_argument("--store", type=Path, metavar="STORE", help="check: a store that workers must read")
    command.add_argument("--out", type=Path, metavar="OUT", help="check: a folder that workers must see")
    command.add_argument("--json", action="store_true", help="check: print the verdicts as JSON")


def run(chosen: argparse.Namespace) -> int:
    """List, show or check; returns 3 for a cluster that cannot do the work."""
    from galdask.errors import ConfigError

    if chosen.what == "list":
        return _list()
    if chosen.name is None:
        raise ConfigError(
            "which cluster?", expected=f"galdask cluster {chosen.what} NAME|FILE", todo="name it"
        )
    return _show(chosen.name) if chosen.what == "show" else _check(chosen)


def _list() -> int:
    from galdask.engine.cluster import load_cluster, shipped

    folder = shipped("cluster_configs")
    print(f"in {folder}")
    for path in sorted(folder.glob("*.yaml")):
        first = path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
        print(f"  {path.stem:<12} {load_cluster(path).kind:<11} {first}")
    return 0


def _show(name: str) -> int:
    from galdask.engine.cluster import load_cluster, show

    chosen = load_cluster(name)
    print(f"# {chosen.name}: type {chosen.kind}")
    print(show(chosen))
    return 0


def _check(chosen: argparse.Namespace) -> int:
    import dataclasses
    import json

    from galdask.engine import cluster_check, stop
    from galdask.engine.cluster import load_cluster, open_executor

    cluster = load_cluster(chosen.name)
    expected = int(cluster.options.get("n_workers", 1))
    with stop.on_interrupt(), open_executor(cluster, chosen.listen) as executor:
        lines = cluster_check.check(executor, chosen.store, chosen.out, expected)
        links = cluster_check.links(executor)
    if chosen.json:
        print(json.dumps({"lines": [dataclasses.asdict(one) for one in lines], "links": links}, indent=1))
    else:
        print(cluster_check.text(lines))
        print("\n".join(links))
    return UNFIT if cluster_check.failed(lines) else 0
