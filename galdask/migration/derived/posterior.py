"""Derived quantities of a fit with their errors: every formula over all sets of the posterior at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.migration.derived import comparison, evolution, sun
from galdask.migration.derived.sets import side_by_side
from galdask.migration.model.choices import DEFAULT, Choices
from galdask.migration.model.parameters import Parameters

if TYPE_CHECKING:
    import pandas as pd

    from galdask.migration.fit.folder import Fit

#: shares below the columns of a table
QUANTILES = {"median": 0.5, "q16": 0.16, "q84": 0.84}
#: sets of the posterior that are taken; ages (as shares of tau_m) and guiding radii (kpc) of the curves
SETS, SHARES, RADII = 2000, np.linspace(0.0, 1.0, 25), (6.0, 8.0, 10.0, 12.0)
#: values that stand for the error of the Sun's [Fe/H]
_EVEN = 101


def tables(fit: Fit, n: int = SETS) -> dict[str, pd.DataFrame]:
    """Return the derived quantities of a fit.

    Parameters
    ----------
    fit : Fit
        From `galdask.migration.fit.folder.open_fit`.
    n : int
        Sets of its posterior that are taken.

    Returns
    -------
    dict of str to DataFrame
        As `of_sets` gives them; `attrs` of each say from what ("chain" or "hessian") and how many sets.

    Raises
    ------
    InputError
        If the fit says nothing about its errors.
    """
    found = of_sets(fit.posterior(n), fit.parameters_best, fit.choices)
    for table in found.values():
        table.attrs["source"] = fit.source
    return found


def of_sets(sets: np.ndarray, best: Parameters, choices: Choices = DEFAULT) -> dict[str, pd.DataFrame]:
    """Return the derived quantities of sets of parameters.

    Parameters
    ----------
    sets : (n, 11) ndarray
        Free parameters, in the order of `FREE`.
    best : Parameters
        Gives the column ``best``; its fixed parameters hold for all sets.
    choices : Choices
        How the model is read.

    Returns
    -------
    dict of str to DataFrame
        ``numbers``: a line a quantity, with the printed number and the set that it goes with; ``rms_lz``:
        over age, in kpc km/s and kpc; ``rms_jr`` and ``ratio``: over age and guiding radius; ``sun``: its
        birth, with the errors from [Fe/H] and from the posterior. Each has best, median, q16 and
        q84 over the sets.
    """
    every = side_by_side(sets, best)
    made = {
        "numbers": _numbers(every, best, choices),
        **_curves(every, best, choices),
        "sun": _sun(every, best),
    }
    for table in made.values():
        table.attrs["sets"] = int(np.atleast_2d(sets).shape[0])
    return made


def _summary(best: np.ndarray, values: np.ndarray) -> dict[str, np.ndarray]:
    """Return best, median, q16 and q84 of columns of values, (sets, m)."""
    shares = np.quantile(values, list(QUANTILES.values()), axis=0)
    return {"best": np.reshape(best, -1), **dict(zip(QUANTILES, shares, strict=True))}


def _numbers(every: Parameters, best: Parameters, choices: Choices) -> pd.DataFrame:
    import pandas as pd

    lines = comparison.lines()
    at_best, over = comparison.values(best, choices), comparison.values(every, choices)
    n = np.size(every.sigma_Lz)
    values = np.stack([np.broadcast_to(np.reshape(over[x.quantity], -1), n) for x in lines], axis=1)
    one = np.array([float(np.reshape(at_best[x.quantity], -1)[0]) for x in lines])
    table = pd.DataFrame({"quantity": [x.quantity for x in lines], "where": [x.where for x in lines]})
    table["unit"] = [x.unit for x in lines]
    for name, column in _summary(one, values).items():
        table[name] = column
    table["printed"] = [np.nan if x.printed is None else x.printed for x in lines]
    table["goes_with"] = [x.goes_with for x in lines]
    table["remark"] = [x.remark for x in lines]
    return table


def _curves(every: Parameters, best: Parameters, choices: Choices) -> dict[str, pd.DataFrame]:
    import pandas as pd

    age = SHARES * best.tau_m
    curve = _summary(evolution.rms_lz(best, age, choices), evolution.rms_lz(every, age, choices))
    kpc = {f"{name}_kpc": values / best.VC for name, values in curve.items()}
    r, tau = (a.reshape(-1) for a in np.meshgrid(RADII, age, indexing="ij"))
    found = {"rms_lz": pd.DataFrame({"age": age, **curve, **kpc})}
    jr = _summary(evolution.rms_jr(best, tau, r, choices), evolution.rms_jr(every, tau, r, choices))
    found["rms_jr"] = pd.DataFrame({"r_guide": r, "age": tau, **jr})
    old = tau > 0.0  # at birth both vanish
    ratio = [evolution.ratio(p, tau[old], r[old], choices) for p in (best, every)]
    found["ratio"] = pd.DataFrame({"r_guide": r[old], "age": tau[old], **_summary(*ratio)})
    return found


def _sun(every: Parameters, best: Parameters) -> pd.DataFrame:
    """Return the Sun's birth: quantiles over the posterior and the error of [Fe/H] together."""
    import pandas as pd
    from scipy.special import ndtri

    one, over = sun.birthplace(best), sun.birthplace(every)
    lz0 = np.reshape(over.lz0, (-1, 1))
    even = (np.arange(_EVEN) + 0.5) / _EVEN  # shares of a normal distribution: its error, for each set
    error = ndtri(even) * np.reshape(over.lz0_err, (-1, 1))
    rows = []
    for name, unit, scale in (("Lz0", "kpc km/s", 1.0), ("birth radius", "kpc", 1.0 / best.VC)):
        both = _summary(np.array([one.lz0 * scale]), np.reshape(lz0 + error, (-1, 1)) * scale)
        low, high = np.quantile(lz0 * scale, [0.16, 0.84])
        row = {"quantity": name, "unit": unit, **{k: float(v[0]) for k, v in both.items()}}
        row["err_fe_h"] = float(np.median(np.asarray(over.lz0_err))) * scale
        rows.append({**row, "err_posterior": 0.5 * (high - low)})
    return pd.DataFrame(rows)


def text(found: Mapping[str, pd.DataFrame]) -> str:
    """Return the tables as lines for people: the numbers, the Sun, and the curves at whole ages."""
    numbers, lz, jr, ratio = (found[name] for name in ("numbers", "rms_lz", "rms_jr", "ratio"))
    source = {"hessian": "the curvature at the maximum", "chain": "the chain"}.get(
        str(numbers.attrs.get("source")), "sets of parameters"
    )
    head = f"16 to 84 % of {numbers.attrs['sets']:,} sets from {source}"
    rows = [("quantity", "paper", "unit", "best", "median", "q16", "q84", "printed", "goes with", "remark")]
    for line in numbers.to_dict("records"):
        printed = "-" if np.isnan(line["printed"]) else f"{line['printed']:.4g}"
        values = [f"{line[name]:.4g}" for name in ("best", *QUANTILES)]
        rows.append(
            (
                line["quantity"],
                line["where"],
                line["unit"],
                *values,
                printed,
                line["goes_with"],
                line["remark"],
            )
        )
    born = [("the Sun's", "unit", "median", "q16", "q84", "from [Fe/H]", "from the posterior")]
    for line in found["sun"].to_dict("records"):
        values = [f"{line[k]:.4g}" for k in (*QUANTILES, "err_fe_h", "err_posterior")]
        born.append((line["quantity"], line["unit"], *values))
    curve: list[tuple[str, ...]] = [("age", "rms(Lz - Lz0)", "kpc", "rms JR, 8 kpc", "ratio, 8 kpc")]
    jr, ratio = (t[t["r_guide"] == comparison.R_TEXT].set_index("age") for t in (jr, ratio))
    for line in lz.iloc[4::4].to_dict("records"):
        cells = [_band(line), _band({k: line[f"{k}_kpc"] for k in QUANTILES})]
        cells += [
            _band(dict(zip(QUANTILES, t.loc[line["age"], list(QUANTILES)], strict=True))) for t in (jr, ratio)
        ]
        curve.append((f"{line['age']:.3g}", *cells))
    parts = [head, comparison.aligned(rows, (3, 4, 5, 6, 7)), "", comparison.aligned(born, range(2, 7))]
    return "\n".join([*parts, "", comparison.aligned(curve, range(5))])


def _band(line: Mapping[Any, float]) -> str:
    """Return a median with what is added and taken off to its quantiles."""
    middle = line["median"]
    return f"{middle:.4g} +{line['q84'] - middle:.2g} -{middle - line['q16']:.2g}"
