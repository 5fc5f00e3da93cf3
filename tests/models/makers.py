"""Inputs as real models meet them, made the same each time: text, sound, files, photos, token ids.

Each maker takes a shape and the rest of an input's entry in `models/real.json`. The first axis is the
batch (for speech: time); its members differ.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Tensor = NDArray[Any]
Shape = list[int]

TEXT = (
    "A model that is baked in needs no loading: what ships holds the packed weights as an image of its"
    " memory and the code that this model runs, not a framework; the rest is there on demand"
)
WORDS = TEXT.split(" ")

PROGRAM = """import sys

def main(paths):
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            print(path, sum(1 for line in lines if line.strip()))

if __name__ == "__main__":
    main(sys.argv[1:])
"""


def write_line(text: str, width: int, height: int, shade: int) -> Image.Image:
    """A line of dark text that fills the height of light paper."""
    paper = Image.new("RGB", (width, height), (250 - shade, 247 - shade, 240 - shade))
    size = height * 0.66
    while ImageFont.load_default(size).getlength(text) > width - 8:
        size -= 0.5
    pen = ImageDraw.Draw(paper)
    pen.text((4, height / 2), text, (20, 24, 60 + shade), ImageFont.load_default(size), anchor="lm")
    return paper


def planes(picture: Image.Image, mean: list[float], std: list[float]) -> Tensor:
    """Blue, green, red; channels first."""
    bgr = np.asarray(picture, np.float64)[..., ::-1] / 255
    return np.moveaxis((bgr - mean) / std, -1, 0)


def text_line(shape: Shape, text: str, turned: bool = False) -> Tensor:
    """A line of text as PP-OCR takes it: -1 to 1. Members of a batch lie on darker paper."""
    lines = [write_line(text, shape[3], shape[2], 20 * index) for index in range(shape[0])]
    if turned:
        lines = [line.rotate(180) for line in lines]
    return np.stack([planes(line, [0.5] * 3, [0.5] * 3) for line in lines])


def text_page(shape: Shape) -> Tensor:
    """A page with lines of several sizes and slants, as PP-OCR's detection takes it."""
    paper = Image.new("RGB", (shape[3], shape[2]), (244, 240, 228))
    rows = [12, 16, 20, 28, 40, 24, 14]
    top = 24
    for index, size in enumerate(rows):
        text, width = " ".join(WORDS[index * 3 : index * 3 + 4]), shape[3] * 3 // 4
        line = write_line(text, width, size * 3 // 2, 6 * index).rotate(
            (index % 3 - 1) * 3, expand=True, fillcolor=(244, 240, 228)
        )
        paper.paste(line, (20 + 15 * index, top))
        top += size * 2 + 24
    page = planes(paper, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    return np.stack([page] * shape[0])


def photo(shape: Shape, photo: Path) -> Tensor:
    """The middle of a photo as Open NSFW takes it: blue, green, red, less ImageNet's mean; channels last."""
    picture = Image.open(photo).convert("RGB")
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 4
    square = picture.crop((left, top, left + side, top + side))
    square = square.resize((shape[2], shape[1]), Image.Resampling.BILINEAR)
    bgr = np.asarray(square, np.float64)[..., ::-1] - [104, 117, 123]
    return np.stack([bgr] * shape[0])


def notes(shape: Shape, midi: list[int]) -> Tensor:
    """Plucked notes, one after the other, at 22050 Hz. Members of a batch are transposed."""
    seconds = np.arange(shape[1]) / 22050
    result = np.zeros(shape[:2])
    for member in range(shape[0]):
        for index, key in enumerate(midi):
            since = np.maximum(seconds - 0.1 - 0.35 * index, 0)
            pitch = 440 * 2 ** ((key + member - 69) / 12)
            for harmonic in range(1, 9):
                fade = np.exp(-since * (1.5 + harmonic)) * (since > 0) / harmonic**1.3
                result[member] += 0.2 * fade * np.sin(2 * np.pi * pitch * harmonic * since)
    noise = np.random.default_rng(22050).normal(0, 0.0005, shape[:2])
    return (result + noise).reshape(shape)


# The first three resonances of the throat (Hz) for a, e, i, o, u.
VOWELS = [(730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240)]


def resonate(signal: Tensor, frequency: float, width: float) -> Tensor:
    """A resonance: two poles, at 16 kHz."""
    radius = np.exp(-np.pi * width / 16000)
    first, second = 2 * radius * np.cos(2 * np.pi * frequency / 16000), -(radius**2)
    result = np.zeros(len(signal) + 2)
    for at, value in enumerate(signal):
        result[at + 2] = (1 - radius) * value + first * result[at + 1] + second * result[at]
    return result[2:]


def voice(samples: int) -> Tensor:
    """Syllables of a synthetic voice (pulses through vowels' resonances), pauses, faint noise."""
    random = np.random.default_rng(16000)
    result = np.zeros(samples)
    begin = 1600
    for index in range(10_000):
        length = 2400 + 320 * (index % 4)
        if begin + length > samples:
            break
        pitch = 120 + 30 * np.sin(np.linspace(index, index + 1.5, length))
        pulses = np.diff(np.floor(np.cumsum(pitch / 16000)), prepend=0) + random.normal(0, 0.01, length)
        for formant, width in zip(VOWELS[index % 5], (80, 100, 140), strict=True):
            pulses = resonate(pulses, formant, width)
        loud = 0.25 * pulses / np.abs(pulses).max() * np.sin(np.linspace(0, np.pi, length)) ** 0.5
        result[begin : begin + length] += loud
        begin += length + (800 if index % 5 < 4 else 9600)
    return result + random.normal(0, 0.001, samples)


def speech(shape: Shape) -> Tensor:
    """Frames of 512 samples, each after the 64 before it, as Silero VAD takes them."""
    sound = np.concatenate([np.zeros(64), voice(shape[0] * 512)])
    return np.stack([sound[at * 512 : at * 512 + 576] for at in range(shape[0])])


def sample_files() -> dict[str, bytes]:
    """Files of well-known types."""
    picture = io.BytesIO()
    write_line("Onnxlet", 64, 32, 0).save(picture, "png")
    rows = [{"name": word, "length": len(word), "upper": word.upper()} for word in WORDS]
    table = json.dumps(rows, indent=1)
    return {"python": PROGRAM.encode(), "json": table.encode(), "png": picture.getvalue()}


def file_bytes(shape: Shape, file: str) -> Tensor:
    """The ends of files as Magika takes them. Members of a batch are other files."""
    files = sample_files()
    names = sorted(files)
    chosen = [names[(names.index(file) + member) % len(names)] for member in range(shape[0])]
    return np.array([ends(files[name], shape[1] // 2) for name in chosen])


def ends(content: bytes, size: int) -> list[int]:
    """The first bytes without leading white space and the last without trailing, filled up with 256."""
    first, last = list(content.lstrip()[:size]), list(content.rstrip()[-size:])
    return first + [256] * (size - len(first)) + [256] * (size - len(last)) + last


def tokens(shape: Shape, seed: int) -> Tensor:
    """Ids of words between [CLS] and [SEP], in BERT's uncased vocabulary, where words begin at 1996."""
    ids = np.random.default_rng(seed).integers(1996, 29000, shape)
    ids[:, 0], ids[:, -1] = 101, 102
    return ids


def normal(shape: Shape, seed: int, scale: float) -> Tensor:
    """Independent normal values."""
    return np.random.default_rng(seed).normal(0, scale, shape)


MAKERS: dict[str, Callable[..., Tensor]] = {
    "text_line": text_line,
    "text_page": text_page,
    "photo": photo,
    "notes": notes,
    "speech": speech,
    "file_bytes": file_bytes,
    "tokens": tokens,
    "normal": normal,
    "zeros": lambda shape: np.zeros(shape),
    "ones": lambda shape: np.ones(shape),
    "values": lambda shape, values: np.array(values).reshape(shape),
}
