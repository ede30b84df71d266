"""Actions of disk stars or of all bound orbits, one core: galdask's kernel or galpy's C code."""

import sys
import time

from benchmarks import harness
from tests.stars.orbits import stars as samples


def main(backend: str, sample: str, count: str, quantities: str = "actions") -> None:
    """Time one call on `count` stars after a first one on ten; CPU seconds of a million stars."""
    stars = getattr(samples, sample)(int(count), seed=1)
    few = [values[:10] for values in stars]
    began = time.process_time()
    from galdask.stars import actions, orbit_quantities

    work = {"actions": actions, "orbit_quantities": orbit_quantities}[quantities]
    work(*few, backend=backend)
    first = time.process_time() - began
    began = time.process_time()
    work(*stars, backend=backend)
    harness.tell({"seconds": (time.process_time() - began) / int(count) * 1e6, "first": first})


if __name__ == "__main__":
    main(*sys.argv[1:])
