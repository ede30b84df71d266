"""A figure on disk: one PNG and one PDF that carry what they were made from."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from galdask import provenance, publish
from galdask.figures import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

#: keyword of the provenance text inside a PNG file
KEYWORD = "galdask provenance"
#: blank border of a file, inches
AIR = 0.05


def save(
    figure: Figure, folder: Path | str, name: str, record: Mapping[str, Any], title: str = ""
) -> tuple[Path, Path]:
    """Write `folder`/`name`.png and `folder`/`name`.pdf.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The finished picture.
    folder : path
        Where to write; made if absent.
    name : str
        Name of the product.
    record : mapping
        Provenance, stored as one JSON text in both files. Dates come from here alone, so equal
        figures and records give equal bytes.
    title : str
        Title stored in both files; `name` where empty.

    Returns
    -------
    tuple of Path
        The PNG and the PDF.

    Raises
    ------
    OutputError
        If the place cannot be written.
    """
    text = provenance.text(dict(record))
    software = f"galdask {provenance.versions()['galdask']}"
    png = {"Title": title or name, "Software": software, KEYWORD: text}
    pdf = {
        "Title": title or name,
        "Creator": software,
        "Producer": f"matplotlib {provenance.versions()['matplotlib']}",
        "Keywords": text,
        "CreationDate": None,
    }
    folder = Path(folder)
    sheet = drawn(figure)
    first = publish.write(folder / f"{name}.png", lambda file: file.write(sheet.png(png)))
    second = publish.write(folder / f"{name}.pdf", lambda file: file.write(sheet.file("pdf", pdf)))
    return first, second


@dataclass(frozen=True)
class Sheet:
    """A figure whose panels have found their places.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure, without a layout engine.
    used : matplotlib.transforms.Bbox
        The part of it that is not blank, with a little air around, inches.
    pixels : ndarray of uint8, shape (height, width, 3), or None
        That part as it looks; None where it reaches over the edge of the figure.
    """

    figure: Figure
    used: Bbox
    pixels: np.ndarray | None

    def png(self, metadata: Mapping[str, str]) -> bytes:
        """Return the bytes of a PNG file."""
        if self.pixels is None:
            return self.file("png", metadata)
        from PIL import Image, PngImagePlugin

        texts, buffer = PngImagePlugin.PngInfo(), io.BytesIO()
        for key, text in metadata.items():
            texts.add_text(key, text)
        dots = (self.figure.dpi, self.figure.dpi)
        Image.fromarray(self.pixels).save(buffer, "png", pnginfo=texts, dpi=dots)
        return buffer.getvalue()

    def file(self, form: str, metadata: Mapping[str, Any]) -> bytes:
        """Return the bytes of a file, "png" or "pdf", as matplotlib writes it."""
        buffer = io.BytesIO()
        with style.applied():
            self.figure.savefig(buffer, format=form, bbox_inches=self.used, metadata=dict(metadata))
        return buffer.getvalue()


def drawn(figure: Figure) -> Sheet:
    """Find the places of the panels once and for all, draw them once, and see which part is used.

    Looking at the pixels is quicker than asking every text and tick for its place.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.transforms import Bbox

    with style.applied():
        canvas = FigureCanvasAgg(figure)
        engine = figure.get_layout_engine()
        if engine is not None:
            with contextlib.suppress(ValueError):  # panels of several grids stay as far apart as they are
                engine.execute(figure)
            figure.set_layout_engine(None)
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]
        ink = (pixels != pixels[0, 0]).any(axis=2)
        air = round(AIR * figure.dpi)
        spans = []
        for along, size in zip((1, 0), ink.shape, strict=True):
            found = np.flatnonzero(ink.any(axis=along))
            if not found.size or found[0] == 0 or found[-1] == size - 1:
                return Sheet(figure, figure.get_tightbbox().padded(AIR), None)
            spans.append((max(found[0] - air, 0), min(found[-1] + 1 + air, size)))
    (top, bottom), (left, right) = spans
    height = ink.shape[0]
    corners = np.array([left, height - bottom, right, height - top]) / figure.dpi
    return Sheet(figure, Bbox.from_extents(*corners), np.ascontiguousarray(pixels[top:bottom, left:right]))
