"""An example or more of every registered kind of reduction; `test_laws` fails for a kind without one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from galdask.reductions import (
    Axis,
    BottomK,
    Counts,
    HistogramReplicas,
    Key,
    LeastSquares,
    MedianReplicas,
    Moments,
    OrderStatistics,
    RunningMedians,
    WindowMedians,
)

R_BINS = Axis.regular("r", "r", 3.0, 15.0, 3.0)
Z_BINS = Axis("abs_z", "abs_z", (0.0, 0.5, 1.0, 2.0), closed_last=True)
FE_H_BINS = Axis.regular("fe_h", "fe_h", -3.0, 3.0, 0.5)
PLANE = Key((R_BINS, Z_BINS), population=True)
SLICES = Key((Z_BINS,))

EXAMPLES: dict[str, Callable[[], tuple[Any, ...]]] = {
    "counts": lambda: (Counts(PLANE), Counts(Key((R_BINS,))), Counts(Key(population=True))),
    "moments": lambda: (
        Moments.over(PLANE, "fe_h", -3.0, 3.0),
        Moments(Key((R_BINS,)), "fe_h", origin=0.1, bits=20),
    ),
    "order_statistics": lambda: (
        OrderStatistics(PLANE, "fe_h"),
        OrderStatistics(Key((R_BINS,)), "fe_h", q=(0.0, 0.5, 1.0), median_err=False),
        OrderStatistics(Key(population=True), "fe_h", q=(0.025, 0.3)),
    ),
    "running_medians": lambda: (
        RunningMedians(
            Key((Z_BINS,), population=True), "r", "fe_h", window=6, step=3, fits=((7.0, None),), replicas=5
        ),
        RunningMedians(Key((R_BINS,)), "fe_h", "r", window=4, step=2, folded=((0, 2),), replicas=3),
    ),
    "least_squares": lambda: (
        LeastSquares(SLICES, "r", "fe_h", x_low=4.0, replicas=5),
        LeastSquares(Key(population=True), "r", "fe_h", replicas=0),
    ),
    "bottom_k": lambda: (
        BottomK(PLANE, ("r", "fe_h"), k=9),
        BottomK(None, ("fe_h",), k=5, complete=False),
    ),
    "histogram_replicas": lambda: (
        HistogramReplicas(Key((R_BINS, FE_H_BINS), population=True), replicas=5),
        HistogramReplicas(Key((FE_H_BINS,)), replicas=3, seed=2),
    ),
    "median_replicas": lambda: (
        MedianReplicas(PLANE, "fe_h", replicas=5),
        MedianReplicas(Key((R_BINS,)), "fe_h", replicas=3, seed=2),
    ),
    "window_medians": lambda: (
        WindowMedians(PLANE, "fe_h", spans=(2, 3)),
        WindowMedians(SLICES, "fe_h", spans=(1,)),
    ),
}


def cases() -> list[tuple[str, Any]]:
    """Every example with a name for the test's report."""
    return [(f"{kind}-{i}", r) for kind, make in EXAMPLES.items() for i, r in enumerate(make())]
