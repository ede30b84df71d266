"""Rows of the mock's allStar: stellar parameters and abundances, as arrays and as named columns."""

from __future__ import annotations

import numpy as np

from galdask.mocks.elements import ELEMENTS, FE, NAMED
from galdask.mocks.identifiers import padded
from galdask.mocks.observation import Observation

#: library grids, in the order of FPARAM_GRID and CHI2_GRID
GRIDS = ("BA", *(f"{grid}_{part}" for grid in ("Fd", "GKd", "Md", "GKg", "Mg") for part in "abcd"))
#: calibrated less raw: T_eff (K), log g
TEFF_SHIFT, LOGG_SHIFT = 100.0, -0.02
#: calibrated less raw abundance of each element, dex
X_SHIFT = np.array(
    [0.0, 0.0, 0.0, 0.057, 0.019, 0.064, -0.141, -0.005, 0.0, 0.024, 0.070, -0.018, 0.0, -0.042,
     0.045, 0.002, 0.117, 0.0, 0.048, 0.042, 0.0, 0.0, 0.0, -0.056, 0.0, 0.0, 0.0]
)  # fmt: skip
#: PARAMFLAG of log g: clump, giant branch, main sequence
SPEC_RC, SPEC_RGB, LOGG_CAL_MS = 1 << 24, 1 << 25, 1 << 26


def fill_abundances(table: np.ndarray, seen: Observation, full: bool) -> None:
    """Fill every column that ASPCAP makes; NaN in the named ones where the spectrum or the element failed."""
    blank = seen.flag["blank"]
    no_result = (seen.flag["aspcapflag"] & (1 << 31)) != 0
    param, error = _parameters(seen)
    _fill_parameters(table, seen, param, error, blank)
    x_h, x_h_err = seen.label["x_h"].copy(), seen.label["x_h_err"].copy()
    x_h[no_result], x_h_err[no_result] = np.nan, np.nan
    _fill_elements(table, seen, x_h, x_h_err, blank)
    grid = _grid(seen)
    chi2 = (1.2 + (seen.row["snr"] / 110.0) ** 1.6).astype(np.float32)
    chi2[(seen.flag["aspcapflag"] & (1 << 24)) != 0] *= 60.0
    table["ASPCAP_CHI2"] = np.where(no_result, np.nan, chi2)
    table["ASPCAP_GRID"] = padded(["", *GRIDS], 8)[np.where(no_result, 0, grid + 1)]
    if full:
        _fill_raw(table, seen, param, error, (grid, chi2, no_result))
        table["FELEM"], table["FELEM_ERR"] = x_h - X_SHIFT.astype(np.float32), x_h_err
        table["ELEMFLAG"] = seen.flag["elemflag"]


def _parameters(seen: Observation) -> tuple[np.ndarray, np.ndarray]:
    """Return PARAM and its errors, float32 of shape (n, 9), before any is blanked."""
    label, star = seen.label, seen.star
    size = seen.size
    param, error = np.zeros((size, 9), dtype=np.float32), np.full((size, 9), 0.01, dtype=np.float32)
    alpha = 0.75 * label["mg_fe"]
    broad = np.where(star["teff"] > 7000.0, 1.9, np.where(star["logg"] > 3.5, 0.6, 0.2))
    micro = 0.37 - 0.11 * label["logg"]
    carbon, nitrogen = label["x_h"][:, 0] - label["m_h"], label["x_h"][:, 2] - label["m_h"]
    values = (label["teff"], label["logg"], micro, label["m_h"], carbon, nitrogen, alpha, broad)
    param[:, :8] = np.stack(values, axis=1)
    error[:, 0], error[:, 1], error[:, 3] = label["teff_err"], label["logg_err"], label["fe_h_err"]
    error[:, 6] = 0.8 * label["mg_fe_err"]
    return param, error


def _fill_parameters(
    table: np.ndarray, seen: Observation, param: np.ndarray, error: np.ndarray, blank: np.ndarray
) -> None:
    nothing = np.float32(np.nan)
    for k, name in ((0, "TEFF"), (1, "LOGG"), (3, "M_H"), (6, "ALPHA_M")):
        table[name] = np.where(blank, nothing, param[:, k])
        table[f"{name}_ERR"] = np.where(blank, nothing, error[:, k])
    table["TEFF_SPEC"] = np.where(blank, nothing, param[:, 0] - np.float32(TEFF_SHIFT))
    table["LOGG_SPEC"] = np.where(blank, nothing, param[:, 1] - np.float32(LOGG_SHIFT))
    giant = seen.star["logg"] < 3.5
    table["VMICRO"] = np.where(blank, nothing, 10.0 ** param[:, 2])
    table["VMACRO"] = np.where(blank, nothing, np.where(giant, 4.5, 0.0))
    table["VSINI"] = np.where(blank | giant, nothing, 10.0 ** param[:, 7])
    kind = np.where(seen.star["clump"], SPEC_RC, np.where(giant, SPEC_RGB, LOGG_CAL_MS))
    flag = np.zeros((seen.size, 9), dtype=np.int64)
    flag[:, 1] = kind
    table["PARAMFLAG"] = flag


def _fill_elements(
    table: np.ndarray, seen: Observation, x_h: np.ndarray, x_h_err: np.ndarray, blank: np.ndarray
) -> None:
    names = table.dtype.names or ()
    m_h = seen.label["m_h"][:, None]
    shift = X_SHIFT.astype(np.float32)
    table["X_H"], table["X_H_ERR"] = x_h, x_h_err
    table["X_M"], table["X_M_ERR"] = x_h - m_h, x_h_err
    table["X_H_SPEC"], table["X_M_SPEC"] = x_h - shift, x_h - shift - m_h
    table["ELEM_CHI2"] = 1.0 + 2.0 * np.abs(shift) + x_h_err
    table["ELEMFRAC"] = 0.985
    failed = (seen.flag["elemflag"] != 0) | blank[:, None]
    nothing = np.float32(np.nan)
    for k, element in enumerate(ELEMENTS):
        column = "FE_H" if k == FE else f"{NAMED.get(element)}_FE"
        if column not in names:
            continue
        value = x_h[:, k] if k == FE else x_h[:, k] - x_h[:, FE]
        bad = failed[:, k] | failed[:, FE]
        table[column] = np.where(bad, nothing, value)
        table[f"{column}_SPEC"] = np.where(bad, nothing, value - shift[k])
        table[f"{column}_ERR"] = np.where(blank, nothing, x_h_err[:, k])
        table[f"{column}_FLAG"] = seen.flag["elemflag"][:, k]


def _grid(seen: Observation) -> np.ndarray:
    """Return the number of the best library grid of each spectrum."""
    teff, logg = seen.star["teff"], seen.star["logg"]
    dwarf = np.where(teff > 6000.0, 1, np.where(teff > 4000.0, 5, 9))
    best = np.where(logg > 3.5, dwarf, np.where(teff > 3950.0, 13, 17)) + seen.row["index"] % 4
    return np.where(teff > 7500.0, 0, best)


def _fill_raw(
    table: np.ndarray,
    seen: Observation,
    param: np.ndarray,
    error: np.ndarray,
    fit: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Fill the fits of the library grids: raw parameters, their covariances, one or two grids of 21."""
    grid, chi2, no_result = fit
    raw = param.copy()
    raw[:, 0] -= TEFF_SHIFT
    raw[:, 1] -= LOGG_SHIFT
    related = np.eye(9, dtype=np.float32)
    related[0, 1] = related[1, 0] = 0.6
    related[0, 3] = related[3, 0] = 0.5
    related[3, 6] = related[6, 3] = -0.3
    covariance = (error[:, :, None] * error[:, None, :] * related).reshape(seen.size, 81)
    for values in (raw, covariance):
        values[no_result] = np.nan
    table["FPARAM"], table["FPARAM_COV"] = raw, covariance
    table["PARAM"] = np.where(no_result[:, None], np.float32(np.nan), param)
    table["PARAM_COV"] = covariance
    every = np.full((seen.size, len(GRIDS), 9), np.nan, dtype=np.float32)
    quality = np.full((seen.size, len(GRIDS)), np.nan, dtype=np.float32)
    spectrum = np.arange(seen.size)
    every[spectrum, grid] = raw
    quality[spectrum, grid] = np.where(no_result, np.nan, chi2)
    table["FPARAM_GRID"], table["CHI2_GRID"] = every.reshape(seen.size, -1), quality
