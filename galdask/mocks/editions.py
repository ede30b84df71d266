"""Write the mock of another release than DR17: its own files, the same true stars."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from galdask import events, publish
from galdask.errors import ConfigError
from galdask.mocks import allstar_old, astra, companions, fits, old_companions, order, spectra, truth
from galdask.mocks.layout import Column, layout
from galdask.mocks.observation import Observation, Survey
from galdask.mocks.release import MARK
from galdask.mocks.sample import LOGG
from galdask.mocks.streams import stream
from galdask.mocks.versions import VERSIONS, relabel, revise, select

#: release -> tables, as the blocks have them: name, file, layout, whether an empty table stands before it
TABLES: dict[str, tuple[tuple[str, str, str, bool], ...]] = {
    "dr14": (
        ("allstar", "allStar-l31c.2.fits", "dr14", False),
        ("distances", "apogee_distances-DR14.fits", "distances14", False),
        ("rc", "apogee-rc-DR14.fits", "rc", False),
    ),
    "dr16": (
        ("allstar", "allStar-r12-l33.fits", "dr16", False),
        ("astronn", "apogee_astroNN-DR16-v1.fits", "astronn", False),
        ("rc", "apogee-rc-DR16.fits", "rc", False),
    ),
    "dr19": (
        ("allstar", "astraAllStarASPCAP-0.6.0.fits", "dr19", True),
        ("starflow", "StarFlow_summary_v1_0_0.fits", "starflow", False),
        ("distances", "astraAllStarAstroNNdist-0.6.0.fits", "astronndist", True),
    ),
}
#: DR19: share of DR17's stars that SDSS-V saw again; spectra of new stars per row of DR17; their seed
AGAIN, NEW, OTHER_SEED = 0.10, 0.30, 0x5D55
#: the empty table of optical results before those of APOGEE
BOSS = (Column("sdss_id", "int64", 1, "", False), Column("spectrum_pk", "int64", 1, "", False))

Blocks = Iterator[tuple[tuple[np.ndarray, ...], Observation]]


def write_edition(
    directory: Path | str, release: str, stars: int, seed: int, listen: events.Listener = events.silent
) -> dict[str, Any]:
    """Write a mock of DR14, DR16 or DR19 in the layout of that release, with known truth.

    Its stars are those of the DR17 mock of the same number and seed: some of them in DR14 and DR16, all of
    them and new ones in DR19; `galdask.mocks.versions` says how their labels differ.

    Parameters
    ----------
    directory : path
        Folder of the files; made if missing.
    release : {"dr14", "dr16", "dr19"}
        Whose layout.
    stars : int
        Rows of the DR17 mock that this one belongs to.
    seed : int
        Seed of that mock, 0 <= seed < 2**32; same seed, same bytes.
    listen : callable
        Receives progress.

    Returns
    -------
    dict
        paths: name -> file, "truth" last; truth: what truth.json holds.

    Raises
    ------
    ConfigError
        If the release, the number or the seed cannot be.
    OutputError
        If the disk is full or the place cannot be written; nothing half-written is left.
    """
    if release not in TABLES:
        raise ConfigError("there is no mock of this release", expected=", ".join(TABLES), found=release)
    if not 1 <= stars <= 2**31 - 1:
        raise ConfigError("a mock cannot have this many stars", expected="1 to 2147483647", found=stars)
    if not 0 <= seed < 2**32:
        raise ConfigError("this seed cannot be used", expected="0 to 4294967295", found=seed)
    paths = {name: Path(directory) / file for name, file, _, _ in TABLES[release]}
    counts = {"rows": 0}

    def fill(handles: Sequence[BinaryIO]) -> None:
        tables = []
        for handle, (_, _, kind, second) in zip(handles, TABLES[release], strict=True):
            handle.write(fits.primary([MARK]))
            if second:
                handle.write(fits.table_header(BOSS, 0))
            tables.append(fits.TableWriter(handle, layout(kind), stars))
        for rows, seen in blocks(release, Survey(seed), stars):
            for table, part in zip(tables, rows, strict=True):
                table.write(part)
            _count(counts, seen)
            listen(events.Event("mock", counts["rows"], max(stars, counts["rows"]), "rows"))
        for table in tables:
            table.close()

    _together(list(paths.values()), fill)
    known = {
        "release": release,
        "seed": seed,
        "dr17_rows": stars,
        "relation_to_dr17": dataclasses.asdict(VERSIONS[release]),
        "model": truth.parameters(),
        "truths": truth.truths(),
        "written": counts,
    }
    paths["truth"] = Path(directory) / "truth.json"
    publish.write_json(paths["truth"], known)
    return {"paths": paths, "truth": known}


def _together(
    paths: list[Path], fill: Callable[[Sequence[BinaryIO]], None], open_: tuple[BinaryIO, ...] = ()
) -> None:
    """Write several files at once, each published by a rename when all are whole."""
    if not paths:
        fill(open_)
        return
    publish.write(paths[0], lambda handle: _together(paths[1:], fill, (*open_, handle)))


def blocks(release: str, survey: Survey, stars: int) -> Blocks:
    """Yield rows of the tables of a release, and the observations behind them, a cell of stars at a time."""
    if release == "dr19":
        yield from _later(survey, stars)
        return
    main, second, clump = (layout(kind) for _, _, kind, _ in TABLES[release])
    version, fields = VERSIONS[release], survey.fields
    for cell in order.cells(fields, stars, survey.seed):
        seen = revise(survey.observe(cell), version, fields, survey.seed, cell.number)
        if not seen.size:
            continue
        rng = stream(survey.seed, "versions", cell.number << 8 | (version.number + 100))
        if release == "dr14":
            companion = old_companions.distance_rows(second, seen, rng)
        else:
            companion = companions.astronn_rows(second, fields, seen, rng)
        clumps = old_companions.clump_rows(clump, fields, seen, rng)
        yield (allstar_old.rows(release, main, fields, seen), companion, clumps), seen


def _later(survey: Survey, stars: int) -> Blocks:
    """Yield DR19: spectra of DR17 analysed anew, some of its stars seen again, stars of SDSS-V alone."""
    fields, seed, version = survey.fields, survey.seed, VERSIONS["dr19"]
    spectrum = 1
    for cell in order.cells(fields, stars, seed):
        seen = revise(survey.observe(cell), version, fields, seed, cell.number)
        rng = stream(seed, "versions", cell.number << 8 | (version.number + 100))
        best = (seen.flag["extratarg"] & 16 == 0) & np.isfinite(seen.star["ra"])
        again = select(seen, np.flatnonzero(best & (rng.random(seen.size) < AGAIN)))
        relabel(rng, again.star, again.label, again.row["snr"], dataclasses.replace(version, kept=0.0))
        first = astra.FIRST_ID + cell.number * order.CELL
        for part, name in ((seen, "dr17"), (again, "sdss5")):
            if part.size:
                yield _astra(survey, part, astra.Origin(name, first, spectrum, True), rng), part
                spectrum += part.size
    other = Survey((seed ^ OTHER_SEED) & 0xFFFFFFFF)
    for cell in order.cells(fields, max(1, round(NEW * stars)), other.seed):
        seen = revise(other.observe(cell), version, fields, other.seed, cell.number)
        seen = select(seen, np.flatnonzero(np.isfinite(seen.star["ra"])))
        if not seen.size:
            continue
        seen.flag["extratarg"][:] = 0
        rng = stream(other.seed, "versions", cell.number << 8 | (version.number + 100))
        origin = astra.Origin("sdss5", astra.FIRST_NEW + cell.number * order.CELL, spectrum, False)
        yield _astra(other, seen, origin, rng), seen
        spectrum += seen.size


def _astra(
    survey: Survey, seen: Observation, origin: astra.Origin, rng: np.random.Generator
) -> tuple[np.ndarray, ...]:
    main = astra.rows(layout("dr19"), survey.fields, seen, origin)
    ages = astra.age_rows(layout("starflow"), seen, origin)
    return main, ages, astra.distance_rows(layout("astronndist"), main, seen, rng)


def _count(counts: dict[str, int], seen: Observation) -> None:
    extra, flag, label = seen.flag["extratarg"], seen.flag["aspcapflag"], seen.label
    bad = np.int64(1 << spectra.ASPCAP_BITS["SN_BAD"])
    good = ~seen.flag["blank"] & (flag & bad == 0)
    for name, which in (
        ("rows", np.ones(seen.size, dtype=bool)),
        ("main_survey", extra == 0),
        ("duplicates", extra & 16 != 0),
        ("good", good),
        ("giants", good & (extra == 0) & (label["logg"] >= LOGG[0]) & (label["logg"] <= LOGG[1])),
    ):
        counts[name] = counts.get(name, 0) + int(np.count_nonzero(which))
