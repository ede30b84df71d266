"""A figure on disk: one PNG and one PDF that carry what they were made from."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galdask import provenance, publish
from galdask.figures import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

#: keyword of the provenance text inside a PNG file
KEYWORD = "galdask provenance"


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
    box = settled(figure)
    first = publish.write(folder / f"{name}.png", lambda file: file.write(encode(figure, "png", box, png)))
    second = publish.write(folder / f"{name}.pdf", lambda file: file.write(encode(figure, "pdf", box, pdf)))
    return first, second


def settled(figure: Figure) -> Bbox:
    """Find the places of the panels once and for all, and return the part of the sheet that is used."""
    with style.applied():
        figure.draw_without_rendering()
        figure.set_layout_engine(None)
        return figure.get_tightbbox().padded(0.05)


def encode(figure: Figure, form: str, box: Bbox, metadata: Mapping[str, Any]) -> bytes:
    """Return the bytes of a figure as "png" or "pdf"."""
    buffer = io.BytesIO()
    with style.applied():
        figure.savefig(buffer, format=form, bbox_inches=box, metadata=dict(metadata))
    return buffer.getvalue()
