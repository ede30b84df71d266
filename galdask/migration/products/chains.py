"""The chain: walkers over the steps, and how long it remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galdask.migration.fit import convergence
from galdask.migration.fit.chain import open_chain
from galdask.migration.model.parameters import FREE, KNOWN
from galdask.migration.products.posterior import SYMBOLS
from galdask.migration.products.product import Product, Work, variable

if TYPE_CHECKING:
    import xarray as xr

#: walkers and steps that are drawn, lags of the autocorrelation; at most
_WALKERS, _STEPS, _LAGS = 12, 1_200, 400


def make(work: Work) -> xr.Dataset:
    """Return some walkers, thinned, and the autocorrelation of each parameter after the burn-in."""
    import xarray as xr

    chain = open_chain(work.fit.path)
    steps = chain["parameters"].to_numpy()
    judged = convergence.judge(steps, chain.attrs["stages"][-1])
    every = max(1, len(steps) // _STEPS)
    number = np.arange(0, len(steps), every)
    walkers = np.unique(np.linspace(0, steps.shape[1] - 1, min(_WALKERS, steps.shape[1])).astype(int))
    lags = np.arange(min(_LAGS, max(2, (len(steps) - judged.burn_in) // 2)))
    return xr.Dataset(
        {
            "value": variable(
                ("step", "walker", "parameter"), steps[number][:, walkers], "walker of the sampler"
            ),
            "log_likelihood": variable(
                ("step", "walker"), chain["log_likelihood"].to_numpy()[number][:, walkers], "ln L"
            ),
            "autocorrelation": variable(
                ("lag", "parameter"), autocorrelation(steps[judged.burn_in :], lags.size), "autocorrelation"
            ),
            "time": variable("parameter", judged.times, "autocorrelation time", "steps"),
            "effective": variable("parameter", judged.effective, "independent samples"),
        },
        {
            "parameter": list(FREE),
            "label": ("parameter", [SYMBOLS[name] for name in FREE]),
            "unit": ("parameter", [KNOWN[name].unit for name in FREE]),
            "step": number,
            "walker": walkers,
            "lag": lags,
        },
        {
            "stars": len(work.fit.stars),
            "steps": len(steps),
            "walkers": int(steps.shape[1]),
            "burn_in": judged.burn_in,
            "verdict": judged.verdict,
        },
    )


def autocorrelation(steps: np.ndarray, lags: int) -> np.ndarray:
    """Return the autocorrelation of each parameter at lags 0, 1, ..., the mean over walkers, (lags, k)."""
    from emcee.autocorr import function_1d

    made = np.full((lags, steps.shape[2]), np.nan)
    for k in range(steps.shape[2]):
        moving = steps[:, np.ptp(steps[:, :, k], axis=0) > 0.0, k] if len(steps) else steps[:, :0, k]
        if moving.shape[1]:
            found = np.mean([function_1d(walker) for walker in moving.T], axis=0)
            made[: found.size, k] = found[:lags]
    return made


PRODUCT = Product(
    "chains",
    "Walkers and their memory",
    "",
    "Some walkers of the sampler over its steps, for ln L and every parameter; steps left of the line are the"
    " burn-in, which is left out. Last panel: the autocorrelation of every parameter over the lag in steps; a"
    " chain is long enough when it is more than 50 times as long as what it remembers.",
    make,
    needs_chain=True,
)
