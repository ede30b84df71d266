"""Peer: astropy reads the table whole, pandas holds it, pyarrow writes it."""

import sys

import numpy as np

from benchmarks import harness


def main(source: str, target: str, columns: str) -> None:
    """Read `source`, write Parquet to `target`; `columns` is "all" or comma-separated FITS names."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from astropy.table import Table

    with harness.timed() as told:
        table = Table.read(source, hdu=1, format="fits")
        arrays = {name: table[name] for name in table.colnames if np.ndim(table[name]) > 1}
        if columns != "all":
            table = table[columns.split(",")]
            arrays = {}
        else:
            table.remove_columns(list(arrays))
        frame = table.to_pandas()
        for name in frame.columns:
            if frame[name].dtype == object:
                frame[name] = frame[name].str.decode("ascii").str.rstrip()
        out = pa.Table.from_pandas(frame, preserve_index=False)
        for name, values in arrays.items():
            native = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("="))
            flat = pa.array(native.reshape(-1))
            out = out.append_column(
                name, pa.FixedSizeListArray.from_arrays(flat, int(np.prod(native.shape[1:])))
            )
        pq.write_table(out, target, compression="zstd", compression_level=1)
    harness.tell(told)


if __name__ == "__main__":
    main(*sys.argv[1:])
