"""Prepare the giants of APO-K2 for a fit of orbit migration: one table of stars with U, V and W.

    python pipelines/examples/apo_k2_motions.py DIR OUT

DIR holds `apo_k2_public_catalog.csv` and `t1_apok2_rgb_ages.txt`; OUT gets `apo_k2_motions.csv`.

The published V cannot be used: in all 7,672 rows the column `v` is a copy of `v_err`. V is found again from
the published angular momentum (`ang_mom`, 1000 kpc km/s, negative along the rotation), U and the place:

    Lz = x vy - y vx,  vx = -U (outward),  vy = (Lz + y vx) / x,  V = vy - 235 km/s

with x outward through the Sun at R0 = 8.2 kpc. U (inward) and W of the catalogue are relative to the local
standard of rest: U of low-alpha stars changes with y / R by 212 km/s, as it must on circles, from -3.6 km/s
at the Sun, and the mean W is -0.5 km/s; the Sun's own motion would make these about -12 and -7.5.
"""

import csv
import math
import sys
from pathlib import Path

R_SUN, V_CIRC = 8.2, 235.0
#: column of the table of ages -> its bytes
BYTES = {"star_id": (10, 28), "fe_h": (126, 132), "alpha_m": (139, 144), "age": (219, 223),
         "age_low": (224, 228), "age_up": (229, 234)}  # fmt: skip
NUMBERS = ("glon", "glat", "para", "para_err", "ang_mom", "ang_mom_err", "u", "w", "u_err", "w_err", "kmag")
NAMES = ("star_id", "campaign", "glon", "glat", "distance", "distance_share", "age", "age_err", "fe_h",
         "alpha_m", "m_k", "u", "v", "w", "u_err", "v_err", "w_err")  # fmt: skip


def ages(path: Path) -> dict[str, dict[str, float]]:
    """Return what the table of ages says, by APOGEE id; of a repeated one the last line."""
    found = {}
    lines = path.read_text().splitlines()
    start = max(k for k, line in enumerate(lines) if line.startswith("-----")) + 1
    for line in lines[start:]:
        row = {name: line[a:b].strip() for name, (a, b) in BYTES.items()}
        if row["age"] and row["fe_h"] and row["alpha_m"]:
            name = row.pop("star_id")
            found[name] = {k: float(v) if v else math.nan for k, v in row.items()}
    return found


def star(row: dict[str, str], of_age: dict[str, float]) -> list[object] | None:
    """Return the line of a star, or None if the catalogue lacks its place or its motion."""
    given = {name: float(row[name] or "nan") for name in NUMBERS}
    if not given["para"] > 0.0 or not all(abs(given[k]) < 900.0 for k in ("u", "w", "ang_mom")):
        return None
    distance = 1.0 / given["para"]
    l, b = math.radians(given["glon"]), math.radians(given["glat"])  # noqa: E741
    x, y = R_SUN - distance * math.cos(b) * math.cos(l), distance * math.cos(b) * math.sin(l)
    vy = (-1000.0 * given["ang_mom"] - y * given["u"]) / x
    error = 0.5 * (of_age["age_low"] + of_age["age_up"]) / of_age["age"] / math.log(10.0)
    return [
        row["apogee"], row["camp"].strip("[]").split(",")[0], given["glon"], given["glat"], f"{distance:.5f}",
        f"{given['para_err'] / given['para']:.4f}", of_age["age"], f"{error:.4f}", of_age["fe_h"],
        of_age["alpha_m"], f"{given['kmag'] - 5 * math.log10(100 * distance):.3f}", given["u"],
        f"{vy - V_CIRC:.3f}", given["w"], given["u_err"], f"{abs(1000.0 * given['ang_mom_err'] / x):.3f}",
        given["w_err"],
    ]  # fmt: skip


def main(words: list[str]) -> int:
    """Write the table."""
    source, to = (Path(word) for word in words)
    known, made, same = ages(source / "t1_apok2_rgb_ages.txt"), [], 0
    with (source / "apo_k2_public_catalog.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            same += abs(float(row["v"]) - float(row["v_err"])) < 6e-4
            if row["apogee"] in known and (line := star(row, known[row["apogee"]])) is not None:
                made.append(line)
    with (to / "apo_k2_motions.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(NAMES)
        writer.writerows(made)
    print(
        f"{len(made)} of {len(known)} stars with ages; v is a copy of v_err in {same} rows of the catalogue"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
