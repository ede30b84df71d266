"""How many stars there are, where, and the frame that they are placed with."""

from __future__ import annotations

from collections.abc import Callable

from galdask.lineage.finding import Finding, NotComputableError, finding
from galdask.lineage.results import Results, of_population

#: cut -> the rule of S/N that it is
RULES = {"spectrum_sn": "SN_BAD bit clear", "snr_50": "SNR >= 50", "snrev_50": "SNREV >= 50"}
#: the sample of the paper, and the same stars under the other rules
SAMPLES = ("main", "main_snr", "main_snrev")


def stars(results: Results) -> Finding:
    """Return the number of different stars of the catalogue."""
    if "stars" not in results.catalogue:
        raise NotComputableError("the record of the run does not tell the number of different stars")
    return finding(results.catalogue["stars"], source="provenance.json, store")


def sample(results: Results) -> Finding:
    """Return the stars of the main sample, and how many each rule of S/N leaves."""
    beside: list[tuple[str, float, float | None]] = []
    for name in SAMPLES:
        steps = [row["step"] for row in results.ledger if row["sample"] == name and row["step"] != "input"]
        rule = next((RULES[step] for step in steps if step in RULES), None)
        if rule is None or len(steps) < 2:
            continue
        cuts = steps[:-1]
        while cuts and cuts[-1].startswith("finite_"):
            cuts.pop()
        for step, words in (
            (steps[-1], rule),
            (cuts[-1] if cuts else "", f"{rule}, without the finite cuts"),
        ):
            left = results.remaining(name, step)
            if left is not None:
                beside.append((words, left, None))
    return finding(_kept(results, "main"), source="ledger.csv, main", beside=tuple(beside))


def with_age(results: Results) -> Finding:
    """Return the stars of the sample of ages."""
    return finding(_kept(results, "age"), source="ledger.csv, age")


def _kept(results: Results, name: str) -> int:
    kept = results.remaining(name)
    if kept is None:
        raise NotComputableError(f"the run has no sample {name}")
    return kept


def _quarter(**where: str) -> Callable[[Results], Finding]:
    def found(results: Results) -> Finding:
        coverage = of_population(results.product("coverage"), "total")
        if "n_quarter" not in coverage:
            raise NotComputableError("the counts by quarter are not in this run's coverage")
        return finding(coverage["n_quarter"].sel(where).sum(), source="coverage, n_quarter")

    return found


def _frame(key: str) -> Callable[[Results], Finding]:
    def found(results: Results) -> Finding:
        frame = results.record.get("settings", {}).get("frame") or {}
        if key not in frame:
            raise NotComputableError("the positions of this catalogue were not computed with a frame")
        return finding(frame[key], source="provenance.json, frame")

    return found


def distance_error(results: Results) -> Finding:
    """Return the median fractional error of the distances."""
    coverage = results.product("coverage")
    if "distance_error_median" not in coverage:
        raise NotComputableError("the pipeline has no fractional error of the distances")
    return finding(
        coverage["distance_error_median"],
        coverage["distance_error_median_err"],
        "coverage, distance_error_median",
        missing="no star has an error of its distance",
    )


FINDERS = {
    "n_unique_stars": stars,
    "n_sample": sample,
    "n_z_pos": _quarter(side="above"),
    "n_z_neg": _quarter(side="below"),
    "n_r_in": _quarter(ring="inside"),
    "n_r_out": _quarter(ring="outside"),
    "n_age": with_age,
    "r_sun": _frame("r_sun"),
    "z_sun": _frame("z_sun"),
    "dist_err_typical": distance_error,
}
