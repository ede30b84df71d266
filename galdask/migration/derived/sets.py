"""Many sets of parameters at once: the functions of the model take them as they take one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np

from galdask.errors import ConfigError
from galdask.migration.model.parameters import FIXED, FREE, KNOWN, Parameters


def side_by_side(sets: np.ndarray, reference: Parameters) -> Parameters:
    """Return sets of parameters whose free ones are columns.

    Parameters
    ----------
    sets : (n, 11) ndarray
        The free parameters in the order of `FREE`, a row a set.
    reference : Parameters
        Its fixed parameters hold for all.

    Returns
    -------
    like Parameters
        Behaves as one set in formulas; every free parameter has the shape (n, 1), so that results have a row
        a set.

    Raises
    ------
    ConfigError
        If there is no set, or a value is not finite or has a sign that the density does not allow.
    """
    sets = np.atleast_2d(np.asarray(sets, dtype=np.float64))
    if sets.shape[0] == 0 or sets.shape[1:] != (len(FREE),):
        raise ConfigError(
            "these are no sets of parameters",
            expected=f"at least one row of {len(FREE)} numbers: {', '.join(FREE)}",
            found=f"an array of shape {sets.shape}",
        )
    for name, values in zip(FREE, sets.T, strict=True):
        bad = ~np.isfinite(values) | ((KNOWN[name].sign * values <= 0.0) & (KNOWN[name].sign != 0))
        if np.any(bad):
            reference.change(**{name: float(values[bad][0])})  # which says what is wrong with it
    columns = {name: values[:, None] for name, values in zip(FREE, sets.T, strict=True)}
    fixed = {name: reference[name] for name in FIXED}
    return cast(Parameters, SimpleNamespace(**columns, **fixed, scale=reference.VC * columns["Rd0"]))
