"""Real stars: the inner Galaxy turns as published; a store made from a file gives the same block."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from galdask import config
from galdask.catalog.ingest import ingest
from galdask.catalog.release import load_release
from galdask.catalog.store import open_store, read_partition
from galdask.stars import Frame, Recipe, galactocentric

REAL = Path(__file__).parents[3] / "shared" / "data" / "real"
INNER = REAL / "APOGEE_all_feh8_SNRc_tagged.txt"


@pytest.mark.skipif(not INNER.exists(), reason=f"{INNER.name} is not here")
def test_rotation_of_the_inner_galaxy():
    l, b, distance, pml, pmb, rv = np.loadtxt(INNER, skiprows=1, usecols=(0, 1, 2, 4, 6, 9)).T  # noqa: E741
    # the Sun's place and velocity of astropy's current values, at the file's distance to the centre
    frame = Frame(
        "inner", 8.178, 0.0208, (12.9, 245.6, 7.78), 266.4051, -28.936175, 0.0, True, "toward_rotation"
    )
    stars = galactocentric(frame, l=l, b=b, distance=distance, pml=pml, pmb=pmb, rv=rv)
    assert len(l) == 18271
    assert np.isfinite(stars["lz"]).all()
    for radius, published in enumerate([40, 72, 114, 154, 182]):
        inside = (stars["r"] >= radius) & (stars["r"] < radius + 1)
        assert np.median(stars["vphi"][inside]) == pytest.approx(published, abs=2.0)


class Here:
    """Runs the tasks of an ingest one after the other."""

    workers = 1

    def run(self, function, tasks, *, step, labels=None, shared=None, **more):
        for index, task in enumerate(tasks):
            yield index, function(shared, task)


RELEASE = """
galdask_release: 1
name: mine
title: Five stars
reference: none
star_id: star_id
tables:
  main: {file: stars.csv, format: csv}
columns:
  star_id: {column: id, type: string}
  ra: {column: ra, unit: deg}
  dec: {column: dec, unit: deg}
  distance: {column: dist, unit: pc, missing: [-999.0]}
  fe_h: {column: feh, unit: dex}
  flags: {column: flags, type: int32, missing: [-1]}
masks:
  flags: {BAD: 1}
"""
STARS = """id,ra,dec,dist,feh,flags
a,10.0,5.0,1000.0,-0.1,0
b,20.0,5.0,-999.0,-0.2,0
c,30.0,5.0,2000.0,-0.3,2
d,40.0,5.0,3000.0,,4
e,50.0,5.0,4000.0,0.3,-1
"""
PIPELINE = """
frame: {name: m, r_sun: 8.3, z_sun: 0.027, v_sun: [11.1, 232.24, 7.25], galcen_ra: 266.4051,
        galcen_dec: -28.936175, roll: 0.0, tilt: true, theta: toward_rotation}
position: {sky: {ra: ra, dec: dec}, distance: distance}
quantities:
  fe_h: {column: fe_h, unit: dex}
cuts:
  good: {mask: flags, clear: [BAD]}
  placed: {finite: r}
samples:
  main: {cuts: [good, placed]}
"""


def test_from_a_file_to_a_block(tmp_path):
    (tmp_path / "release.yaml").write_text(RELEASE)
    (tmp_path / "stars.csv").write_text(STARS)
    ingest(load_release(tmp_path / "release.yaml"), tmp_path, tmp_path / "store", executor=Here())
    store = open_store(tmp_path / "store")
    made = Recipe.from_section(config.parse(PIPELINE, "pipe.yaml"), store)
    block = made.derive(read_partition(store.part(0, made.columns_read)))
    np.testing.assert_array_equal(block.fates["main"], [0, 2, 1, 0, 1])
    np.testing.assert_array_equal(block.missing["main"], [0, 1, 1])
    view = block.view("main")
    np.testing.assert_array_equal(view["fe_h"], np.array([-0.1, np.nan], dtype=np.float32))
    expected = galactocentric(made.frame, ra=[10.0, 40.0], dec=[5.0, 5.0], distance=[1.0, 3.0])
    np.testing.assert_allclose(view["theta"], expected["theta"], rtol=1e-13)
