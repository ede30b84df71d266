"""kill -9 of workers at random moments: the run ends by itself, in the same bytes."""

import random
import re
import time

import psutil
import pytest

from tests.faults.left import nothing_left

KILLS, RUNS = 50, 10


def disturbed(place, name, seed, env, kills):
    """Run, and kill so many workers at random moments; return the run and how many were killed."""
    rng = random.Random(seed)
    home = place.home(name)
    run = place.start(home, env)
    run.until(lambda: run.when("dashboard at"), what="the start of the cluster")
    killed = []
    while run.running and len(killed) < kills:
        time.sleep(rng.uniform(0.3, 5.0))
        alive = run.workers()
        if alive and run.running:
            try:
                victim = rng.choice(alive)
                victim.kill()
            except psutil.NoSuchProcess:
                continue
            killed.append(run.seconds)
    assert run.end(600) == 0, run.said
    place.check(home)
    return run, killed


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_fifty_workers_are_killed(place, table):
    with nothing_left(place.folder) as env:
        undisturbed = place.whole_run(place.home("kills-none"), env).seconds
    killed, seconds, again, runs = 0, 0.0, 0, 0
    while killed < KILLS or runs < RUNS:
        assert runs < 4 * RUNS
        with nothing_left(place.folder) as env:
            run, now = disturbed(place, f"kills-{runs}", runs, env, KILLS // RUNS)
        killed, seconds, runs = killed + len(now), seconds + run.seconds, runs + 1
        again += sum(int(number) for number in re.findall(r"(\d+) tasks go to others", run.said))
    extra = (seconds - runs * undisturbed) / killed
    outcome = f"all runs end; {extra:.1f} s more a kill, {again} tasks go to others"
    table(f"workers killed (-9) at random moments, {runs} runs", killed, outcome, 0.1, seconds / runs)
