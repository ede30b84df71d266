"""Progress events: what a long step says of itself, and who listens.

Every room may speak; the command line listens with a bar on a terminal, with plain lines in a batch log,
and with a log file where one is asked for. Library use is silent unless a listener is given.
"""

from __future__ import annotations

from galdask.events.event import Event, Listener, Share, silent, together
from galdask.events.log import Log
from galdask.events.narrator import Narrator

__all__ = ["Event", "Listener", "Log", "Narrator", "Share", "silent", "together"]
