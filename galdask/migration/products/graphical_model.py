"""Which variable of the model depends on which: a graph whose nodes and arrows are a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galdask.migration.model.parameters import FREE
from galdask.migration.products.product import Product, Work, variable

if TYPE_CHECKING:
    import xarray as xr

#: node -> label, kind, x, y; y grows upward
NODES = {
    "scale": ("$R_{d0}$", "parameter", 0.3, 4.0),
    "history": (r"$x_{io},\,\tau_\mathrm{SFR}$", "parameter", 2.5, 4.0),
    "diffusion": (r"$\sigma_{Lz}$", "parameter", 4.55, 4.0),
    "heating": (r"$\sigma_{vR0},\,\beta,\,R_{\sigma R}$", "parameter", 6.55, 4.0),
    "height": ("$a_z$", "parameter", 8.55, 4.0),
    "enrichment": (r"$\gamma,\,\nabla,\,$[Fe/H]$_\mathrm{max}$", "parameter", -2.3, 4.0),
    "lz0": ("$L_{z0}$", "hidden", -0.3, 2.5),
    "tau": (r"$\tau$", "hidden", 1.9, 2.2),
    "fe_h": ("[Fe/H]", "hidden", -2.3, 1.4),
    "lz": ("$L_z$", "hidden", 4.5, 0.95),
    "jr": ("$J_R$", "hidden", 6.5, 1.25),
    "z": ("$z$", "hidden", 8.4, 2.2),
    "fe_h_obs": (r"[Fe/H]$_\mathrm{obs}$", "observed", -2.3, -0.5),
    "age_obs": (r"$\tau_\mathrm{obs}$", "observed", 1.2, -0.5),
    "phase_obs": (r"$l, b, D, v_\mathrm{los}, \mu$", "observed", 5.7, -0.5),
    "noise": ("errors", "fixed", -0.6, -1.75),
    "tracer": ("weight of ages", "fixed", 1.9, -1.75),
    "potential": ("potential", "fixed", 5.7, -1.75),
    "selection": ("selection $S(l, b, D)$", "fixed", 8.4, -1.75),
}
#: arrows, from a node to what depends on it
ARROWS = (
    ("scale", "lz0"), ("history", "tau"), ("diffusion", "lz"), ("heating", "jr"), ("height", "z"),
    ("enrichment", "fe_h"), ("lz0", "tau"), ("lz0", "fe_h"), ("tau", "fe_h"), ("lz0", "lz"), ("tau", "lz"),
    ("tau", "jr"), ("lz", "jr"), ("tau", "z"), ("lz", "z"), ("scale", "lz"), ("fe_h", "fe_h_obs"),
    ("tau", "age_obs"), ("lz", "phase_obs"), ("jr", "phase_obs"), ("z", "phase_obs"), ("noise", "fe_h_obs"),
    ("noise", "age_obs"), ("noise", "phase_obs"), ("potential", "phase_obs"), ("selection", "phase_obs"),
    ("tracer", "age_obs"),
)  # fmt: skip


def make(work: Work) -> xr.Dataset:
    """Return nodes and arrows."""
    import xarray as xr

    labels, kinds, x, y = zip(*NODES.values(), strict=True)
    return xr.Dataset(
        {
            "x": variable("node", x, "place of the node, right"),
            "y": variable("node", y, "place of the node, up"),
            "start": variable("arrow", [a for a, _ in ARROWS], "node where the arrow begins"),
            "end": variable("arrow", [b for _, b in ARROWS], "node that depends on it"),
        },
        {"node": list(NODES), "label": ("node", list(labels)), "kind": ("node", list(kinds))},
        {"stars": len(work.fit.stars), "free": len(FREE)},
    )


PRODUCT = Product(
    "graphical_model",
    "Which variable depends on which",
    "Figure 2",
    "The model as a graph: an arrow goes from a variable to those whose density depends on it. Ellipses: the"
    " eleven parameters that are fitted, the same for all stars. In the frame, once for each star: hidden"
    " true values (open circles) and what is observed of them (gray). Black dots: what is held fixed.",
    make,
)
