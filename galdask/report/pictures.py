"""Pictures as data URIs, with their size, so that the page needs no other file."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

#: a picture above this is embedded smaller and with fewer colours; the file itself stays as it is
MAX_BYTES = 700_000
MAX_WIDTH = 1700
#: all pictures of a page together; beyond it those above the second number are made smaller too
BUDGET, MAX_BYTES_THEN = 13_000_000, 250_000
#: pixels of the file in one pixel of the page, for sharp screens
DENSITY = 1.8
#: width and height in which the small picture of the index fits
THUMB = (300, 300)
THREADS = 4


@dataclass(frozen=True, slots=True)
class Picture:
    """An embedded picture with its size on the page, and a small one for the index."""

    uri: str
    width: int
    height: int
    thumb: str = ""


def _size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 24 or data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def embed_all(paths: Sequence[Path]) -> list[Picture | None]:
    """Return `embed` of each path; several at a time, as decoding lets other threads run."""
    from PIL import Image

    Image.init()
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(embed, paths))
        if sum(len(one.uri) for one in found if one) > BUDGET:
            found = list(pool.map(lambda path: embed(path, MAX_BYTES_THEN), paths))
        return found


def embed(path: Path, largest: int = MAX_BYTES) -> Picture | None:
    """Return a PNG file as it stands in the page; None where there is no such file, or no PNG in it.

    Parameters
    ----------
    path : path
        The file.
    largest : int
        Bytes above which it is made smaller.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    size = _size(data)
    if size is None:
        return None
    small, data = _looked_at(data, largest)
    size = _size(data) or size
    width, height = (round(n / DENSITY) for n in size)
    return Picture(_uri("png", data), width, height, _uri("jpeg", small))


def _uri(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64," + base64.b64encode(data).decode("ascii")


def _looked_at(data: bytes, largest: int) -> tuple[bytes, bytes]:
    """Return a small JPEG of a PNG, and the PNG, made smaller if it is large."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        whole = image.convert("RGB")
    if len(data) > largest:
        scale = min(1.0, MAX_WIDTH / whole.width)
        shape = (round(whole.width * scale), round(whole.height * scale))
        whole = whole.resize(shape, Image.Resampling.BICUBIC, reducing_gap=2.0)
        out = io.BytesIO()
        whole.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG")
        data = min(data, out.getvalue(), key=len)
    small = whole.copy()
    small.thumbnail(THUMB, Image.Resampling.BICUBIC, reducing_gap=2.0)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=72)
    return out.getvalue(), data
