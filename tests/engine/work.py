"""Tasks for the tests: functions of a module, as workers need them."""

import os
import signal
import sys
import time

from galdask.errors import InputError


def double(number):
    return 2 * number


def add(shared, number):
    return shared["base"] + number


def refuse(number):
    if number == 3:
        raise InputError("a file is broken", where="f.fits", expected=1, found=2)
    return number


def who(number):
    return os.getpid()


def stubborn(number):
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def die_once(path):
    """Kill the worker that meets this first; the second meeting is fine."""
    if not os.path.exists(path):
        with open(path, "w") as handle:
            handle.write("dead")
        time.sleep(0.2)  # what it has said of itself is on its way
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


def die(number):
    os.kill(os.getpid(), signal.SIGKILL)


def dawdle(number):
    time.sleep(0.3)
    return number


def environment(name):
    return os.environ.get(name)


def imported(module):
    return module in sys.modules
