"""States are asked for before they are read, and that changes nothing of what is read."""

import numpy as np

from galdask.engine import cache, pages
from galdask.reductions import states


def test_states_that_are_asked_for_ahead_are_the_same(tmp_path, monkeypatch):
    asked = []
    whole = pages.ahead

    def note(file, ranges):
        asked.extend(ranges)
        whole(file, ranges)

    monkeypatch.setattr(pages, "ahead", note)
    made = {key: {"n": np.arange(k + 3)} for k, key in enumerate(("a" * 64, "b" * 64, "c" * 64))}
    pack = cache.write_pack(tmp_path, made)
    found = cache.read_states(pack, ["c" * 64, "a" * 64])
    assert all(states.equal(found[key], made[key]) for key in found)
    assert asked == [cache.pack_index(pack)[key] for key in ("c" * 64, "a" * 64)]
