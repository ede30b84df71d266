"""From one release to the next as users type it: fetch, run, regenerate, plan, verify, diff, explain, gc."""

import json
import os
import shutil

import pytest

from galdask.catalog.store import open_store
from tests.catalog.fetch_server import serving
from tests.pipeline.releases import variant
from tests.pipeline.story import Terminal, serve

PLACES = "--store store --out out"


def small(content):
    """Keep two products and a cube."""
    content["products"] = {name: content["products"][name] or {} for name in ("feh_slices", "age_slices")}
    content["cubes"] = {"polar": content["cubes"]["polar"]}


@pytest.mark.parametrize(
    ("typed", "rows"),
    [(False, 2000), pytest.param(True, 6000, marks=[pytest.mark.long, pytest.mark.timeout(3600)])],
    ids=["called", "typed"],
)
def test_from_dr16_to_dr17(tmp_path, capsys, typed, rows):
    """Typed: the shipped pipeline, two workers, pictures. Called in process: two products and no picture."""
    user = Terminal(tmp_path, None if typed else capsys)
    if typed:
        what, how = "two_disks", "--cluster laptop"
    else:
        variant(tmp_path / "mine.yaml", small)
        what, how = "mine.yaml", "--cluster inline --no-figures"
    with serving() as server:
        paths = serve(user, server, "dr16", rows) + serve(user, server, "dr17", rows, " --layout lite")
        fetched(user, server, paths)
    first(user, what, how)
    before = open_store(tmp_path / "store")
    renewed(user, what, how)
    after = open_store(tmp_path / "store")
    assert (before.name, after.name) == ("dr16", "dr17")
    compared(user, what, before, after)
    explained(user, what, typed)
    touched(user, what, how)
    edited(user, what)
    forgotten(user, before)


def fetched(user, server, paths):
    """Both releases come, one through a line that breaks; what is here does not come again."""
    said = user.type(f"fetch dr16.yaml --to dr16 --url-base {server.base}/sas")
    assert said.count("its checksum is the published one") == 3
    assert "galdask ingest dr16.yaml --from dr16" in said
    large = next(path for path in paths if "synspec" in path)
    server.moods[large] = [{"sends": 100_000}]
    user.type(f"fetch dr17.yaml --to dr17 --url-base {server.base}/sas")
    assert server.gets(large) == [None, "bytes=100000-"]
    asked = len(server.asked)
    said = user.type("fetch dr17.yaml --to dr17 --url-base http://127.0.0.1:9")
    assert said.count("was here") == 3
    assert len(server.asked) == asked
    said = user.type("fetch dr17 --to wrong --only distmass --tries 1 --url-base http://127.0.0.1:9", 2)
    assert "no server answers" in said or "cannot be reached" in said, said


def first(user, what, how):
    user.type("ingest dr16.yaml --from dr16 --store store --partition-rows 300 --cluster inline")
    said = user.type(f"plan {what} {PLACES} --why")
    assert "no earlier run" in said
    said = user.type(f"run {what} {PLACES} {how}")
    assert "skipped age_slices: the store has no age" in said
    assert "nothing has changed since run" in user.type(f"plan {what} {PLACES} --why" + flags(how))


def flags(how):
    return " --no-figures" if "--no-figures" in how else ""


def renewed(user, what, how):
    """One line moves store and results; before it, a plan on a copy tells what it will cost and why."""
    said = user.type("ingest dr17.yaml --from dr17 --store store --cluster inline", 2)
    assert "the store of another release" in said
    shutil.copytree(user.folder / "store", user.folder / "copy")
    said = user.type("ingest dr17.yaml --from dr17 --store copy --cluster inline --replace-release")
    assert "the store held dr16; it now holds dr17" in said
    plan = json.loads(user.type(f"plan {what} --store copy --out out --json" + flags(how)))
    told = {one["name"]: one for one in plan["products"]}
    assert told["feh_slices"]["reasons"][0] == "release changed: dr16 -> dr17"
    assert "feh_slices" in user.type(f"plan {what} --store copy --out out --why" + flags(how))
    line = f"regenerate {what} --release dr17.yaml --from dr17 {PLACES} {how}"
    said = user.type(line)
    assert "the store held dr16; it now holds dr17" in said
    assert f"{plan['states_computed']:,} states computed, {plan['states_reused']:,} states" in said
    assert "what moved: galdask diff out@before out" in said
    said = user.type(line)
    assert "the store holds these files already" in said
    assert "nothing has changed since run" in said


def compared(user, what, before, after):
    """Results are whole; the difference knows the stars of both releases, from the one store."""
    for place, code in (("store", 0), ("out", 0), ("out@before", 0), ("out@dr16", 0)):
        said = user.type(f"verify {place}", code)
        assert ("pass" if place == "store" else "the run is whole") in said
        assert "FAIL" not in said
    assert "dr16" in user.type("verify out@before")
    found = json.loads(user.type(f"diff out@before out --store store --pipeline {what} --json"))
    assert found["catalogue"]["rows"] == [before.rows, after.rows]
    assert found["catalogue"]["added"] - found["catalogue"]["lost"] == after.rows - before.rows
    assert {one["dataset"] for one in found["variables"]} >= {"feh_slices", "polar"}
    said = user.type("diff out@before out --to moved")
    assert "only in B: product" in said
    assert (user.folder / "moved" / "summary.txt").is_file()
    assert "no number differs" in user.type("diff out@dr17 out")


def explained(user, what, pictures):
    """Everything knows its command, which can be typed again."""
    regenerated = f"galdask regenerate {what} --release dr17.yaml --from dr17 {PLACES}"
    places = ["store", "out", "out/products/feh_slices.zarr", "out/cubes/polar.zarr"]
    places += ["out/figures/feh_slices.png", "out/figures/feh_slices.pdf"] if pictures else []
    for place in places:
        said = user.type(f"explain {place}")
        assert regenerated in said, said
        assert "dr17" in said
    assert "dr16" in user.type("explain out@before")
    said = user.type("explain store --rerun")
    assert said.startswith(regenerated)
    assert "nothing has changed" in user.type("explain store --rerun --yes")


def touched(user, what, how):
    """A file that was touched is read again, and nothing is made of it."""
    for path in (user.folder / "dr17").glob("*.fits"):
        os.utime(path)
    digest = open_store(user.folder / "store").partitions
    said = user.type(f"regenerate {what} --release dr17.yaml --from dr17 {PLACES} {how}")
    number = len(digest)
    assert f"{number} partitions ({number} reused), 0.0 MB written" in said
    assert "nothing has changed since run" in said
    assert open_store(user.folder / "store").partitions == digest


def edited(user, what):
    """A manifest that was changed by hand, a cube that lost a byte."""
    manifest = user.folder / "store" / "manifest.json"
    text = manifest.read_text()
    manifest.write_text(text.replace('"release":"dr17"', '"release":"dr16"'))
    for line in (f"plan {what} {PLACES}", "verify store", "explain store"):
        assert "the manifest is not as it was written" in user.type(line, 2)
    manifest.write_text(text)
    ledger = user.folder / "out" / "current" / "ledger.csv"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole[:-1])
    assert "ledger.csv: it is not as it was written" in user.type("verify out", 3)
    ledger.write_bytes(whole)


def forgotten(user, before):
    """What the earlier release left goes when it is told to, and then cannot be asked for."""
    said = user.type("gc store")
    assert f"manifest-dr16-{before.digest[:16]}.json" in said
    user.type("gc store --yes")
    user.type("gc out --yes")
    assert "nothing can go" in user.type("gc store")
    assert "there is no such run" in user.type("diff out@before out", 2)
    assert "FAIL" not in user.type("verify store")
    assert "the run is whole" in user.type("verify out")
