"""Write a mock of the migration model: stars drawn from it, observed through a small survey, with errors."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from galdask import events, publish
from galdask.errors import ConfigError
from galdask.migration.model.choices import Choices, choices_of
from galdask.migration.model.parameters import TABLE_1, Parameters, parameters_of
from galdask.migration.survey.dust import ExponentialDust
from galdask.migration.survey.fields import Fields
from galdask.migration.survey.noise import Noise
from galdask.migration.survey.observed import Sample, observe_stars
from galdask.migration.survey.selection import select
from galdask.migration.survey.sky import Sun
from galdask.migration.survey.toy import toy_survey
from galdask.migration.survey.tracer import Tracer

#: names of the files
FILES = {
    "stars": "migration_stars.fits",
    "true": "migration_true.fits",
    "fields": "fields.csv",
    "release": "migration_mock.yaml",
    "truth": "truth.json",
}
#: observed quantity -> unit; the columns of the table of stars after its id
COLUMNS = {
    "glon": "deg", "glat": "deg", "distance": "kpc", "age": "Gyr", "fe_h": "dex", "rv": "km/s",
    "pml": "mas/yr", "pmb": "mas/yr", "rv_err": "km/s", "pml_err": "mas/yr", "pmb_err": "mas/yr",
}  # fmt: skip
#: most stars of a mock
MOST = 10_000_000


def write_migration(
    directory: Path | str,
    stars: int,
    seed: int,
    parameters: Mapping[str, Any] | Parameters = TABLE_1,
    choices: Mapping[str, Any] | Choices | None = None,
    listen: events.Listener = events.silent,
) -> dict[str, Any]:
    """Write a mock of the migration model with known truth.

    Parameters
    ----------
    directory : path
        Folder of the files; made if missing.
    stars : int
        Observed stars.
    seed : int
        Same seed, same stars, and more stars only add some; 0 <= seed < 2**32.
    parameters : mapping or Parameters
        The truth; the paper's Table 1 by default.
    choices : mapping or Choices, optional
        How the model is read.
    listen : callable
        Receives progress.

    Returns
    -------
    dict
        paths: name -> file (`FILES`: the stars, their true values, the survey's fields, the release file for
        `galdask ingest`, the truth); truth: what truth.json holds.

    Raises
    ------
    ConfigError
        If the number, the seed, a parameter or a choice cannot be.
    OutputError
        If the disk is full or the place cannot be written.
    """
    if not 1 <= stars <= MOST or not 0 <= seed < 2**32:
        raise ConfigError(
            "this mock cannot be made",
            expected=f"1 to {MOST} stars, a seed of 0 to 4294967295",
            found=f"{stars} stars, seed {seed}",
        )
    p, chosen = parameters_of(parameters), choices_of(choices)
    fields, noise, tracer, sun = toy_survey(), Noise(), Tracer(), Sun(r=p.R0)
    dust = ExponentialDust(sun=sun)
    sample = observe_stars(
        p, select(fields, tracer, dust), stars, seed, noise=noise, tracer=tracer, sun=sun, choices=chosen,
        seen_so_far=lambda found: listen(events.Event("mock", min(found, stars), stars, "stars")),
    )  # fmt: skip
    paths = {name: Path(directory) / file for name, file in FILES.items()}
    _write_table(paths["stars"], _observed(sample))
    _write_table(paths["true"], _true(sample))
    publish.write_text(paths["fields"], _fields_text(fields))
    publish.write_text(paths["release"], _release_text())
    truth = {
        "mock": "migration",
        "seed": seed,
        "stars": stars,
        "parameters": dict(p),
        "choices": chosen.settings(),
        "noise": dataclasses.asdict(noise),
        "tracer": dataclasses.asdict(tracer),
        "sun": dataclasses.asdict(sun),
        "dust": {"a_k_per_kpc": dust.a_k_per_kpc, "length": dust.length, "height": dust.height},
        "log_survey_volume": sample.log_volume,
    }
    publish.write_json(paths["truth"], truth)
    return {"paths": paths, "truth": truth}


def _names(sample: Sample) -> np.ndarray:
    return np.char.add("mock-", np.char.zfill(sample.stars.key.astype(str), 11)).astype("S16")


def _observed(sample: Sample) -> dict[str, tuple[np.ndarray, str]]:
    s = sample.stars
    values = (
        np.degrees(s.l), np.degrees(s.b), s.distance, s.age, s.fe_h, s.vlos, s.pml, s.pmb, s.vlos_err,
        s.pml_err, s.pmb_err,
    )  # fmt: skip
    columns = {name: (value, unit) for (name, unit), value in zip(COLUMNS.items(), values, strict=True)}
    return {"star_id": (_names(sample), ""), **columns}


def _true(sample: Sample) -> dict[str, tuple[np.ndarray, str]]:
    action = "kpc km/s"
    units = {"lz0": action, "tau": "Gyr", "fe_h": "dex", "lz": action, "jr": action, "z": "kpc"}
    columns = {name: (getattr(sample.true, name), unit) for name, unit in units.items()}
    return {"star_id": (_names(sample), ""), **columns, "distance": (sample.true_distance, "kpc")}


def _write_table(path: Path, columns: Mapping[str, tuple[np.ndarray, str]]) -> None:
    from astropy.io import fits

    first = fits.PrimaryHDU()
    first.header["MOCK"] = (True, "made stars with known truth")
    made = [
        fits.Column(name, "16A" if name == "star_id" else "D", unit=unit or None, array=values)
        for name, (values, unit) in columns.items()
    ]
    table = fits.HDUList([first, fits.BinTableHDU.from_columns(made)])
    publish.write(path, lambda handle: table.writeto(handle))


def _fields_text(fields: Fields) -> str:
    rows = ["name,l,b,radius,fraction,h_min,h_max"]
    for k, name in enumerate(fields.name):
        angles = (np.degrees(getattr(fields, a)[k]) for a in ("l", "b", "radius"))
        others = (getattr(fields, a)[k] for a in ("fraction", "h_min", "h_max"))
        rows.append(",".join([name, *(f"{float(v):.10g}" for v in (*angles, *others))]))
    return "\n".join(rows) + "\n"


def _release_text() -> str:
    lines = [
        "# A mock of the migration model: no star here is real",
        "galdask_release: 1",
        "name: migration_mock",
        "title: Mock of the migration model",
        "reference: drawn from the model of Frankel et al. 2020, ApJ 896, 15",
        "star_id: star_id",
        "tables:",
        f"  stars: {{file: {FILES['stars']}, format: fits, hdu: 1}}",
        "columns:",
        "  star_id: {column: star_id, type: string}",
        *(f"  {name}: {{column: {name}, unit: {unit}, type: float64}}" for name, unit in COLUMNS.items()),
    ]
    return "\n".join(lines) + "\n"
