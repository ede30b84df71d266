"""A PNG file as a data URI, with its size, so that the page needs no other file."""

from __future__ import annotations

import base64
import io
import struct
from dataclasses import dataclass
from pathlib import Path

#: a picture above either of these is embedded smaller; the file itself stays as it is
MAX_WIDTH = 1700
MAX_BYTES = 1_500_000


#: pixels of the file in one pixel of the page, for sharp screens
DENSITY = 1.8


@dataclass(frozen=True, slots=True)
class Picture:
    """An embedded picture, with its size on the page."""

    uri: str
    width: int
    height: int


def _size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 24 or data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def embed(path: Path) -> Picture | None:
    """Return a PNG file as it stands in the page; None where there is no such file, or no PNG in it."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    size = _size(data)
    if size is None:
        return None
    if size[0] > MAX_WIDTH or len(data) > MAX_BYTES:
        data = _smaller(data)
        size = _size(data) or size
    uri = "data:image/png;base64," + base64.b64encode(data).decode("ascii")
    return Picture(uri, round(size[0] / DENSITY), round(size[1] / DENSITY))


def _smaller(data: bytes) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        scale = min(1.0, MAX_WIDTH / image.width)
        small = image.convert("RGB").resize(
            (round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS
        )
    out = io.BytesIO()
    small.quantize(256).save(out, "PNG", optimize=True)
    return out.getvalue()
