"""What a run is asked to make, resolved once: a pipeline file against a store, and the name of the run.

The name is the digest of everything that enters the results, so that an unchanged rerun has nothing to do
and a plan can say beforehand what a run will find.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import accounting, config, digest, provenance
from galdask.engine.cluster import shipped
from galdask.errors import ConfigError

if TYPE_CHECKING:
    from galdask.cartography.plan import Plan
    from galdask.catalog.store import Store
    from galdask.engine.plan import Work
    from galdask.stars.recipe import Recipe


@dataclass(frozen=True)
class Intent:
    """A pipeline and a store, and what is to be made of them.

    Parameters
    ----------
    section : Section
        The pipeline file.
    store : Store
        The catalogue.
    recipe : Recipe
        Cuts and derived columns.
    plan : Plan
        Grids, cubes and products.
    names : tuple of str
        Products and cubes to make.
    skipped : dict of str to str
        What cannot be made, and why.
    figures : bool
        Whether pictures and the report are made.
    run : str
        Name of the run.
    """

    section: config.Section
    store: Store
    recipe: Recipe
    plan: Plan
    names: tuple[str, ...]
    skipped: Mapping[str, str]
    figures: bool
    run: str

    @cached_property
    def requests(self) -> dict[str, tuple[str, Any]]:
        """Every reduction of the run: those of products, and the counts of the account."""
        from galdask import cartography

        asked = cartography.requests(self.plan, self.names)
        found = {key: (request.sample, request.reduction) for key, request in asked.items()}
        return found | accounting.requests(self.recipe, found.values())

    def words(self, name: str) -> dict[str, str]:
        """Return the requests of a product by its own words for them, as names in `requests`."""
        from galdask.cartography import atlas

        return {word: request.id for word, request in atlas.asked(self.plan, name).items()}

    def account_words(self) -> dict[str, str]:
        """Return the requests of the account: the ledger, and the gaps of what products read."""
        return {name: name for name in self.requests if name == "ledger" or name.startswith("gaps ")}

    def work(self, out: Path, cache: bool | Path, scratch: Path) -> Work:
        """Return what these reductions come to, and what of them is saved."""
        from galdask.engine.plan import survey

        saved = None if cache is False else out / ".cache" if cache is True else Path(cache)
        saved = saved and saved.absolute()  # workers may stand elsewhere
        return survey(self.store, self.recipe, self.requests, scratch=scratch.absolute(), saved=saved)


def pipeline_path(name_or_path: str | Path) -> Path:
    """Return the file of a pipeline, by the name of a shipped one or by path.

    Raises
    ------
    ConfigError
        If there is no such pipeline.
    """
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml"):
        return path
    folder = shipped("pipelines")
    found = folder / f"{name_or_path}.yaml"
    if folder not in found.parents or ".." in path.parts or not found.is_file():
        known = ", ".join(sorted(str(p.relative_to(folder).with_suffix("")) for p in folder.glob("*.yaml")))
        raise ConfigError(
            f"no pipeline is called {str(name_or_path)!r}", expected=f"{known}, or the path of a YAML file"
        )
    return found


def resolve(
    pipeline: str | Path,
    store: Store | Path | str,
    *,
    only: Sequence[str] | None = None,
    figures: bool = True,
) -> Intent:
    """Read a pipeline file against a store.

    Parameters
    ----------
    pipeline : str or path
        Name of a pipeline, or the path of a pipeline file.
    store : Store or path
        The catalogue.
    only : sequence of str, optional
        Products to make; all of the pipeline's by default.
    figures : bool
        Whether pictures and the report are made.

    Raises
    ------
    GaldaskError
        If the pipeline or the store is not right; names file and line.
    """
    from galdask.cartography import overlays
    from galdask.cartography.plan import Plan
    from galdask.catalog.store import Store, open_store
    from galdask.stars.recipe import Recipe

    section = config.load(pipeline_path(pipeline))
    section.whole("galdask_pipeline", low=1, high=1)
    opened = store if isinstance(store, Store) else open_store(store)
    recipe = Recipe.from_section(section, opened)
    plan = Plan.from_section(section, recipe.derived_columns, recipe.samples)
    points, without = overlays.from_section(section.section("overlays", None), opened.path)
    plan = replace(plan, overlays=points)
    section.done()
    names, skipped = plan.choose(only)
    skipped |= {f"overlay {name}": why for name, why in without.items()}
    identity = digest.of_settings(
        {
            "pipeline": {key: section.value(key) for key in section},
            "store": _what_is_read(opened, recipe),
            "products": names,
            "overlays": overlays.identity(points),
            "figures": figures,
            "versions": provenance.versions(),
            "cpu": list(provenance.cpu_features()),
        }
    )[:16]
    return Intent(section, opened, recipe, plan, tuple(names), skipped, figures, identity)


def _what_is_read(store: Store, recipe: Recipe) -> str:
    """Return the digest of all that a run takes from a store: other columns may come and go."""
    columns = sorted({"star_key", *recipe.columns_read})
    parts = [[part.digests[name] for name in columns] for part in store.partitions]
    return digest.of_settings(
        store.name, store.title, store.mock, store.rows, recipe.settings(), columns, parts
    )
