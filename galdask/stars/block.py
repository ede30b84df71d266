"""A block: what is known of the stars of one partition once cuts are applied and columns derived.

On disk it is one uncompressed Arrow IPC file that is read memory-mapped. A record batch has one length and a
block has two (all rows, and the kept ones), so the batch has one row, and every array is a list in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from galdask import digest, publish
from galdask.errors import SampleError, StoreError

#: form of the file; a file of another form is refused
FORMAT = 1
_GROUPS = ("fates", "missing", "columns", "member", "raw")


class DamagedBlockError(StoreError, ValueError):
    """A saved block that cannot be used; it can be made again from the store."""


@dataclass(slots=True)
class Block:
    """The stars of one partition.

    Parameters
    ----------
    rows : int
        Rows of the input.
    fates : dict of str to (rows,) uint8
        Sample -> 0 for a kept row, k for one that failed step k first.
    missing : dict of str to (steps + 1,) int64
        Sample -> rows that failed each step because there was no value.
    columns : dict of str to (k,) array
        Derived columns of the rows that any sample with cuts keeps, in the order of the input.
    member : dict of str to (k,) bool
        Sample with cuts -> which of these are its stars.
    raw : dict of str to (rows,) array
        Columns of all rows, for raw samples.
    gaps : dict of str to dict of str to (int, int)
        Sample -> quantity -> stars without a value, and those of them whose value is outside its range.
    """

    rows: int
    fates: dict[str, np.ndarray]
    missing: dict[str, np.ndarray]
    columns: dict[str, np.ndarray]
    member: dict[str, np.ndarray]
    raw: dict[str, np.ndarray]
    gaps: dict[str, dict[str, tuple[int, int]]]

    def view(self, sample: str) -> Mapping[str, np.ndarray]:
        """Return the columns of one sample, each selected when it is first asked for.

        Raises
        ------
        SampleError
            If there is no such sample.
        """
        if sample in self.member:
            return View(self.columns, self.member[sample])
        if sample in self.fates:
            return View(self.raw, None)
        raise SampleError(f"there is no sample {sample!r}", expected="one of " + ", ".join(self.fates))

    def save(self, path: Path | str) -> Path:
        """Publish the block as one file, by one rename.

        Raises
        ------
        OutputError
            If the place cannot be written.
        """
        import pyarrow as pa

        arrays = {
            f"{group}/{name}": array for group in _GROUPS for name, array in getattr(self, group).items()
        }
        facts = {
            "format": FORMAT,
            "rows": self.rows,
            "gaps": self.gaps,
            "types": {name: array.dtype.str for name, array in arrays.items()},
            "digest": digest.of_arrays(arrays.values()),
        }
        lists = [_as_list(array) for array in arrays.values()]
        schema = pa.schema(
            [pa.field(name, array.type) for name, array in zip(arrays, lists, strict=True)],
            metadata={"galdask": json.dumps(facts)},
        )
        batch = pa.record_batch(lists, schema=schema)

        def fill(handle: Any) -> None:
            with pa.ipc.new_file(handle, schema) as writer:
                writer.write_batch(batch)

        return publish.write(path, fill)


class View(Mapping[str, np.ndarray]):
    """Columns of the chosen rows, selected at first use."""

    def __init__(self, columns: Mapping[str, np.ndarray], member: np.ndarray | None) -> None:
        self._columns = columns
        self._member = None if member is None or member.all() else member
        self._made: dict[str, np.ndarray] = {}

    def __getitem__(self, name: str) -> np.ndarray:
        if self._member is None:
            return self._columns[name]
        if name not in self._made:
            self._made[name] = self._columns[name][self._member]
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


def load_block(path: Path | str, verify: bool = True) -> Block:
    """Open a saved block, memory-mapped and read-only.

    Parameters
    ----------
    path : path
        From `Block.save`.
    verify : bool
        Compare the contents with their digest.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    DamagedBlockError
        If the file is damaged or of another form.
    """
    import pyarrow as pa

    try:
        batch = pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)
        facts = json.loads(batch.schema.metadata[b"galdask"])
        if facts["format"] != FORMAT:
            raise ValueError(f"form {facts['format']}")
        arrays = {name: _as_array(batch.column(name), facts["types"][name]) for name in batch.schema.names}
        if verify and digest.of_arrays(arrays.values()) != facts["digest"]:
            raise ValueError("another digest")
    except FileNotFoundError:
        raise
    except (pa.ArrowException, ValueError, KeyError, TypeError, IndexError, OSError) as error:
        raise DamagedBlockError(
            "a saved sample is damaged", where=path, found=error, todo="delete it; it is made again"
        ) from error
    groups: dict[str, dict[str, np.ndarray]] = {group: {} for group in _GROUPS}
    for name, array in arrays.items():
        group, _, key = name.partition("/")
        groups[group][key] = array
    gaps = {s: {q: (int(a), int(b)) for q, (a, b) in inner.items()} for s, inner in facts["gaps"].items()}
    return Block(rows=int(facts["rows"]), gaps=gaps, **groups)


def _as_list(array: np.ndarray) -> Any:
    """Return an array as an Arrow list with one element; booleans travel as bytes."""
    import pyarrow as pa

    flat = np.ascontiguousarray(array)
    values = pa.array(flat.view(np.uint8) if flat.dtype == bool else flat)
    return pa.LargeListArray.from_arrays(pa.array([0, len(flat)], type=pa.int64()), values)


def _as_array(column: Any, kind: str) -> np.ndarray:
    values: np.ndarray = column.flatten().to_numpy(zero_copy_only=True)
    return values.view(np.dtype(kind)) if values.dtype != np.dtype(kind) else values
