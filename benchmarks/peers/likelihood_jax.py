"""Peer: the sums behind ln L in JAX, double precision, over all sets by vmap, in blocks of stars.

The formula is the one of `galdask.migration.fit.kernel`, from the same numbers a point and a set of
parameters: all that depends on points or sets alone is there already. Blocks keep what is between the
operations in the cache: over all stars at once it takes more than twice as long, and gigabytes.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

#: (1 - Phi(t)) e^(t^2 / 2) as a series in (t - 4) / (t + 5), that of `galdask.migration.fit.vector_math`
TAIL = (
    -1.2416876415954903e-09, -8.287650799550312e-10, 1.7171523244254977e-08, 8.915481873229602e-09,
    -1.7812204745089377e-07, 5.789932276313364e-09, 1.8464923774792237e-06, -2.3927241009109943e-06,
    -1.7184230975122563e-05, 6.927161163997782e-05, 2.0270630437395865e-05, -0.0010980937416579474,
    0.0053766820161527855, -0.0166694632264714, 0.039108581812221044, -0.07395771880830222,
    0.11608299176418019, -0.1533579493936068, 0.09441064130196894,
)  # fmt: skip


#: stars at a time
BLOCK = 64


def _tail(t: Any) -> Any:
    x = 1.25 * (t - 4.0) / (t + 5.0)
    p = TAIL[0]
    for a in TAIL[1:]:
        p = p * x + a
    return p


def log_likelihood(
    stars: np.ndarray, volume: np.ndarray, draws: int, floor: float
) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function of the constants, (2, w, 16), that returns ln L, (w,)."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    def terms(c: Any, points: Any) -> Any:
        fixed, lz0, tau, rate, lz, kj, grown, inward, height, left, inner, outer, fe_h = points
        a = c[1] + c[2] * lz0
        m = lz0 + c[4] * tau
        per = c[5] * rate
        u = (lz - m) * per
        heat = c[6] * grown + c[7] * inward
        two_z = c[9] * height
        away = (fe_h - (c[11] * jnp.exp(c[10] * left) + c[12] * inner + c[13] * outer)) * c[14]
        x = a * c[3]
        s = jnp.abs(x)
        series = 1.0 + s * (0.5 + s * (1.0 / 12.0 - s * s * (1.0 / 720.0 - s * s * (1.0 / 30240.0))))
        ratio = jnp.where(s < 0.02, series, s / (1.0 - jnp.exp(-jnp.maximum(s, 0.02))))
        t = m * per
        beyond = _tail(jnp.minimum(jnp.abs(t), 40.0)) * jnp.exp(-0.5 * t * t)
        phi = jnp.where(t >= 0.0, 1.0 - beyond, beyond)
        e = fixed + c[15] + c[0] * lz0 + a * tau - jnp.maximum(x, 0.0) - 0.5 * u * u
        e = e + heat - kj * c[8] * jnp.exp(heat) - two_z - 0.5 * away * away
        return jnp.exp(e) * ratio / (phi * (1.0 + jnp.exp(-two_z)) ** 2)

    def one(c: Any, of_stars: Any, of_volume: Any) -> Any:
        sums = terms(c[0], of_stars).sum(axis=-1)
        found = jnp.where(sums > 1e-300, jnp.log(jnp.maximum(sums, 1e-300)), -jnp.inf)
        return jnp.maximum(found, floor).sum(), terms(c[1], of_volume).sum()

    n = stars.shape[1] // draws
    blocks = max(n // BLOCK, 1)
    both = _cut(stars, blocks, draws).reshape(blocks, 13, -1, draws), _cut(volume, blocks, 1)
    filled = blocks * both[0].shape[2] - n
    walkers = jax.vmap(one, in_axes=(1, None, None))

    def whole(constants: Any, of_stars: Any, of_volume: Any) -> Any:
        parts = jax.lax.map(lambda part: walkers(constants, *part), (of_stars, of_volume))
        return parts[0].sum(axis=0) - filled * floor - n * jnp.log(parts[1].sum(axis=0))

    on_device = [jax.device_put(rows) for rows in both]
    compiled = jax.jit(whole)
    return lambda constants: np.asarray(compiled(constants, *on_device))


def _cut(rows: np.ndarray, blocks: int, each: int) -> np.ndarray:
    """Return equal blocks, (blocks, 13, points); what lacks is filled with points of no weight."""
    more = np.repeat(rows[:, -1:], -rows.shape[1] % (blocks * each), axis=1)
    more[0] = -np.inf
    return np.ascontiguousarray(np.hstack([rows, more]).reshape(13, blocks, -1).transpose(1, 0, 2))
