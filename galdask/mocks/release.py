"""Write a mock DR17 release: three row-matched FITS files and the truth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from galdask import events, publish
from galdask.errors import ConfigError
from galdask.mocks import allstar, companions, fits, order, spectra, truth
from galdask.mocks.abundances import GRIDS
from galdask.mocks.elements import ELEMENTS
from galdask.mocks.footprint import Footprint
from galdask.mocks.identifiers import padded
from galdask.mocks.layout import Column, blank, layout
from galdask.mocks.observation import Observation, Survey
from galdask.mocks.sample import LOGG
from galdask.mocks.streams import stream

#: names of the files
FILES = {
    "full": "allStar-dr17-synspec_rev1.fits",
    "lite": "allStarLite-dr17-synspec_rev1.fits",
    "distmass": "APOGEE_DistMass-DR17_v1.6.1.fits",
    "astronn": "apogee_astroNN-DR17.fits",
    "truth": "truth.json",
}
#: card of every file's first header; ingest finds it, and reports warn that no star is real
MARK = ("MOCK", True, "made stars with known truth")
#: cells of stars whose rows are written at once
CELLS_AT_ONCE = 2
#: pixels of the three detectors, first and one past the last, on the survey's grid in log wavelength
PIXELS = ((246, 3274), (3585, 6080), (6344, 8335))
#: order of PARAM
PARAMETERS = ("TEFF", "LOGG", "LOGVMICRO", "M_H", "C_M", "N_M", "ALPHA_M", "LGVSINI", "PARAM_O")

Block = tuple[np.ndarray, np.ndarray, np.ndarray]


def write_dr17(
    directory: Path | str,
    stars: int,
    seed: int,
    layout: str = "full",
    listen: events.Listener = events.silent,
    cells_at_once: int = CELLS_AT_ONCE,
) -> dict[str, Any]:
    """Write a mock of the last APOGEE release in the survey's own layout, with known truth.

    The files are made in one pass in the survey's order (RA, DEC, FIELD), a few thousand rows at a time.
    Memory does not grow with the number of stars: the model's tables (30 MB) and the rows of `cells_at_once`
    cells of 2,048 stars (50 MB a cell while it is filled, full layout); about 220 MB for the whole process.

    Parameters
    ----------
    directory : path
        Folder of the files; made if missing.
    stars : int
        Rows of the tables: spectra, of which about one in ten repeats a star.
    seed : int
        Same seed, same bytes (at equal numpy and processor level); 0 <= seed < 2**32.
    layout : {"full", "lite"}
        All 234 columns, or the 191 of allStarLite.
    listen : callable
        Receives progress.
    cells_at_once : int
        Cells of stars written at once; changes no byte.

    Returns
    -------
    dict
        paths: name -> file ("allstar", "distmass", "astronn", "truth"); truth: what truth.json holds.

    Raises
    ------
    ConfigError
        If the number, the seed or the layout cannot be.
    OutputError
        If the disk is full or the place cannot be written; nothing half-written is left.
    """
    _check(stars, seed, layout)
    folder = Path(directory)
    paths = {"allstar": folder / FILES[layout], "distmass": folder / FILES["distmass"]}
    paths |= {"astronn": folder / FILES["astronn"], "truth": folder / FILES["truth"]}
    writer = _Writer(Survey(seed), stars, layout == "lite", cells_at_once, listen)

    def all_files(main: BinaryIO) -> None:
        def two_files(ages: BinaryIO) -> None:
            publish.write(paths["astronn"], lambda networks: writer.write(main, ages, networks))

        publish.write(paths["distmass"], two_files)

    publish.write(paths["allstar"], all_files)
    known = {
        "release": "dr17",
        "layout": layout,
        "seed": seed,
        "model": truth.parameters(),
        "truths": truth.truths(),
        "written": writer.counts,
    }
    publish.write_json(paths["truth"], known)
    return {"paths": paths, "truth": known}


def _check(stars: int, seed: int, layout: str) -> None:
    if layout not in ("full", "lite"):
        raise ConfigError("unknown layout of a mock", expected="full or lite", found=layout)
    if not 1 <= stars <= 2**31 - 1:
        raise ConfigError("a mock cannot have this many stars", expected="1 to 2147483647", found=stars)
    if not 0 <= seed < 2**32:
        raise ConfigError("this seed cannot be used", expected="0 to 4294967295", found=seed)


def blocks(
    survey: Survey, stars: int, lite: bool, cells_at_once: int
) -> Iterator[tuple[Block, list[Observation]]]:
    """Yield rows of the three tables, and the observations behind them, in the survey's order."""
    columns = layout("dr17", lite), layout("distmass"), layout("astronn")
    first = 0
    waiting: list[tuple[Block, Observation]] = []
    for cell in order.cells(survey.fields, stars, survey.seed):
        seen = survey.observe(cell)
        rng = stream(survey.seed, "companions", cell.number)
        rows = (
            allstar.rows(columns[0], survey.fields, seen, first),
            companions.distmass_rows(columns[1], survey.fields, seen),
            companions.astronn_rows(columns[2], survey.fields, seen, rng),
        )
        first += seen.size
        waiting.append((rows, seen))
        if len(waiting) == cells_at_once:
            yield _together(waiting)
            waiting = []
    if waiting:
        yield _together(waiting)


def _together(waiting: list[tuple[Block, Observation]]) -> tuple[Block, list[Observation]]:
    seen = [observation for _, observation in waiting]
    if len(waiting) == 1:
        return waiting[0][0], seen
    tables = []
    for k in range(3):
        parts = [rows[k] for rows, _ in waiting]
        # numpy's concatenate would turn the bytes of structured rows into native order
        tables.append(np.empty(sum(part.size for part in parts), dtype=parts[0].dtype))
        np.concatenate([part.view(np.uint8) for part in parts], out=tables[-1].view(np.uint8))
    return (tables[0], tables[1], tables[2]), seen


class _Writer:
    """The three files while they are written, and what is counted on the way."""

    def __init__(self, survey: Survey, stars: int, lite: bool, cells_at_once: int, listen: events.Listener):
        self.survey, self.stars, self.lite = survey, stars, lite
        self._cells_at_once, self._listen = cells_at_once, listen
        self.counts: dict[str, int] = {}
        self._above = np.zeros(360, dtype=np.int64)

    def write(self, main: BinaryIO, ages: BinaryIO, networks: BinaryIO) -> None:
        """Write everything."""
        main.write(fits.primary([("VERSION", "dr17", "version of the reduction"), MARK]))
        ages.write(fits.primary([MARK]))
        networks.write(fits.primary([MARK]))
        columns = layout("dr17", self.lite), layout("distmass"), layout("astronn")
        tables = [
            fits.TableWriter(handle, layout_, self.stars)
            for handle, layout_ in zip((main, ages, networks), columns, strict=True)
        ]
        done = 0
        for rows, seen in blocks(self.survey, self.stars, self.lite, self._cells_at_once):
            for table, part in zip(tables, rows, strict=True):
                table.write(part)
            for observation in seen:
                self._count(observation)
            self._above += np.searchsorted(rows[0]["RA"], np.arange(360), side="right")
            done += rows[0].size
            self._listen(events.Event("mock", done, self.stars, "rows"))
        for table in tables:
            table.close()
        if not self.lite:
            self._above[0] = 0
            main.write(fits.image(self._above))
            main.write(_symbols())
            main.write(_fields(self.survey.fields))

    def _count(self, seen: Observation) -> None:
        extra, flag, label = seen.flag["extratarg"], seen.flag["aspcapflag"], seen.label
        main = (extra == 0) & (flag & (1 << spectra.ASPCAP_BITS["SN_BAD"]) == 0) & ~seen.flag["blank"]
        sample = main & (label["logg"] >= LOGG[0]) & (label["logg"] <= LOGG[1])
        sample &= ~seen.flag["fe_bad"] & ~seen.flag["mg_bad"] & np.isfinite(seen.vac["distance"])
        with_age = sample & seen.vac["has_age"] & ~seen.vac["outside"]
        for name, which in (
            ("rows", np.ones(seen.size, dtype=bool)),
            ("stars", (extra & 16) == 0),
            ("main_survey", extra == 0),
            ("duplicates", (extra & 16) != 0),
            ("telluric", (extra & 4) != 0),
            ("star_bad", (flag & (1 << spectra.ASPCAP_BITS["STAR_BAD"])) != 0),
            ("sn_bad", (flag & (1 << spectra.ASPCAP_BITS["SN_BAD"])) != 0),
            ("without_gaia", seen.gaia["SOURCE_ID"] == 0),
            ("with_any_age", seen.vac["has_age"]),
            ("two_disks_sample", sample),
            ("two_disks_sample_with_age", with_age),
        ):
            self.counts[name] = self.counts.get(name, 0) + int(np.count_nonzero(which))


def _symbols() -> bytes:
    """Return HDU 3: wavelengths, and the symbols of parameters, elements and grids."""
    columns = (
        Column("WAVE", "float32", 7514, "Angstrom", False),
        Column("PARAM_SYMBOL", "char", 9 * len(PARAMETERS), "", False),
        Column("ELEM_SYMBOL", "char", 4 * len(ELEMENTS), "", False),
        Column("ELEM_VALUE", "char", 6 * len(ELEMENTS), "", False),
        Column("ELEMTOH", "int32", len(ELEMENTS), "", False),
        Column("GRIDS", "char", 8 * len(GRIDS), "", False),
    )
    row = blank(columns, 1)
    pixel = np.concatenate([np.arange(*pixels) for pixels in PIXELS])
    row["WAVE"] = 10.0 ** (4.179 + 6e-6 * pixel)
    row["PARAM_SYMBOL"] = "".join(name.ljust(9) for name in PARAMETERS).encode()
    row["ELEM_SYMBOL"] = "".join(name.ljust(4) for name in ELEMENTS).encode()
    row["ELEM_VALUE"] = "".join(f"[{name}/M]"[:6].ljust(6) for name in ELEMENTS).encode()
    row["ELEMTOH"] = 0
    row["GRIDS"] = "".join(name.ljust(8) for name in GRIDS).encode()
    return fits.table(columns, row)


def _fields(fields: Footprint) -> bytes:
    """Return HDU 4: one row a field and programme."""
    columns = (
        Column("TELESCOPE", "char", 6, "", False),
        Column("FIELD", "char", 20, "", False),
        Column("APOGEE_VERS", "char", 8, "", False),
    )
    names = allstar.field_names(fields)
    rows = blank(columns, names.size)
    rows["FIELD"] = names.ravel()
    rows["TELESCOPE"] = padded(allstar.TELESCOPE_NAMES, 6)[np.tile(fields.telescope, names.shape[0])]
    rows["APOGEE_VERS"] = padded(["dr17"], 8)
    return fits.table(columns, rows)
