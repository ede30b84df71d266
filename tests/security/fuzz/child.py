"""A row of inputs, one line each: `number outcome what seconds`, as JSON.

`python -m tests.security.fuzz.child SEEDS TARGET SEED START STOP MEMORY SECONDS [KEEP]`, in a scratch
folder. What ends the process is the fault of the input that was announced last.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

from galdask.errors import GaldaskError, printable
from tests.security.fuzz.guards import Guard, limit_memory, status
from tests.security.fuzz.targets import TARGETS, Target


class HangError(BaseException):
    """An input that takes too long; no `except Exception` hides it."""


def _ring(*_: Any) -> None:
    raise HangError


def one_input(target: Target, seeds: Path, seed: int, number: int) -> bytes:
    """Return an input; the same numbers give the same bytes."""
    rng = random.Random(f"{target.name}/{seed}/{number}")
    names = sorted(path for name in target.seeds for path in seeds.glob(name))
    return target.mutate(rng, rng.choice(names).read_bytes())


def outcome(target: Target, content: bytes, place: Path, seeds: Path, seconds: float) -> tuple[str, str]:
    """Return "accepted", "refused" or "fault", and what happened."""
    place.write_bytes(content)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        target.use(place, seeds)
    except GaldaskError as error:
        if printable(str(error)) != str(error):
            return "fault", f"a message that steers terminals: {str(error)!r}"
        return "refused", error.what
    except HangError:
        return "fault", f"longer than {seconds:g} s\n" + traceback.format_exc()
    except BaseException as error:
        last = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in last if "/galdask/" in frame.filename] or list(last)
        where = f"{Path(own[-1].filename).name}:{own[-1].name}"
        return "fault", f"{type(error).__name__} in {where}: {error}"[:300] + "\n" + traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return "accepted", ""


def main(words: list[str]) -> None:
    seeds, target = Path(words[0]), TARGETS[words[1]]
    seed, start, stop, memory, seconds = (
        int(words[2]),
        int(words[3]),
        int(words[4]),
        int(words[5]),
        float(words[6]),
    )
    folder = Path.cwd()
    warnings.simplefilter("error")
    signal.signal(signal.SIGALRM, _ring)
    for path in sorted(
        path for name in target.seeds for path in seeds.glob(name)
    ):  # undamaged ones are accepted
        found = outcome(target, path.read_bytes(), folder / f"whole-{path.name}", seeds, 600.0)
        print(json.dumps([-1, *found, 0.0]), flush=True)
    limit_memory(memory)
    guard = Guard(folder)
    for number in range(start, stop):
        print(json.dumps([number, "began", "", 0.0]), flush=True)
        content = one_input(target, seeds, seed, number)
        began = time.perf_counter()
        kind, what = outcome(target, content, folder / f"t{number}", seeds, seconds)
        took = time.perf_counter() - began
        if guard.seen:
            kind, what = "fault", "; ".join(guard.seen)
            guard.seen.clear()
        if kind == "fault" and len(words) > 7:
            Path(words[7]).joinpath(f"{target.name.split()[0]}-{seed}-{number}").write_bytes(content)
            guard.seen.clear()
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        print(json.dumps([number, kind, what, took]), flush=True)
    print(json.dumps([-2, "peak", str(status("VmHWM")), 0.0]), flush=True)


if __name__ == "__main__":
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    main(sys.argv[1:])
