"""Runs a model in onnxruntime over rows of raw data and writes each output as raw little-endian data.

The rows are raw u8 pixels (`--images`, divided by 255) or raw f32 features (`--features`). An output named
`probs` becomes `probs.f32`, an integer output named `label` becomes `label.i64`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

SUFFIXES = {"float32": "f32", "int64": "i64"}


def read_rows(arguments: argparse.Namespace, shape: list[int | str]) -> NDArray[np.float32]:
    """Reads the given file as examples of `shape`, whose first dimension is the batch."""
    if arguments.images:
        values = np.fromfile(arguments.images, np.uint8).astype(np.float32) / np.float32(255)
    else:
        values = np.fromfile(arguments.features, "<f4")
    return values.reshape(-1, *shape[1:])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True, help="ONNX file with one input")
    rows = parser.add_mutually_exclusive_group(required=True)
    rows.add_argument("--images", type=Path, help="raw u8 pixels")
    rows.add_argument("--features", type=Path, help="raw little-endian f32 values")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()

    session = onnxruntime.InferenceSession(arguments.model, providers=["CPUExecutionProvider"])
    (spec,) = session.get_inputs()
    examples = read_rows(arguments, spec.shape)
    names = [output.name for output in session.get_outputs()]
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, value in zip(names, session.run(names, {spec.name: examples}), strict=True):
        path = arguments.out / f"{name}.{SUFFIXES[value.dtype.name]}"
        value.astype(value.dtype.newbyteorder("<")).tofile(path)
        print(f"{path}: {value.dtype.name}{list(value.shape)}")


if __name__ == "__main__":
    main()
