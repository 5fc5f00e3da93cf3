"""Draws the ten sample digits with a jittered pen, and checks that the model reads each of them."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

Points = NDArray[np.float64]

HERE = Path(__file__).parent
SIDE = 140
DETAIL = 4  # drawn this many times larger, then averaged down
PEN = 5.0  # half the pen's width, in pixels of the sample
JITTER = 0.018
WHITE_ON_BLACK = {3, 8}

# Strokes through points (x, y) of a unit box, y downwards; the pen passes smoothly through all of them.
STROKES: dict[int, list[list[tuple[float, float]]]] = {
    0: [
        [(0.55, 0.02), (0.25, 0.12), (0.12, 0.5), (0.27, 0.9), (0.58, 0.96), (0.85, 0.65),
         (0.83, 0.25), (0.5, 0.04)],
    ],
    1: [
        [(0.38, 0.22), (0.47, 0.14), (0.56, 0.02), (0.53, 0.35), (0.5, 0.68), (0.48, 0.99)],
    ],
    2: [
        [(0.2, 0.24), (0.35, 0.06), (0.6, 0.03), (0.77, 0.2), (0.68, 0.45), (0.42, 0.72),
         (0.16, 0.95)],
        [(0.16, 0.95), (0.4, 0.91), (0.62, 0.94), (0.88, 0.9)],
    ],
    3: [
        [(0.22, 0.12), (0.45, 0.02), (0.7, 0.1), (0.7, 0.32), (0.42, 0.46)],
        [(0.42, 0.46), (0.72, 0.52), (0.8, 0.74), (0.6, 0.95), (0.34, 0.97), (0.16, 0.86)],
    ],
    4: [
        [(0.36, 0.04), (0.28, 0.3), (0.16, 0.58), (0.45, 0.57), (0.86, 0.53)],
        [(0.68, 0.2), (0.66, 0.5), (0.62, 0.76), (0.6, 0.99)],
    ],
    5: [
        [(0.3, 0.06), (0.27, 0.25), (0.23, 0.45), (0.48, 0.38), (0.74, 0.5), (0.77, 0.74),
         (0.56, 0.94), (0.3, 0.95), (0.16, 0.84)],
        [(0.3, 0.06), (0.55, 0.06), (0.8, 0.02)],
    ],
    6: [
        [(0.7, 0.02), (0.42, 0.2), (0.22, 0.52), (0.24, 0.84), (0.48, 0.98), (0.74, 0.86),
         (0.74, 0.62), (0.52, 0.52), (0.27, 0.68)],
    ],
    7: [
        [(0.15, 0.1), (0.45, 0.08), (0.84, 0.05)],
        [(0.84, 0.05), (0.65, 0.38), (0.5, 0.68), (0.42, 0.99)],
    ],
    8: [
        [(0.72, 0.16), (0.5, 0.03), (0.28, 0.14), (0.32, 0.34), (0.55, 0.48), (0.76, 0.7),
         (0.66, 0.93), (0.42, 0.97), (0.24, 0.8), (0.38, 0.58), (0.62, 0.4), (0.76, 0.24),
         (0.68, 0.11)],
    ],
    9: [
        [(0.76, 0.2), (0.52, 0.04), (0.28, 0.16), (0.26, 0.38), (0.46, 0.5), (0.7, 0.36),
         (0.77, 0.17)],
        [(0.77, 0.17), (0.74, 0.5), (0.68, 0.76), (0.6, 0.99)],
    ],
}  # fmt: skip


def smooth(points: Points) -> Points:
    """A Catmull-Rom curve through `points`, as a dense polyline."""
    ends = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, 48)[:, None]
    parts = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        parts.append(b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))))
    return np.concatenate(parts)


def draw(digit: int, random: np.random.Generator) -> Image.Image:
    """One digit, black on white, written by an unsteady hand."""
    canvas = Image.new("L", (SIDE * DETAIL, SIDE * DETAIL), 255)
    pen = ImageDraw.Draw(canvas)
    slant = random.uniform(-0.12, 0.22)
    height = random.uniform(88, 104)
    width = height * random.uniform(0.72, 0.86)
    corner = np.array([(SIDE - width) / 2, (SIDE - height) / 2]) + random.uniform(-8, 8, 2)
    for stroke in STROKES[digit]:
        points = np.array(stroke) + random.normal(0, JITTER, (len(stroke), 2))
        points[:, 0] += slant * (0.5 - points[:, 1])
        path = (smooth(points) * [width, height] + corner) * DETAIL
        wobble = np.cumsum(random.normal(0, 0.02, len(path)))
        for (x, y), pressure in zip(path, np.clip(1 + wobble, 0.75, 1.25), strict=True):
            radius = PEN * pressure * DETAIL
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=16)
    image = canvas.resize((SIDE, SIDE), Image.Resampling.BOX)
    return ImageOps.invert(image) if digit in WHITE_ON_BLACK else image


def to_tensor(image: Image.Image) -> NDArray[np.float32]:
    """The card's way, in short: light ink on black, cropped to ink, fitted into 20x20, centred by mass."""
    pixels = np.asarray(image.convert("L"), np.float32)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    if border.mean() > 127:
        pixels = 255 - pixels
    rows, columns = np.nonzero(pixels > 64)
    ink = Image.fromarray(pixels[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
    scale = 20 / max(ink.size)
    size = (max(1, round(ink.width * scale)), max(1, round(ink.height * scale)))
    small = np.asarray(ink.resize(size, Image.Resampling.BILINEAR))
    mass = [
        np.average(np.arange(length), weights=small.sum(axis=1 - axis))
        for axis, length in enumerate(small.shape)
    ]
    top, left = (int(np.clip(round(13.5 - m), 0, 28 - s)) for m, s in zip(mass, small.shape, strict=True))
    frame = np.zeros((1, 1, 28, 28), np.float32)
    frame[0, 0, top : top + small.shape[0], left : left + small.shape[1]] = small / 255
    return frame


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=HERE / "samples", help="folder to write")
    parser.add_argument(
        "--model", type=Path, default=HERE / "model.onnx", help="the model that must read them"
    )
    parser.add_argument("--seed", type=int, default=11, help="of the hand's unsteadiness")
    arguments = parser.parse_args()
    session = onnxruntime.InferenceSession(arguments.model, providers=["CPUExecutionProvider"])
    arguments.out.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(arguments.seed)
    misread = {}
    for digit in STROKES:
        path = arguments.out / f"{digit}.png"
        image = draw(digit, random)
        image.save(path, optimize=True)
        (probs,) = session.run(["probs"], {"image": to_tensor(image)})
        read = int(probs.argmax())
        print(f"{path.name}: {read}, {probs.max():.3f}")
        if read != digit:
            misread[path.name] = read
    if misread:
        raise SystemExit(f"misread: {misread}")


if __name__ == "__main__":
    main()
