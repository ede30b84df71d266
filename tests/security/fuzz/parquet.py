"""Parquet files of odd types, and files with wounds in their footers."""

from __future__ import annotations

import datetime
import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.security.fuzz.words import TEXTS, Rng, scars


def _invalid_text(rows: int) -> pa.Array:
    raw = pa.array([(b"ok", b"\xff\xfe", b"\xed\xa0\x80")[i % 3] for i in range(rows)], pa.binary())
    return pa.Array.from_buffers(pa.string(), rows, raw.buffers())


def column(rng: Rng, rows: int) -> pa.Array:
    """Return one column of a type that a catalogue may or may not have."""
    floats = pa.array(np.linspace(-1, 1, rows))
    ints = pa.array(range(rows))
    kinds = [
        lambda: floats,
        lambda: floats.cast(pa.float32()),
        lambda: pa.array(np.linspace(0, 9, rows).astype(np.float16)),
        lambda: pa.array(
            [None if i % 3 == 0 else i for i in range(rows)],
            rng.choice([pa.int8(), pa.uint64(), pa.int32(), pa.float64()]),
        ),
        lambda: pa.array([i % 2 == 0 for i in range(rows)]),
        lambda: pa.array([rng.choice(TEXTS) for _ in range(rows)]),
        lambda: _invalid_text(rows),
        lambda: pa.array(["a", "b", None] * rows).slice(0, rows).dictionary_encode(),
        lambda: pa.array([f"x{i}" for i in range(rows)], pa.large_string()),
        lambda: pa.nulls(rows),
        lambda: pa.array([b"x"] * rows, pa.binary()),
        lambda: pa.array([[1.0, 2.0]] * rows, pa.list_(pa.float32(), 2)),
        lambda: pa.array([[[1, 2], [3, 4]]] * rows, pa.list_(pa.list_(pa.int16(), 2), 2)),
        lambda: pa.array([[1.0, None], None] * rows, pa.list_(pa.float64(), 2)).slice(0, rows),
        lambda: pa.array([[], [1, 2, 3]] * rows, pa.list_(pa.int32())).slice(0, rows),
        lambda: pa.array([{"a": 1, "b": {"c": "x"}}] * rows),
        lambda: pa.array([[("k", 1)]] * rows, pa.map_(pa.string(), pa.int32())),
        lambda: ints.cast(pa.timestamp("ns", rng.choice(["UTC", "Mars/Olympus", "+99:99", ""]))),
        lambda: pa.array([2**62] * rows, pa.int64()).cast(pa.timestamp(rng.choice(["s", "ms", "us"]))),
        lambda: pa.array([2**31 - 1] * rows, pa.int32()).cast(pa.date32()),
        lambda: ints.cast(pa.int32()).cast(pa.time32("ms")),
        lambda: pa.array([datetime.timedelta(days=1)] * rows, pa.duration("us")),
        lambda: pa.array([1] * rows).cast(pa.decimal128(30, 2)),
        lambda: pa.array(["x" * 5000] + ["y"] * (rows - 1) if rows else [], pa.string()),
    ]
    return rng.choice(kinds)()


def build(rng: Rng) -> bytes:
    """Return a Parquet file that its writer finds right."""
    rows = rng.choice([0, 1, 3, 9, 50])
    arrays = [column(rng, rows) for _ in range(rng.randrange(0, 6))]
    names = [
        rng.choice(["ra", "id", "x", "", "a b", "é", "x[1]", "\x1b[2J", "a.b", f"c{i}"])
        for i in range(len(arrays))
    ]
    if rng.randrange(4):
        names = [f"{name}{i}" for i, name in enumerate(names)]
    fields = [
        pa.field(
            name, array.type, metadata={b"unit": rng.choice([b"deg", b"\xff\xfe", b"\x1b[2J", b"x" * 9000])}
        )
        for name, array in zip(names, arrays, strict=True)
    ]
    about = {
        b"pandas": rng.choice(
            [b"{", b"[]", json.dumps({"index_columns": ["nothing"], "columns": 3}).encode(), b"\xff"]
        )
    }
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=about))
    out = io.BytesIO()
    try:
        pq.write_table(
            table,
            out,
            row_group_size=rng.choice([1, 4, 100]),
            compression=rng.choice(["none", "zstd", "snappy", "gzip"]),
            write_page_checksum=bool(rng.randrange(2)),
            coerce_timestamps=None,
            use_dictionary=bool(rng.randrange(2)),
        )
    except (pa.ArrowException, OverflowError):  # what Arrow will not write is no file
        return b"PAR1PAR1"
    return out.getvalue()


def mutate(rng: Rng, content: bytes) -> bytes:
    """Return an odd file, or one with wounds, most of them in the footer."""
    kind = rng.randrange(4)
    if kind == 0:
        return build(rng)
    if kind == 1:
        content = build(rng)
    if rng.randrange(3) == 0 or len(content) < 12:
        return scars(rng, content)
    size = int.from_bytes(content[-8:-4], "little")
    body, footer = content[: -8 - size], content[-8 - size : -8]
    footer = scars(rng, footer, 3)
    length = len(footer) if rng.randrange(8) else rng.choice([0, 2**31 - 1, 2**32 - 1, len(footer) + 9])
    return body + footer + length.to_bytes(4, "little") + b"PAR1"
