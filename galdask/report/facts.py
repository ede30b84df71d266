"""What the page says: gathered from the folder of a run and from what its maker tells."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from galdask.report import pictures
from galdask.report.anchors import anchor
from galdask.report.tables import SHOWN_ROWS, Comparison, Table, comparisons, read

#: names of quantities in names of cuts and counts, as they are written
SYMBOLS = {"fe_h": "[Fe/H]", "mg_fe": "[Mg/Fe]", "logg": "log g", "teff": "T_eff"}
#: parts of the names of panel counts
PANELS = {"face": "face-on", "edge": "edge-on", "xy": "X-Y", "rz": "R-Z"} | SYMBOLS
#: populations as a reader sees them
NAMES = {"total": "all stars", "low_alpha": "low-α", "high_alpha": "high-α"}


@dataclass(slots=True)
class Link:
    """A file of the run, relative to the page."""

    text: str
    href: str
    note: str = ""


@dataclass(slots=True)
class Shown:
    """One product as the page shows it."""

    name: str
    title: str
    figure: str = ""
    caption: str = ""
    picture: pictures.Picture | None = None
    numbers: list[tuple[str, str]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    source: str = ""
    remark: str = ""
    """What is to be known of the published numbers beside it."""

    @property
    def anchor(self) -> str:
        """Name of its place in the page."""
        return anchor("product", self.name)

    @property
    def alt(self) -> str:
        """What a reader who cannot see the picture is told."""
        counts = "; ".join(f"N {name} {value}".replace("  ", " ") for name, value in self.numbers[:4])
        return f"{self.title}. {self.caption} {counts}".strip()


def size(path: Path) -> str:
    """Return the size of a file in words."""
    number = float(path.stat().st_size)
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def link(run: Path, path: Path, text: str) -> Link:
    """Return a link from the page, one folder below the run, to a file or folder of the run."""
    href = "../" + urllib.parse.quote(path.relative_to(run).as_posix()) + ("/" if path.is_dir() else "")
    return Link(text, href, "" if path.is_dir() else size(path))


def _panel_numbers(dataset: Any) -> list[tuple[str, str]]:
    """Return N of the panels: the variables called n_panel..., for all stars where there are classes."""
    found = []
    for name in dataset.data_vars:
        if "n_panel" not in str(name):
            continue
        values = dataset[name]
        if "population" in values.dims:
            values = values.isel(population=0)
        before, _, after = str(name).partition("n_panel")
        label = " ".join(PANELS.get(part, part) for part in _parts(before + after))
        found.append((label, ", ".join(f"{int(v):,}" for v in values.values.ravel()[:12])))
    return found


def _parts(name: str) -> list[str]:
    """Split the name of a count into view and quantity: "face_mg_fe_" is ["face", "mg_fe"]."""
    name = name.strip("_")
    view = name.split("_")[0]
    return [part for part in ((view, name[len(view) + 1 :]) if view in ("face", "edge") else (name,)) if part]


def as_json(text: Any) -> dict[str, Any]:
    """Return the mapping of a JSON text; empty if it holds none."""
    try:
        value = json.loads(str(text))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def product(run: Path, path: Path) -> Shown:
    """Return a product of the run from its saved dataset, its picture and its tables."""
    from galdask import cartography

    name = path.stem
    with cartography.open_product(path) as dataset:
        about = dict(dataset.attrs)
        shown = Shown(
            name,
            str(about.get("title", name)),
            str(about.get("figure", "")),
            str(about.get("caption", "")),
            numbers=_panel_numbers(dataset),
            settings=as_json(about.get("settings", "{}")),
            source=str(about.get("published_source", "")),
            remark=str(about.get("published_note", "")),
        )
    png = run / "figures" / f"{name}.png"
    for file, text in ((png, "PNG"), (png.with_suffix(".pdf"), "PDF")):
        if file.exists():
            shown.links.append(link(run, file, text))
    shown.links.append(link(run, path, "Zarr"))
    return shown


def give_tables(run: Path, products: list[Shown]) -> list[Link]:
    """Give every table to the product that it belongs to; return links to those of none.

    A table belongs to the product whose name begins its own, or whose comparison it is: the one
    named in its comments as `product`, else the last product with published values.
    """
    rest = []
    by_name = {p.name: p for p in products}
    for path in sorted((run / "tables").glob("*.csv")):
        table = read(path)
        owners = [p for p in products if path.stem == p.name or path.stem.startswith(p.name + "_")]
        owner = by_name.get(table.facts.get("product", "")) or (owners[-1] if owners else None)
        if owner is None and comparisons(table):
            owner = next((p for p in products if p.source and p.title in table.title), None)
        links = [link(run, path, f"{path.stem} (CSV)")]
        parquet = path.with_suffix(".parquet")
        if parquet.exists():
            links.append(link(run, parquet, f"{path.stem} (Parquet)"))
        if owner is None:
            rest += links
            continue
        owner.links += links
        compared = comparisons(table)
        owner.comparisons += compared
        if not compared and len(table.rows) <= SHOWN_ROWS:
            owner.tables.append(table)
    return rest


def products(run: Path) -> list[Shown]:
    """Return the products of a run, in the order of the paper's figures."""
    from galdask.cartography.products import names

    there = {path.stem: path for path in (run / "products").glob("*.zarr")}
    order = [name for name in names() if name in there]
    found = [product(run, there[name]) for name in (*order, *sorted(set(there).difference(order)))]
    embedded = pictures.embed_all([run / "figures" / f"{one.name}.png" for one in found])
    for one, picture in zip(found, embedded, strict=True):
        one.picture = picture
    return found


def cubes(run: Path) -> list[tuple[str, str, Link]]:
    """Return name, shape and link of every cube."""
    from galdask import cartography

    found = []
    for path in sorted((run / "cubes").glob("*.zarr")):
        with cartography.open_product(path) as cube:
            sizes = [f"{name} {n}" for name, n in cube.sizes.items() if name != "bnds"]
            shape = " × ".join(sizes) + f"; {len(cube.data_vars)} variables"
        found.append((path.stem, shape, link(run, path, "Zarr")))
    return found


def headline(
    context: Mapping[str, Any], shown: list[Shown], agreement: Mapping[str, int]
) -> list[tuple[str, str, str]]:
    """Return the numbers at the top of the page: value, what it is, and a remark.

    Parameters
    ----------
    context : mapping
        As for `galdask.report.write_report`.
    shown : list of Shown
        The products.
    agreement : mapping
        How many of the published numbers have which status.
    """
    rows = int(context.get("catalogue", {}).get("rows", 0))
    stars = context.get("provenance", {}).get("store", {}).get("stars")
    remark = f"of {int(stars):,} different stars" if stars else ""
    found = [(f"{rows:,}", "rows in the catalogue", remark)]
    samples = {name: int(n) for name, n in context.get("samples", {}).items() if int(n) != rows}
    for name in [n for n in ("main", "age") if n in samples] or list(samples)[:2]:
        share = f"{samples[name] / rows:.1%} of the rows" if rows else ""
        found.append((f"{samples[name]:,}", f"stars in the sample {name.replace('_', ' ')}", share))
    found += _slopes(shown, count=not agreement)
    if agreement:
        known = agreement.get("agree", 0) + agreement.get("differ", 0)
        whole = sum(agreement.values())
        words = f"published numbers agree; {known} of {whole} could be computed"
        found.append((f"{agreement.get('agree', 0)} of {known}", words, ""))
    return found


def _slopes(shown: list[Shown], count: bool) -> list[tuple[str, str, str]]:
    """Return the slopes of the first bin beside published ones, and how many agree if that is asked for."""
    item = next((one for one in shown if one.comparisons), None)
    if item is None:
        return []
    first, found = item.comparisons[0], []
    for population, group in first.groups.items():
        if group and group[0].ours != "–" and population in ("total", "low_alpha"):
            text = f"{item.title}: {group[0].bin} kpc, {NAMES.get(population, population)}"
            notes = [first.unit] if first.unit else []
            notes += [f"published {group[0].published}"] if group[0].published != "–" else []
            found.append((group[0].ours, text, "; ".join(notes)))
    near, known = first.counts()
    if known and count:
        found.append((f"{near} of {known}", "published values within 2 combined errors", first.title))
    return found
