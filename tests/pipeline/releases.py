"""Releases as they come: the mock with a few rows or columns changed, and runs that are foretold."""

import shutil

import numpy as np
import yaml
from astropy.io import fits

import galdask
from galdask import foresight, pipeline

#: tables of the mock release, and those that join row by row
MAIN, AGES = "allStarLite-dr17-synspec_rev1.fits", "APOGEE_DistMass-DR17_v1.6.1.fits"
NETWORK = "apogee_astroNN-DR17.fits"
#: products without ages and with them
FEW = ("feh_slices", "age_slices")


def release(old, new, change=None, ages=None, network=None):
    """Write a release that differs from `old` by `change(rows)` of the main table and so on.

    Each gets the structured array of all rows and return that of the new table.
    """
    shutil.copytree(old, new)
    for name, edit in ((MAIN, change), (AGES, ages), (NETWORK, network)):
        if edit is not None:
            with fits.open(old / name) as file:
                head, rows = file[1].header, np.array(file[1].data)
                table = fits.BinTableHDU(edit(rows.copy()), header=head)
                fits.HDUList([file[0].copy(), table]).writeto(new / name, overwrite=True)
    return new


def ingest(source, store):
    return galdask.ingest("dr17", source, store, cluster="inline")


def foretold(store, out, what="two_disks", only=FEW):
    """Run, and hold the run to what was foretold; return the forecast and what the run did."""
    before = foresight.forecast(what, store, out, cluster="inline", only=only, figures=False)
    done = pipeline.run(what, store, out, cluster="inline", only=only, figures=False)
    assert before.run == done.run
    assert before.unchanged == done.unchanged
    if not done.unchanged:
        assert before.states_computed == done.states_computed
        assert before.states_reused == done.states_reused
        assert before.tables_reused == done.tables_reused
        assert len(before.partitions_read) == done.partitions_read
    return before, done


def fates(forecast):
    return {one.name: one.fate for one in forecast.products}


def reasons(forecast):
    return {one.name: one.reasons for one in forecast.products}


def variant(path, change, of="two_disks"):
    """Write a shipped pipeline after `change(mapping)`."""
    content = yaml.safe_load(pipeline.pipeline_path(of).read_text())
    change(content)
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path
