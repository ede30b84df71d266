"""How often a server is asked again, and how long one waits: longer each time, and never quite the same."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from galdask.catalog.fetch.reply import TroubleError


@dataclass(slots=True)
class Patience:
    """The rules, and how much of it is left for one file.

    Parameters
    ----------
    tries : int
        Failures in a row without a new byte after which it ends.
    offline_tries : int
        The same where no server answers at all.
    silence : float
        Seconds without a byte after which it ends, waits included.
    base, cap : float
        Seconds of the first wait and of the longest; each wait is double the one before, less up to half
        of it by chance, so that many clients do not come back at once.
    quiet : float
        Seconds without a byte after which a connection counts as dead.
    sleep : callable
        How to wait.
    """

    tries: int = 8
    offline_tries: int = 3
    silence: float = 600.0
    base: float = 1.0
    cap: float = 60.0
    quiet: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    _failed: int = 0
    _heard: float = field(default_factory=time.monotonic)
    _chance: random.Random = field(default_factory=random.Random)

    def fresh(self) -> Patience:
        """Return the same rules with nothing used up."""
        return Patience(
            self.tries, self.offline_tries, self.silence, self.base, self.cap, self.quiet, self.sleep
        )

    def heard(self, new: bool = True) -> None:
        """Note that a byte came; only one that was not here before (`new`) is a reason to try longer."""
        self._heard = time.monotonic()
        if new:
            self._failed = 0

    def wait(self, trouble: TroubleError) -> float | None:
        """Wait before the next try.

        Returns
        -------
        float or None
            Seconds waited; None if it ends here.
        """
        self._failed += 1
        if self._failed >= (self.offline_tries if trouble.unreachable else self.tries):
            return None
        delay = min(self.cap, self.base * 2.0 ** (self._failed - 1)) * self._chance.uniform(0.5, 1.0)
        if trouble.wait is not None:
            delay = max(delay, trouble.wait)
        if time.monotonic() + delay - self._heard > self.silence:
            return None
        self.sleep(delay)
        return delay
