"""Stars as a HATS catalogue: Parquet files by HEALPix pixel, for lsdb to open and to cross-match with.

The layout is that of the Hierarchical Adaptive Tiling Scheme (IVOA note, 2025). Pixels and the metadata files
are made with the `hats` package, which is an extra: pip install "galdask[hats]".
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from galdask import publish
from galdask.errors import ConfigError, OutputError
from galdask.exports import parquet
from galdask.exports.fields import Field
from galdask.exports.sheet import Rows, Sheet

#: column of a star's place: number of its pixel at order 29
INDEX, INDEX_ORDER = "_healpix_29", 29
#: rows that a pixel may hold before it is split, and the smallest pixels
ROWS, DEEPEST = 200_000, 8


def write(
    path: Path, sheet: Sheet, facts: Mapping[str, str], ra: str = "ra", dec: str = "dec", rows: int = ROWS
) -> dict[str, int]:
    """Write a sheet as a HATS catalogue.

    One pixel is in memory at a time, with one block of the sheet.

    Parameters
    ----------
    path : Path
        Folder of the catalogue; must not exist. Its name is the catalogue's.
    sheet : Sheet
        The stars.
    facts : dict
        What is known about them; goes into `hats.properties`.
    ra, dec : str
        Columns of the equatorial angles, deg.
    rows : int
        Most rows of a pixel.

    Returns
    -------
    dict
        rows, pixels, and without_place: stars that are left out because they have no place on the sky.

    Raises
    ------
    ConfigError
        If `hats` is not installed, or the sheet has no such angles.
    OutputError
        If the folder exists or cannot be written; nothing half-written is left.
    """
    _check(path, sheet, ra, dec)
    places = [_index(block, ra, dec) for block in sheet.blocks()]
    pixels = _pixels(np.concatenate([p[p >= 0] for p in places]) if places else np.empty(0, np.int64), rows)
    if not pixels:
        raise ConfigError("no star of these has a place on the sky", expected=f"numbers in {ra} and {dec}")
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    index = Field(INDEX, np.dtype(np.int64), "", "HEALPix pixel of order 29, nested")
    whole = Sheet(sheet.name, (index, *sheet.fields), sheet.blocks, sheet.title, sheet.facts)
    with publish.explained(made):
        try:
            _write_pixels(made, whole, places, pixels)
            counted = {
                "rows": int(sum((p >= 0).sum() for p in places)),
                "pixels": len(pixels),
                "without_place": int(sum((p < 0).sum() for p in places)),
            }
            _describe(made, path.name, facts, pixels, counted["rows"], (ra, dec))
            made.rename(path)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    return counted


def _check(path: Path, sheet: Sheet, ra: str, dec: str) -> None:
    try:
        import hats  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            "HATS needs the package hats", found=error, todo='pip install "galdask[hats]"'
        ) from error
    names = [field.name for field in sheet.fields]
    for name in (ra, dec):
        if name not in names:
            raise ConfigError(
                f"a HATS catalogue needs the column {name!r}",
                found=", ".join(names),
                todo="add it to --columns",
            )
    if path.exists():
        raise OutputError(
            "this place is taken", where=path, expected="a name that is free", todo="move it away"
        )


def _index(block: Rows, ra: str, dec: str) -> np.ndarray:
    """Return the pixel of order 29 of every row, (n,) int64; -1 without a place."""
    from hats.pixel_math.spatial_index import compute_spatial_index

    lon, lat = np.asarray(block[ra], dtype=float), np.asarray(block[dec], dtype=float)
    known = np.isfinite(lon) & np.isfinite(lat)
    found = np.full(lon.size, -1, dtype=np.int64)
    if known.any():
        found[known] = np.asarray(compute_spatial_index(lon[known], lat[known]), dtype=np.int64)
    return found


def _pixels(places: np.ndarray, most: int) -> list[tuple[int, int]]:
    """Return (order, pixel) of pixels that hold all places, none more than `most` above the deepest order."""
    found: list[tuple[int, int]] = []
    waiting = [(0, pixel, part) for pixel, part in _split(places, 0)]
    while waiting:
        order, pixel, part = waiting.pop()
        if part.size <= most or order == DEEPEST:
            found.append((order, pixel))
        else:
            waiting += [(order + 1, child, rows) for child, rows in _split(part, order + 1)]
    return sorted(found, key=lambda place: place[1] << 2 * (INDEX_ORDER - place[0]))


def _split(places: np.ndarray, order: int) -> list[tuple[int, np.ndarray]]:
    pixel = places >> 2 * (INDEX_ORDER - order)
    return [(int(one), places[pixel == one]) for one in np.unique(pixel)]


def _write_pixels(
    folder: Path, sheet: Sheet, places: list[np.ndarray], pixels: list[tuple[int, int]]
) -> None:
    """Spread the blocks over files of pixels, then put the stars of each in the order of their places."""
    import pyarrow.parquet as pq

    known = parquet.schema(sheet, {})
    firsts = np.array([pixel << 2 * (INDEX_ORDER - order) for order, pixel in pixels])
    targets = [_file(folder, *pixel) for pixel in pixels]
    for target in targets:
        target.parent.mkdir(parents=True, exist_ok=True)
    writers: dict[int, pq.ParquetWriter] = {}
    try:
        for block, place in zip(sheet.blocks(), places, strict=True):
            which = np.searchsorted(firsts, place, side="right") - 1
            for k in np.unique(which[place >= 0]).tolist():
                here = np.flatnonzero((which == k) & (place >= 0))
                rows = {INDEX: place[here], **{name: block[name][here] for name in block}}
                if k not in writers:
                    writers[k] = pq.ParquetWriter(targets[k].with_suffix(".part"), known)
                writers[k].write_table(parquet.table(sheet, rows, known))
    finally:
        for writer in writers.values():
            writer.close()
    for target in targets:
        part = target.with_suffix(".part")
        pq.write_table(pq.read_table(part).sort_by(INDEX), target)
        part.unlink()


def _file(folder: Path, order: int, pixel: int) -> Path:
    from hats.io.paths import pixel_catalog_file
    from hats.pixel_math import HealpixPixel

    return Path(str(pixel_catalog_file(folder, HealpixPixel(order, pixel))))


def _describe(
    folder: Path,
    name: str,
    facts: Mapping[str, str],
    pixels: list[tuple[int, int]],
    rows: int,
    angles: tuple[str, str],
) -> None:
    """Write the files that tell of a catalogue: properties, its pixels, metadata of all Parquet files."""
    from hats.catalog import PartitionInfo, TableProperties
    from hats.io.parquet_metadata import write_parquet_metadata
    from hats.pixel_math import HealpixPixel

    import galdask

    write_parquet_metadata(folder)
    PartitionInfo([HealpixPixel(*pixel) for pixel in pixels]).write_to_file(catalog_path=folder)
    told = {"obs_title": facts.get("title", name), "hats_order": max(order for order, _ in pixels)}
    told |= {f"galdask_{key}": " ".join(text.split()) for key, text in facts.items() if key != "title"}
    known = TableProperties.new_provenance_dict(folder, builder=f"galdask {galdask.__version__}", **told)
    known |= {"catalog_name": name, "catalog_type": "object", "total_rows": rows, "npix_suffix": ".parquet"}
    known |= {"ra_column": angles[0], "dec_column": angles[1]}
    known |= {"healpix_column": INDEX, "healpix_order": INDEX_ORDER}
    properties = TableProperties.model_validate(known)
    properties.to_properties_file(folder)
