"""A mock release and the same with a known change: a corner of the disk, ten stars new, five gone."""

from dataclasses import dataclass

import numpy as np

import galdask
from galdask import pipeline

#: products that are made
ONLY = ["cubes/xyz", "radial_gradients", "global_maps"]
SHIFT = 0.05


@dataclass(frozen=True)
class Change:
    """What was done to the release."""

    corner: np.ndarray  # keys of stars whose [Fe/H] is higher
    lost: np.ndarray
    new: int
    sample: dict  # columns of the main sample before, by name


def in_corner(x, y):
    """Whole cells of the map."""
    return (x < -9.5) & (y > 1.0)


def changed_release(store, source, folder):
    """Write the changed release, and return what was done."""
    stars = galdask.sample(store, "two_disks", "main", ["star_key", "x", "y", "fe_h"]).compute()
    stars = stars.reset_index()
    row = stars.columns[0]
    corner = stars[in_corner(stars.x, stars.y)]
    rest = stars[~in_corner(stars.x, stars.y)]
    gone, copied = rest.iloc[50:100:10], rest.iloc[100:200:10]
    assert (len(gone), len(copied)) == (5, 10)
    folder.mkdir()
    for path in source.glob("*.fits"):  # row i of each belongs to row i of the others
        _edit(path, folder / path.name, corner[row].values, gone[row].values, copied[row].values)
    return Change(corner.star_key.values, gone.star_key.values, len(copied), stars)


def _edit(source, target, corner, gone, copied):
    from astropy.io import fits

    with fits.open(source) as file:
        table = np.array(file[1].data)
        more = table[copied].copy()
        for k, one in enumerate(more):
            one["APOGEE_ID"] = f"2M99{k:02d}5959+595959{k % 10}"
        if source.name.startswith("allStar"):
            table["FE_H"][corner] += SHIFT
        file[1].data = fits.FITS_rec.from_columns(
            fits.ColDefs(file[1].columns), nrows=len(table) - len(gone) + len(more)
        )
        whole = np.concatenate([np.delete(table, gone), more])
        for name in table.dtype.names:
            file[1].data[name] = whole[name]
        file.writeto(target)


def run(store, out):
    pipeline.run("two_disks", store, out, cluster="inline", only=ONLY, figures=False)
    return out
