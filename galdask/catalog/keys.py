"""Star keys: blake2b-64 of the canonical id text, one uint64 per row.

The canonical text of an id is its bytes without blanks and NULs on the right; of an integer, its
decimal digits. `star_keys` is a compiled kernel, `star_key` the plain definition that it equals.

References
----------
The hash: RFC 7693 (BLAKE2), section 3; the mixing of `mixed`: D. Stafford's variant 13 of the
MurmurHash3 finalizer, as used by SplitMix64 (Steele, Lea and Flood 2014).
"""

from __future__ import annotations

import hashlib

import numba as nb
import numpy as np

_IV = np.array(
    [
        0x6A09E667F3BCC908,
        0xBB67AE8584CAA73B,
        0x3C6EF372FE94F82B,
        0xA54FF53A5F1D36F1,
        0x510E527FADE682D1,
        0x9B05688C2B3E6C1F,
        0x1F83D9ABFB41BD6B,
        0x5BE0CD19137E2179,
    ],
    dtype=np.uint64,
)
_SIGMA = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    ],
    dtype=np.int64,
)
#: first state word of a hash of 8 bytes without a key: fan-out 1, depth 1
_H0 = int(_IV[0]) ^ 0x01010000 ^ 8
_BLOCK = 128


@nb.njit("UniTuple(uint64, 4)(uint64, uint64, uint64, uint64, uint64, uint64)", inline="always")
def _g(a, b, c, d, x, y):  # type: ignore[no-untyped-def]
    a = a + b + x
    d = d ^ a
    d = (d >> np.uint64(32)) | (d << np.uint64(32))
    c = c + d
    b = b ^ c
    b = (b >> np.uint64(24)) | (b << np.uint64(40))
    a = a + b + y
    d = d ^ a
    d = (d >> np.uint64(16)) | (d << np.uint64(48))
    c = c + d
    b = b ^ c
    b = (b >> np.uint64(63)) | (b << np.uint64(1))
    return a, b, c, d


@nb.njit("void(uint64[::1], uint64[::1], uint64, boolean)", cache=True, nogil=True)
def _compress(h, m, length, last):  # type: ignore[no-untyped-def]
    a0, a1, a2, a3 = h[0], h[1], h[2], h[3]
    b0, b1, b2, b3 = h[4], h[5], h[6], h[7]
    c0, c1, c2, c3 = _IV[0], _IV[1], _IV[2], _IV[3]
    d0, d1, d2, d3 = _IV[4] ^ length, _IV[5], _IV[6], _IV[7]
    if last:
        d2 = ~d2
    for turn in range(12):
        s = _SIGMA[turn]
        a0, b0, c0, d0 = _g(a0, b0, c0, d0, m[s[0]], m[s[1]])
        a1, b1, c1, d1 = _g(a1, b1, c1, d1, m[s[2]], m[s[3]])
        a2, b2, c2, d2 = _g(a2, b2, c2, d2, m[s[4]], m[s[5]])
        a3, b3, c3, d3 = _g(a3, b3, c3, d3, m[s[6]], m[s[7]])
        a0, b1, c2, d3 = _g(a0, b1, c2, d3, m[s[8]], m[s[9]])
        a1, b2, c3, d0 = _g(a1, b2, c3, d0, m[s[10]], m[s[11]])
        a2, b3, c0, d1 = _g(a2, b3, c0, d1, m[s[12]], m[s[13]])
        a3, b0, c1, d2 = _g(a3, b0, c1, d2, m[s[14]], m[s[15]])
    h[0] ^= a0 ^ c0
    h[1] ^= a1 ^ c1
    h[2] ^= a2 ^ c2
    h[3] ^= a3 ^ c3
    h[4] ^= b0 ^ d0
    h[5] ^= b1 ^ d1
    h[6] ^= b2 ^ d2
    h[7] ^= b3 ^ d3


@nb.njit("void(uint8[:, ::1], uint64[::1])", cache=True, nogil=True)
def _keys(ids, out):  # type: ignore[no-untyped-def]
    rows, width = ids.shape
    h = np.empty(8, np.uint64)
    m = np.empty(16, np.uint64)
    for i in range(rows):
        length = width
        while length > 0 and (ids[i, length - 1] == 32 or ids[i, length - 1] == 0):
            length -= 1
        h[:] = _IV
        h[0] = np.uint64(_H0)
        start = 0
        while True:
            m[:] = np.uint64(0)
            stop = min(length, start + _BLOCK)
            for j in range(start, stop):
                k = j - start
                m[k >> 3] |= np.uint64(ids[i, j]) << np.uint64((k & 7) << 3)
            last = stop == length
            _compress(h, m, np.uint64(stop), last)
            if last:
                break
            start = stop
        out[i] = h[0]


def star_key(text: bytes) -> int:
    """Return the key of one canonical id; the definition that `star_keys` must equal."""
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def id_texts(ids: np.ndarray) -> np.ndarray:
    """Return ids as fixed-width bytes, shape (rows, width) of uint8; integers as decimal text."""
    ids = np.asarray(ids)
    if ids.dtype.kind in "iu":
        ids = ids.astype("S20")
    if ids.dtype.kind == "U":
        ids = np.char.encode(ids, "utf-8")
    if ids.dtype.kind != "S":
        raise TypeError(f"ids must be text or whole numbers, not {ids.dtype}")
    if ids.dtype.itemsize == 0 or len(ids) == 0:
        return np.zeros((len(ids), 1), np.uint8)
    return np.ascontiguousarray(ids).view(np.uint8).reshape(len(ids), -1)


def star_keys(ids: np.ndarray) -> np.ndarray:
    """Return the star key of each id.

    Parameters
    ----------
    ids : ndarray, shape (rows,)
        Bytes, text or integers.

    Returns
    -------
    ndarray of uint64, shape (rows,)
    """
    texts = id_texts(ids)
    keys = np.empty(len(texts), np.uint64)
    _keys(texts, keys)
    return keys


@nb.njit("void(uint64[::1], uint64[::1])", cache=True, nogil=True)
def _mixed(keys, out):  # type: ignore[no-untyped-def]
    for i in range(len(keys)):
        x = keys[i] + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        out[i] = x ^ (x >> np.uint64(31))


def mixed(keys: np.ndarray) -> np.ndarray:
    """Return a fixed bijective mixing of star keys, so that cuts do not follow the key's own order."""
    out = np.empty(len(keys), np.uint64)
    _mixed(np.ascontiguousarray(keys, dtype=np.uint64), out)
    return out
