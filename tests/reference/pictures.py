"""Synthetic pictures with what is hard to resize and decode: stripes, noise, strokes, transparency."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Pixels = NDArray[np.uint8]


def gradient(width: int, height: int) -> Pixels:
    """Smooth colour in every direction: rgb."""
    y, x = np.mgrid[0:height, 0:width] / np.array([height - 1, width - 1]).reshape(2, 1, 1)
    return to_bytes(np.stack([x, y, 1 - (x + y) / 2], axis=-1))


def stripes(width: int, height: int) -> Pixels:
    """Rings that get finer outwards, down to the pixel, so that resizing without antialiasing shows: rgb."""
    y, x = np.mgrid[0:height, 0:width] - np.array([height / 2, width / 2]).reshape(2, 1, 1)
    phase = np.pi * (x**2 + y**2) / max(width, height)
    return to_bytes(np.stack([(1 + np.sin(phase + turn)) / 2 for turn in (0, 2, 4)], axis=-1))


def noise(width: int, height: int) -> Pixels:
    """Every pixel on its own: rgb."""
    return np.random.default_rng(width * height).integers(0, 256, (height, width, 3), np.uint8)


def strokes(width: int, height: int) -> Pixels:
    """Dark writing on light paper: rgb."""
    random = np.random.default_rng(width + height)
    paper = Image.new("RGB", (width, height), (250, 247, 240))
    pen = ImageDraw.Draw(paper)
    for line in range(8, height - 8, 14):
        points = [(x, line + random.integers(-6, 7)) for x in range(6, width - 6, 5)]
        pen.line([(float(x), float(y)) for x, y in points], fill=(20, 24, 60), width=2, joint="curve")
    return np.asarray(paper)


def glass(width: int, height: int) -> Pixels:
    """Stripes whose opacity runs from none to full across the picture, with a hole: rgba."""
    y, x = np.mgrid[0:height, 0:width]
    alpha = to_bytes(x / (width - 1))
    alpha[(x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 5) ** 2] = 0
    return np.dstack([stripes(width, height), alpha])


def to_bytes(values: NDArray[np.float64]) -> Pixels:
    """Values of 0 to 1 as bytes."""
    return np.rint(values * 255).astype(np.uint8)
