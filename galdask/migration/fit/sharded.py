"""ln L over shards that stay in the memory of the workers: one message a call, with all sets."""

from __future__ import annotations

from types import TracebackType

import numpy as np

from galdask.engine.executor import Executor
from galdask.migration.fit import kernel
from galdask.migration.fit.compiled import ManySets
from galdask.migration.fit.shards import Shards, load_shard


class ShardedLikelihood(ManySets):
    """ln L of a sample and a survey over resident shards; what `CompiledLikelihood` gives, to rounding.

    Sums of the shards are added in their order, so the bits do not depend on workers: not on their number,
    nor on which of them died.

    Parameters
    ----------
    shards : Shards
        From `write_shards`.
    executor : Executor
        Where they are held.
    step : str
        Name of the step, for progress and error messages.

    Raises
    ------
    InputError
        If a shard file is missing or damaged.
    ClusterError
        If there are no workers.
    """

    def __init__(self, shards: Shards, executor: Executor, step: str = "likelihood") -> None:
        super().__init__(shards.reference, shards.choices, shards.stars)
        self.shards = shards
        self._residents = executor.residents(load_shard, [str(path) for path in shards.paths], step=step)

    def at(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return ln L and the number of stars at the floor; see `ManySets.at`."""
        message = np.stack(
            [
                kernel.constants(values, self.reference, error, self.choices)
                for error in (self.shards.fe_h_err, None)
            ]
        )
        first, *others = self._residents.round(message)
        total = first.copy()
        for part in others:
            total += part
        return total[0] - self.stars * np.log(total[2]), total[1].astype(np.int64)

    def close(self) -> None:
        """Give the memory back."""
        self._residents.close()

    def __enter__(self) -> ShardedLikelihood:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
