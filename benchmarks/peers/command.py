"""A command as a whole process."""

import subprocess
import sys
from pathlib import Path

from benchmarks import harness


def main(*words: str) -> None:
    """Run a command of this environment; its start counts."""
    command = [str(Path(sys.executable).with_name(words[0])), *words[1:]]
    with harness.timed() as told:
        subprocess.run(command, check=True, capture_output=True)
    harness.tell(told)


if __name__ == "__main__":
    main(*sys.argv[1:])
