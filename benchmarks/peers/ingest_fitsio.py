"""Peer: fitsio reads blocks of rows, pyarrow writes them (scalar columns)."""

import sys

import numpy as np

from benchmarks import harness


def main(source: str, target: str, columns: str) -> None:
    """Read `source` in blocks, write Parquet to `target`; `columns` as in `ingest_astropy`."""
    import fitsio
    import pyarrow as pa
    import pyarrow.parquet as pq

    with harness.timed() as told, fitsio.FITS(source) as file:
        hdu = file[1]
        rows = hdu.get_nrows()
        names = None if columns == "all" else columns.split(",")
        writer = None
        for first in range(0, rows, 50_000):
            block = hdu.read(columns=names, rows=np.arange(first, min(first + 50_000, rows)))
            block = (
                block.view(block.dtype.newbyteorder("="), type=np.ndarray) if block.dtype.isnative else block
            )
            arrays = {}
            for name in block.dtype.names:
                values = block[name]
                if values.dtype.kind == "S":
                    arrays[name] = pa.array(np.char.rstrip(values).astype(str))
                    continue
                native = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("="))
                flat = pa.array(native.reshape(-1))
                wide = native.ndim > 1
                arrays[name] = (
                    pa.FixedSizeListArray.from_arrays(flat, int(np.prod(native.shape[1:]))) if wide else flat
                )
            part = pa.table(arrays)
            writer = writer or pq.ParquetWriter(target, part.schema, compression="zstd", compression_level=1)
            writer.write_table(part)
        if writer:
            writer.close()
    harness.tell(told)


if __name__ == "__main__":
    main(*sys.argv[1:])
