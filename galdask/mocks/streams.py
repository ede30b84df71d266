"""Random streams of the mock, each opened by (seed, purpose, number): nothing depends on the order of use."""

from __future__ import annotations

import numpy as np

#: registered purposes; two uses never share a stream
PURPOSES = {"fields": 1, "places": 2, "stars": 3, "spectra": 4, "sample": 5, "companions": 6, "versions": 7}


def stream(seed: int, purpose: str, number: int = 0) -> np.random.Generator:
    """Open one stream of random numbers.

    Parameters
    ----------
    seed : int
        Seed of the mock, 0 <= seed < 2**32.
    purpose : str
        One of `PURPOSES`.
    number : int
        Which field, cell of stars or block of the sample.

    Returns
    -------
    numpy.random.Generator
        Over Philox 4x64 (Salmon et al. 2011), whose key is made of the three numbers.
    """
    key = np.array([seed, (PURPOSES[purpose] << 40) | number], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))
