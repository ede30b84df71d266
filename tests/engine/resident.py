"""Resident shards for the tests: sums of numbers in a file, and ways to go wrong."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np

from galdask.errors import InputError

#: process ids of the threads that answered at once, at most
_inside, _most, _lock = 0, 0, threading.Lock()


class Numbers:
    """Numbers of a file, and what is asked of them."""

    def __init__(self, values):
        self.values = values

    def answer(self, message):
        ask = message if isinstance(message, dict) else {"power": message}
        if "die" in ask and _first(ask["die"]):
            os.kill(os.getpid(), signal.SIGKILL)
        if ask.get("always_die"):
            os.kill(os.getpid(), signal.SIGKILL)
        if ask.get("refuse") == len(self.values):
            raise InputError("these are not welcome", where="numbers", found=len(self.values))
        if ask.get("break") == len(self.values):
            raise ZeroDivisionError("nothing left")
        if ask.get("who"):
            return os.getpid()
        time.sleep(ask.get("seconds", 0.0))
        return float(np.sum(self.values ** ask["power"]))


def _first(path):
    """Whether no other worker was here before; two that come at once do not both hear yes."""
    try:
        Path(path).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def load(path):
    """Read the numbers of a file."""
    if not os.path.exists(path):
        raise InputError("a file is gone", where=path)
    return Numbers(np.load(path))


class Together:
    """Counts how many answer at once."""

    def answer(self, message):
        global _inside, _most
        with _lock:
            _inside += 1
            _most = max(_most, _inside)
        time.sleep(message)
        with _lock:
            _inside -= 1
        return _most


def together(_):
    """Return one that counts."""
    return Together()
