"""Writes pictures in many encodings and, for each, Pillow's idea of the tensor that a card makes of it.

`manifest.json` lists the cases: `file`; `image`, the fields of a card's image; `tensor`, a file of
little-endian f32 values of 0 to 1 in the order channels, rows, columns; `tolerance`, how many of 255
levels a value may differ by.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from pictures import Pixels, glass, gradient, noise, stripes, strokes

FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "triangle": Image.Resampling.BILINEAR,
    "catmull_rom": Image.Resampling.BICUBIC,
    "lanczos3": Image.Resampling.LANCZOS,
}
ORIENTATION = 0x0112
WHITE = (255, 255, 255)
ROUNDED = 0.51  # levels: what rounding a resized pixel to 8 bits costs
LOSSY = 2.51  # decoders of lossy formats may differ by two levels besides


class Target(NamedTuple):
    """What a card asks for."""

    width: int
    height: int
    color: str = "rgb"
    filter: str = "triangle"
    resize: str = "stretch"
    background: tuple[int, int, int] = WHITE


class Case(NamedTuple):
    """A file, how it is written, and the tensors wanted of it."""

    file: str
    save: Callable[[Path], None]
    targets: list[Target]
    tolerance: float = ROUNDED


def encode(picture: Image.Image, **options: Any) -> Callable[[Path], None]:
    """Saves `picture` in the format that the path's ending names."""
    return lambda path: picture.save(path, **options)


def turned(picture: Image.Image, orientation: int, **options: Any) -> Callable[[Path], None]:
    """Saves `picture` with an EXIF tag that says how a viewer must turn it."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encode(picture, exif=exif, **options)


def cases() -> list[Case]:
    """All files. The sizes are odd on purpose; contained and covered ones have no rounding to disagree on."""
    photo = Image.fromarray(gradient(203, 131))
    rings = Image.fromarray(stripes(161, 97))
    grain = Image.fromarray(noise(64, 48))
    page = Image.fromarray(strokes(200, 100))
    pane = Image.fromarray(glass(97, 131))
    deep = Image.fromarray(np.asarray(photo.convert("L"), np.uint16) * 257 + 100)
    every = [Target(37, 29, filter=name) for name in FILTERS]
    small, gray, large = Target(32, 24), Target(28, 28, color="gray"), Target(250, 180)
    fitted = [Target(60, 60, resize=way, background=(0, 128, 255)) for way in ("contain", "cover")]
    back = Target(40, 40, background=(255, 0, 128))
    result = [
        Case("gradient.png", encode(photo), [*every, gray, large, large._replace(filter="lanczos3")]),
        Case("rings.png", encode(rings), [*every, gray, Target(224, 224, filter="catmull_rom")]),
        Case("noise.png", encode(grain), [*every, Target(64, 48), Target(31, 23, color="bgr")]),
        Case("page.png", encode(page), [*fitted, gray]),
        Case("tall.png", encode(page.transpose(Image.Transpose.ROTATE_90)), fitted),
        Case("glass.png", encode(pane), [small, back, gray]),
        Case("gray.png", encode(rings.convert("L")), [small, gray]),
        Case("gray-alpha.png", encode(pane.convert("LA")), [small, back]),
        Case("bits.png", encode(page.convert("1")), [small, gray]),
        Case("palette.png", encode(photo.quantize(64)), [small]),
        Case("deep.png", encode(deep), [small, gray]),
        Case("lossless.webp", encode(rings, lossless=True), [small]),
        Case("glass.webp", encode(pane, lossless=True, exact=True), [small, back]),
        Case("lossy.webp", encode(photo, quality=90), [small, large], LOSSY),
        Case("photo.jpg", encode(photo, quality=92, subsampling=0), [*every, gray], LOSSY),
        Case("progressive.jpg", encode(photo, quality=92, subsampling=0, progressive=True), [small], LOSSY),
        Case("subsampled.jpg", encode(photo, quality=85, subsampling=2), [small], LOSSY),
        Case("gray.jpg", encode(photo.convert("L"), quality=92), [small, gray], LOSSY),
        Case("turned-6.png", turned(photo, 6), [small]),
        Case("turned-8.webp", turned(rings, 8, lossless=True), [small]),
    ]
    result += [
        Case(f"turned-{way}.jpg", turned(photo, way, quality=92, subsampling=0), [small], LOSSY)
        for way in range(1, 9)
    ]
    return result


def read(path: Path, background: tuple[int, int, int]) -> Pixels:
    """Decodes a file, turns it upright, and lays it over `background`: rgb."""
    picture = ImageOps.exif_transpose(Image.open(path))
    if picture.mode == "I;16":
        gray = np.rint(np.asarray(picture) / 257).astype(np.uint8)
        return np.dstack([gray] * 3)
    rgba = np.asarray(picture.convert("RGBA"), np.float64)
    alpha = rgba[..., 3:] / 255
    return np.rint(rgba[..., :3] * alpha + np.array(background) * (1 - alpha)).astype(np.uint8)


def channels(rgb: Pixels, color: str) -> NDArray[np.float32]:
    """The channels that a model wants, each rounded to 8 bits: channels, rows, columns."""
    if color == "gray":
        wanted = np.asarray(Image.fromarray(rgb).convert("L"))[..., None]
    else:
        wanted = rgb[..., ::-1] if color == "bgr" else rgb
    return np.ascontiguousarray(np.moveaxis(wanted, -1, 0), np.float32)


def resized(channel: NDArray[np.float32], target: Target, width: int, height: int) -> NDArray[np.float32]:
    """Pillow's resizing of one channel, in floating point: no rounding between its two passes."""
    picture = Image.fromarray(channel).resize((width, height), FILTERS[target.filter])
    return np.clip(np.asarray(picture), 0, 255)


def fit(channel: NDArray[np.float32], background: float, target: Target) -> NDArray[np.float32]:
    """Brings one channel to the target's size in the target's way."""
    rows, columns = channel.shape
    if target.resize == "stretch":
        return resized(channel, target, target.width, target.height)
    ratios = target.width / columns, target.height / rows
    if target.resize == "contain":
        width, height = whole(columns * min(ratios)), whole(rows * min(ratios))
        left, top = whole((target.width - width) / 2), whole((target.height - height) / 2)
        result = np.full((target.height, target.width), background, np.float32)
        result[top : top + height, left : left + width] = resized(channel, target, width, height)
        return result
    width, height = whole(target.width / max(ratios)), whole(target.height / max(ratios))
    left, top = whole((columns - width) / 2), whole((rows - height) / 2)
    cut = np.ascontiguousarray(channel[top : top + height, left : left + width])
    return resized(cut, target, target.width, target.height)


def whole(length: float) -> int:
    """A length that must be a whole number of pixels, lest rounding decides the case."""
    if abs(length - round(length)) > 1e-9:
        raise ValueError(f"expected a whole number of pixels, got {length}")
    return round(length)


def tensor(path: Path, target: Target) -> NDArray[np.float32]:
    """The tensor wanted of a file: channels, rows, columns, of 0 to 1."""
    pixels = channels(read(path, target.background), target.color)
    background = channels(np.array([[target.background]], np.uint8), target.color)
    fitted = [fit(channel, fill.item(), target) for channel, fill in zip(pixels, background, strict=True)]
    return np.stack(fitted) / np.float32(255)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    manifest = []
    for case in cases():
        case.save(out / case.file)
        for number, target in enumerate(case.targets):
            name = f"{case.file}.{number}.f32"
            tensor(out / case.file, target).astype("<f4").tofile(out / name)
            manifest.append(
                {"file": case.file, "image": target._asdict(), "tensor": name, "tolerance": case.tolerance}
            )
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(f"{out}: {len(manifest)} tensors of {len(cases())} files")


if __name__ == "__main__":
    main()
