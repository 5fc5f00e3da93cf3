"""Random distortions of digit images, so that the network also reads hands unlike MNIST's writers."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import Array

ROTATION = 0.26  # radians, about 15 degrees
SHEAR = 0.25
SCALE = 0.12
SHIFT = 2.0  # pixels
THICKNESS = 0.7
CONTRAST = 0.25


def distort(key: Array, images: Array) -> Array:
    """Warps, then thickens or thins, each of `f32[n,28,28]` on its own."""
    warp_key, ink_key = jax.random.split(key)
    warped = jax.vmap(_warp)(jax.random.split(warp_key, images.shape[0]), images)
    return _change_ink(ink_key, warped)


def _warp(key: Array, image: Array) -> Array:
    """Rotates, shears, scales and shifts one image about its middle, sampled bilinearly."""
    draws = jax.random.uniform(key, (6,), minval=-1.0, maxval=1.0)
    angle, shear = ROTATION * draws[0], SHEAR * draws[1]
    scale_y, scale_x = 1 + SCALE * draws[2], 1 + SCALE * draws[3]
    rows, columns = jnp.meshgrid(jnp.arange(28.0), jnp.arange(28.0), indexing="ij")
    y, x = rows - 13.5, columns - 13.5
    x = x + shear * y
    source_y = scale_y * (jnp.cos(angle) * y - jnp.sin(angle) * x) + 13.5 + SHIFT * draws[4]
    source_x = scale_x * (jnp.sin(angle) * y + jnp.cos(angle) * x) + 13.5 + SHIFT * draws[5]
    warped: Array = jax.scipy.ndimage.map_coordinates(image, [source_y, source_x], order=1)
    return warped


def _change_ink(key: Array, images: Array) -> Array:
    """Blends each image with its dilation or erosion, and stretches its contrast."""
    thickness_key, contrast_key = jax.random.split(key)
    amount = jax.random.uniform(thickness_key, (images.shape[0], 1, 1), minval=-THICKNESS, maxval=THICKNESS)
    amount = jnp.sign(amount) * amount**2 / THICKNESS  # most images change little
    thick = _neighbours(images, jnp.maximum)
    thin = _neighbours(images, jnp.minimum)
    changed = images + jnp.maximum(amount, 0) * (thick - images) - jnp.minimum(amount, 0) * (thin - images)
    contrast = jax.random.uniform(
        contrast_key, (images.shape[0], 1, 1), minval=1 - CONTRAST, maxval=1 + 2 * CONTRAST
    )
    return jnp.clip(changed * contrast, 0, 1)


def _neighbours(images: Array, pick: Callable[[Array, Array], Array]) -> Array:
    """Combines each pixel with its four neighbours."""
    padded = jnp.pad(images, ((0, 0), (1, 1), (1, 1)))
    result = images
    for part in (
        padded[:, :-2, 1:-1],
        padded[:, 2:, 1:-1],
        padded[:, 1:-1, :-2],
        padded[:, 1:-1, 2:],
    ):
        result = pick(result, part)
    return result
