"""How the tests look at a figure: by the names that artists carry."""

from __future__ import annotations

import io

import numpy as np


def named(axes, gid):
    """Return the artists of an axes that carry a name."""
    return [artist for artist in axes.get_children() if artist.get_gid() == gid]


def panels(figure):
    """Return the axes that show data, without colour bars."""
    return [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]


def texts(axes):
    """Return every text inside an axes as one string."""
    return "\n".join(text.get_text() for text in axes.texts)


def coloured(axes):
    """Return which cells of the one mesh called "cells" have a colour, x first."""
    (mesh,) = named(axes, "cells")
    return ~np.ma.getmaskarray(mesh.get_array()).T


def pixels(figure):
    """Draw a figure and return its pixels."""
    from PIL import Image

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=60)
    return np.asarray(Image.open(buffer).convert("RGB"))
