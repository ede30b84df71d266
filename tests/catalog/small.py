"""A small release made on the spot: a FITS main table with every type, companions, and what runs tasks."""

import numpy as np
from astropy.io import fits

from galdask.catalog.ingest import ingest
from galdask.catalog.missing import Missing
from galdask.catalog.schema import ColumnSpec, KeyJoin, Release, RowMatch, TableSpec

ROWS = 400


class Serial:
    """Runs tasks one after the other."""

    workers = 1

    def __init__(self, stop_after=None):
        self.seen, self.stop_after = [], stop_after

    def run(self, function, tasks, *, step, labels=None, shared=None, **more):
        assert labels is None or len(labels) == len(tasks)
        for index, task in enumerate(tasks):
            self.seen.append((step, task))
            if self.stop_after == (step, index):
                raise KeyboardInterrupt
            yield index, function(shared, task)

    def count(self, step):
        return sum(1 for name, _ in self.seen if name == step)


def stars(rows=ROWS, seed=1):
    """Return a structured array with columns of every kind, big-endian as a FITS file holds them."""
    rng = np.random.default_rng(seed)
    kinds = [
        ("APOGEE_ID", "S18"),
        ("TELESCOPE", "S6"),
        ("RA", ">f8"),
        ("H", ">f4"),
        ("FE_H", ">f4"),
        ("MG_H", ">f4"),
        ("FLAG", ">i8"),
        ("NVISITS", ">i4"),
        ("SHORT", ">i2"),
        ("BYTE", "u1"),
        ("MEMBER", "?"),
        ("GAIA", ">i8"),
        ("X_H", ">f4", (3,)),
        ("COV", ">f8", (2, 2)),
        ("NOTE", "S30"),
    ]
    table = np.zeros(rows, kinds)
    table["APOGEE_ID"] = [b"2M%08d+%05d" % (i, (i * 7919) % 99991) for i in range(rows)]
    table["TELESCOPE"] = rng.choice([b"apo25m", b"lco25m"], rows)
    table["RA"] = np.sort(rng.uniform(0, 360, rows))
    for name in ("H", "FE_H", "MG_H"):
        table[name] = rng.normal(size=rows)
    table["H"][::7] = 99.0
    table["FE_H"][::5] = np.nan
    table["FE_H"][1::5] = -9999.99
    table["FLAG"] = rng.integers(-(2**62), 2**62, rows)
    table["NVISITS"] = rng.integers(-(2**31), 2**31, rows)
    table["SHORT"] = rng.integers(-(2**15), 2**15, rows)
    table["BYTE"] = rng.integers(0, 256, rows)
    table["MEMBER"] = rng.random(rows) < 0.3
    table["GAIA"] = np.where(rng.random(rows) < 0.2, 0, rng.integers(1, 2**62, rows))
    table["X_H"] = rng.normal(size=(rows, 3))
    table["COV"] = rng.normal(size=(rows, 2, 2))
    table["NOTE"][::3] = b"two words"
    return table


def write(path, table, **cards):
    """Write a structured array as the first table of a FITS file."""
    unit = fits.BinTableHDU(table)
    unit.header["TUNIT3"] = "deg"
    unit.header.update(cards)
    fits.HDUList([fits.PrimaryHDU(), unit]).writeto(path, overwrite=True)
    return path


def spec(name, source=None, table="main", **more):
    return ColumnSpec(name, "" if "expression" in more else table, source, **more)


FILLERS = Missing(values=(-9999.99,))
COLUMNS = (
    spec("star_id", "APOGEE_ID", dtype="string"),
    spec("telescope", "TELESCOPE"),
    spec("ra", "RA", unit="deg", dtype="float64"),
    spec("h_mag", "H", unit="mag", missing=Missing(above=90.0)),
    spec("fe_h", "FE_H", unit="dex", missing=FILLERS, description="iron to hydrogen"),
    spec("mg_h", "MG_H", unit="dex"),
    spec("mg_fe", expression="mg_h - fe_h", unit="dex"),
    spec("flag", "FLAG", dtype="int64"),
    spec("gaia_id", "GAIA", missing=Missing(values=(0,))),
    spec("x_h_b", "X_H", index=1),
)


def release(columns=COLUMNS, name="small", companions=(), masks=None, main=None):
    tables = {"main": main or TableSpec("main", ("stars.fits",))}
    tables |= {table.name: table for table in companions}
    return Release(
        name=name,
        title="A small release",
        reference="nobody 2000",
        star_id="star_id",
        tables=tables,
        columns={column.name: column for column in columns},
        masks={"flag": {"BAD": 3, "WORSE": 40}} if masks is None else masks,
        sources={},
        missing=FILLERS,
    )


def row_matched(file="ages.fits"):
    return TableSpec("ages", (file,), join=RowMatch({"ID": "star_id"}))


def key_joined(file="ages.csv", **join):
    return TableSpec(
        "ages",
        (file,),
        "csv",
        join=KeyJoin("ID", "star_id", **join),
        types={"AGE": "float64", "GRADE": "int32"},
    )


def make(folder, *, rows=ROWS, table=None, described=None, **options):
    """Write the stars and ingest them; returns the report and the executor."""
    folder.mkdir(exist_ok=True)
    write(folder / "stars.fits", stars(rows) if table is None else table)
    return again(folder, described=described, **options)


def again(folder, *, described=None, store=None, executor=None, **options):
    """Ingest what is in a folder."""
    executor = executor or Serial()
    options = {"partition_rows": 32, **options}
    chosen = described or release()
    report = ingest(chosen, folder, store or folder / "store", executor=executor, **options)
    return report, executor
