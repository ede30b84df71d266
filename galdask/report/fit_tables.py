"""The tables of the page of a fit: headline, the maximum, convergence, parameters, derived numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask.report.tables import with_error

if TYPE_CHECKING:
    from galdask.migration.fit.folder import Fit

#: difference in ln L within which two searches found the same maximum
_SAME = 0.5


def headline(fit: Fit) -> list[tuple[str, str, str]]:
    """Return the numbers at the top of the page: value, what it is, and a remark."""
    summary = fit.summary
    found = [(f"{len(fit.stars):,}", "stars", "")]
    if summary.get("steps"):
        burnt = f"{int(summary['burn_in']):,} of them burn-in"
        found.append((f"{int(summary['steps']):,}", f"steps of {summary['walkers']} walkers", burnt))
        found.append(("yes" if summary["converged"] else "no", "chain converged", ""))
    else:
        found.append(("none", "chain", "errors from the curvature at the maximum"))
    numbers = fit.posterior()
    names = list(fit.errors)
    spread = numbers[:, names.index("sigma_Lz")]
    low, middle, high = np.quantile(spread, [0.16, 0.5, 0.84])
    found.append(
        (
            with_error(f"{middle}", f"{0.5 * (high - low)}"),
            f"kpc km/s: diffusion in Lz after {fit.parameters_best.tau_m:g} Gyr",
            "published 582 (Table 1), 567 and 572 (text)",
        )
    )
    kpc = spread / fit.parameters_best.VC
    found.append(
        (with_error(f"{np.median(kpc)}", f"{np.std(kpc)}"), "kpc: the same as a radius", "published 2.4")
    )
    return found


def searches(fit: Fit) -> list[dict[str, Any]]:
    """Return every search of a maximum, with what it lacks of the best of its stage in ln L."""
    found = []
    for number, stage in enumerate(fit.optimum.get("stages", ()), 1):
        best = max((float(one["value"]) for one in stage["searches"]), default=math.nan)
        for one in stage["searches"]:
            less = best - float(one["value"])
            found.append(
                {
                    "stage": number,
                    "name": stage["name"],
                    "start": "first guess"
                    if one["start_number"] == 0
                    else f"start {one['start_number'] + 1}",
                    "optimiser": str(one["optimiser"]).replace("_", "-"),
                    "value": f"{float(one['value']):.2f}".replace("-", "−"),
                    "less": f"{less:.2f}",
                    "level": "near" if less < _SAME else "off",
                    "converged": bool(one["converged"]),
                    "seconds": float(one["seconds"]),
                }
            )
    return found


def stages(fit: Fit) -> str:
    """Return in words how the volume was drawn twice, and how far the maximum moved."""
    found = fit.optimum.get("stages", ())
    moved = next((stage["moved"] for stage in reversed(list(found)) if "moved" in stage), None)
    volume = fit.optimum["best"].get("volume", {})
    words = [f"{int(volume['points']):,} points stand for the survey volume"] if volume else []
    if moved is not None:
        words.append(
            f"when stars and volume were drawn anew near the first maximum, it moved by {moved:.2f} in"
            " units of its errors (root of d H d)"
        )
    text = "; ".join(words)
    return text[:1].upper() + text[1:] + "." if text else ""


def convergence(fit: Fit) -> list[tuple[str, str]]:
    """Return what is known of the chain, as pairs of a word and what it says."""
    s = fit.summary
    if not s.get("steps"):
        return []
    found = [
        ("Verdict", str(s["verdict"])),
        ("Steps", f"{int(s['steps']):,}, of which {int(s['burn_in']):,} are left out as burn-in"),
        (
            "Kept",
            f"every {'step' if s['thin'] == 1 else str(s['thin']) + ' steps'}, all {s['walkers']} walkers",
        ),
        ("Accepted", f"{float(s['acceptance']):.0%} of the proposed moves; 20 to 50 % is usual"),
    ]
    volume = s.get("effective_volume") or {}
    if volume.get("points"):
        share = float(volume["effective_size"]) / float(volume["points"])
        text = (
            f"{float(volume['effective_size']):,.0f} of {int(volume['points']):,} points count ({share:.0%})"
        )
        found.append(("Survey volume", text))
    if other := (s.get("cross_check") or {}).get("verdict"):
        found.append(("Another sampler", str(other)))
    return found


def variants(rows: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return what moved in each variant of the fit: the largest shift, and those above one combined error.

    Parameters
    ----------
    rows : sequence of mapping
        Of ``tables/variants.csv``: one a variant and parameter.
    """
    grouped: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        grouped.setdefault(row["variant"], []).append(row)
    found = []
    for name, group in grouped.items():
        shifts = {row["parameter"]: float(row["combined"]) for row in group}
        known = {k: v for k, v in shifts.items() if math.isfinite(v)}
        largest = max(known, key=lambda k: abs(known[k]), default="")
        moved = [f"{k} {v:+.1f}".replace("-", "−") for k, v in known.items() if abs(v) > 1.0]
        found.append(
            {
                "name": name,
                "title": group[0]["title"],
                "largest": f"{largest} {known[largest]:+.2f}".replace("-", "−") if largest else "–",
                "level": _level(known[largest]) if largest else "none",
                "moved": ", ".join(moved) or "nothing",
            }
        )
    return found


def parameters(fit: Fit) -> list[dict[str, Any]]:
    """Return the parameters beside the paper's Table 1."""
    from galdask.migration.model.parameters import FREE, KNOWN
    from galdask.migration.products.parameters import make
    from galdask.migration.products.product import Work

    table, summary = make(Work(fit)), fit.summary.get("parameters", {})
    found = []
    for name in FREE:
        one = {str(k): float(v) for k, v in table.sel(parameter=name).data_vars.items()}
        time, size = (summary.get(name, {}).get(k) for k in ("autocorrelation_time", "effective_size"))
        found.append(
            {
                "name": name,
                "meaning": KNOWN[name].meaning,
                "unit": KNOWN[name].unit,
                "best": with_error(str(one["best"]), str(one["error"])),
                "posterior": _between(one["median"], one["q16"], one["q84"]),
                "published": f"{one['published']:g}".replace("-", "−"),
                "difference": one["difference"],
                "level": _level(one["difference"]),
                "time": "" if time is None else f"{time:.0f}",
                "size": "" if size is None else f"{size:,.0f}",
            }
        )
    return found


def derived(run: Path) -> list[dict[str, Any]]:
    """Return the derived numbers beside the printed ones; none where the product was not made."""
    from galdask import cartography

    path = run / "products" / "derived.zarr"
    if not path.is_dir():
        return []
    found = []
    with cartography.open_product(path) as dataset:
        for k in range(dataset.sizes["quantity"]):
            one = dataset.isel(quantity=k)
            printed = float(one["printed"])
            texts = {
                name: str(one[name].values) for name in ("quantity", "where", "unit", "goes_with", "remark")
            }
            middle = float(one["median"])
            found.append(
                texts
                | {
                    "value": _between(middle, float(one["q16"]), float(one["q84"])),
                    "printed": f"{printed:.4g}" if math.isfinite(printed) else "",
                    "ratio": f"{middle / printed:.2f}" if math.isfinite(printed) else "",
                }
            )
    return found


def _between(middle: float, low: float, high: float) -> str:
    """Return a median with what is added and taken off to its quantiles, in the digits that these allow."""
    if not all(math.isfinite(v) for v in (middle, low, high)):
        return "–"
    step = min(v for v in (high - middle, middle - low, 1e300) if v > 0.0)
    if step > 1e299:
        return f"{middle:.4g}".replace("-", "−")
    places = min(max(0, 1 - math.floor(math.log10(step))), 6)
    return f"{middle:.{places}f} +{high - middle:.{places}f} −{middle - low:.{places}f}".replace("-", "−")


def _level(difference: float) -> str:
    """Return how far two numbers are apart, as tables mark it."""
    size = abs(difference)
    return "none" if not math.isfinite(size) else "near" if size <= 2 else "off" if size <= 3 else "far"
