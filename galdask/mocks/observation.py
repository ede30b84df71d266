"""From true stars to what the survey lists: every spectrum of a cell with all that was measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from galdask.mocks import astrometry, distmass, elements, photometry, spectra, targeting
from galdask.mocks import stars as true_stars
from galdask.mocks.footprint import Footprint, footprint
from galdask.mocks.identifiers import apogee_id
from galdask.mocks.order import Cell
from galdask.mocks.selection import Selection
from galdask.mocks.stars import ONE_METRE, Arrays
from galdask.mocks.streams import stream

#: S/N of a second spectrum in units of the best one
SECOND_BEST = (0.30, 0.92)
#: declinations that both telescopes see, deg
BOTH_SEE = (-30.0, 15.0)


@dataclass(frozen=True, slots=True)
class Observation:
    """Arrays of one value (or one vector) a spectrum."""

    star: Arrays
    """The truth: as `stars.draw` and `stars.draw_motion` return it."""
    light: Arrays
    """Photometry, as `photometry.photometry` returns it."""
    gaia: Arrays
    """Gaia columns, as `astrometry.astrometry` returns them."""
    label: Arrays
    """Labels before any is blanked, as `spectra.labels` returns them; x_h, x_h_err, rv, rv_err, visits."""
    flag: Arrays
    """As `spectra.flags` returns it; elemflag; extratarg; starflag."""
    vac: Arrays
    """distance, distance_err (kpc), outside (bool), has_age (bool), log_age and the DistMass age columns."""
    row: Arrays
    """index of the star in its cell, turn (0, 1, 2 of a star's spectra), telescope, apogee_id, snr, and plan
    (`targeting.number`)."""

    @property
    def size(self) -> int:
        """Number of spectra."""
        return self.row["snr"].size


class Survey:
    """The mock survey of one seed.

    Parameters
    ----------
    seed : int
        Seed of the mock.
    """

    def __init__(self, seed: int):
        self.seed = seed
        self.fields: Footprint = footprint()
        self.selection = Selection(self.fields)

    def observe(self, cell: Cell) -> Observation:
        """Return the spectra of a cell of stars; the same whenever it is called."""
        rng = stream(self.seed, "stars", cell.number)
        ra, dec = np.nan_to_num(cell.ra), np.nan_to_num(cell.dec)
        star = true_stars.draw(rng, self.fields, self.selection, cell.field, ra, dec)
        star |= true_stars.draw_motion(rng, star)
        star["ra"], star["dec"] = cell.ra, cell.dec
        _make_vesta(star)
        light = photometry.photometry(rng, star, self.selection.a_k[cell.field, -1])
        light["has_gaia"] &= np.isfinite(cell.ra)
        gaia = astrometry.astrometry(rng, star, star, light)
        best = spectra.signal_to_noise(rng, star)
        names = apogee_id(cell.ra, cell.dec)

        index = np.repeat(np.arange(cell.ra.size), cell.repeats)
        turn = np.arange(index.size) - np.repeat(np.cumsum(cell.repeats) - cell.repeats, cell.repeats)
        row = {"index": index, "turn": turn, "apogee_id": names[index]}
        star, light, gaia = ({k: v[index] for k, v in part.items()} for part in (star, light, gaia))
        return self._spectra(
            stream(self.seed, "spectra", cell.number), row, best[index], cell, (star, light, gaia)
        )

    def _spectra(
        self,
        rng: np.random.Generator,
        row: Arrays,
        best: np.ndarray,
        cell: Cell,
        known: tuple[Arrays, Arrays, Arrays],
    ) -> Observation:
        """Measure every spectrum by itself."""
        star, light, gaia = known
        size = best.size
        repeats = cell.repeats[row["index"]]
        u = rng.random((3, size))
        # which of a star's spectra is the best one is the same number for all of them
        lucky = (np.floor(np.abs(star["ra"] if size else best) * 1e5) % repeats) == row["turn"]
        primary = lucky | ~np.isfinite(star["ra"])
        low, high = SECOND_BEST
        snr = np.where(primary, best, best * (low + (high - low) * u[0])).astype(np.float32)
        row["snr"] = snr
        label, flag = spectra.labels(rng, star, snr), spectra.flags(rng, star, snr)
        label["x_h"], label["x_h_err"] = elements.over_hydrogen(rng, star, label)
        error = spectra.errors(star, snr)["rv"]
        label["rv"], label["rv_err"] = star["rv"] + error * rng.standard_normal(size), error
        label["visits"] = 1 + (u[1] * np.array([3, 6, 12])[star["cohort"]]).astype(np.int32)
        label["scatter"] = np.where(u[2] < 0.88, 0.09, 1.5) * -np.log(u[2]) * (label["visits"] > 1)
        flag["elemflag"] = elements.elemflag(size, flag["fe_bad"], flag["mg_bad"])
        flag["starflag"] = _starflag(rng, star, snr)
        field, fields = star["field"], self.fields
        plan = targeting.number(fields.survey[field], fields.kind[field], star["target"], star["cohort"])
        second = np.int32(1 << targeting.EXTRATARG["DUPLICATE"])
        flag["extratarg"] = targeting.targeting().extratarg[plan] | np.where(primary, np.int32(0), second)
        row["plan"], row["telescope"] = plan, self._telescope(star, row["turn"])
        return Observation(star, light, gaia, label, flag, _catalogue(rng, star, label, flag), row)

    def _telescope(self, star: Arrays, turn: np.ndarray) -> np.ndarray:
        """Return 0 (apo25m), 1 (lco25m) or 2 (apo1m); a second spectrum may come from the other side."""
        usual = self.fields.telescope[star["field"]]
        both = (turn == 1) & (star["dec"] > BOTH_SEE[0]) & (star["dec"] < BOTH_SEE[1])
        return np.where(star["target"] == ONE_METRE, 2, np.where(both, 1 - usual, usual))


def _catalogue(rng: np.random.Generator, star: Arrays, label: Arrays, flag: Arrays) -> Arrays:
    """Draw what the distance and age catalogue says of each spectrum."""
    distance, error = distmass.distances(rng, star)
    seen = {k: np.where(flag["blank"], np.float32(np.nan), label[k]) for k in ("teff", "logg", "m_h", "fe_h")}
    outside = distmass.is_outside(rng, seen["teff"], seen["logg"], seen["m_h"], seen["fe_h"])
    log_age = distmass.log_age(rng, star["age"], outside)
    unseen = flag["blank"] | ~np.isfinite(star["ra"])
    return {
        "distance": np.where(unseen, np.nan, distance),
        "distance_err": np.where(unseen, np.nan, error),
        "outside": outside,
        "has_age": ~unseen & (seen["logg"] < distmass.EVOLVED),
        "log_age": log_age,
        **distmass.ages(rng, log_age),
    }


def _starflag(rng: np.random.Generator, star: Arrays, snr: np.ndarray) -> np.ndarray:
    """Draw STARFLAG, int64: persistence, bright neighbours, low S/N, broad lines, bad velocities."""
    u = rng.random((2, snr.size))
    flag = np.where(u[0] < 0.10, 1 << 9, np.where(u[0] < 0.14, 1 << 10, 0)).astype(np.int64)
    flag |= np.where((u[1] > 0.95), 1 << 2, 0)
    flag |= np.where(snr < 5.0, 1 << 4, 0)
    flag |= np.where((star["teff"] > 7000.0) & (u[1] < 0.9), 1 << 17, 0)
    return flag | np.where(u[1] < 0.003, 1 << 18, 0)


def _make_vesta(star: Arrays) -> None:
    """Give the spectrum without a place on the sky the labels of the Sun."""
    here = ~np.isfinite(star["ra"])
    if here.any():
        sun = {"teff": 5772.0, "logg": 4.438, "fe_h": 0.0, "mg_fe": 0.0, "mass": 1.0, "age": 4.6, "a_k": 0.0}
        for name, value in {**sun, "h_mag": 5.0, "g_mag": 6.5, "target": ONE_METRE, "clump": False}.items():
            star[name][here] = value
        for name in ("x", "y", "z", "r"):
            star[name][here] = np.nan
