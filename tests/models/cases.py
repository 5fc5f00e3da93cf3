"""Makes a model's inputs as `models/real.json` describes them, and onnxruntime's outputs for them.

Writes `cases.json` (for each case its inputs, its outputs, and the same outputs `as_written`: name, dtype,
shape, file) and the raw little-endian files that it names.

onnxruntime answers twice: with the graph optimised, as it does by default, and as it is written. The
kernels that it changes to differ in rounding by up to twice our tolerance (PP-OCR's detection, Basic Pitch),
so an answer is right between the two, or near either.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from makers import MAKERS, Tensor


def made(entry: dict[str, Any], photos: Path) -> Tensor:
    """The tensor that an input's entry describes."""
    parameters = {key: value for key, value in entry.items() if key not in ("make", "dtype")}
    if "photo" in parameters:
        parameters["photo"] = photos / parameters["photo"]
    tensor = MAKERS[entry["make"]](**parameters).astype(entry["dtype"])
    if list(tensor.shape) != entry["shape"]:
        raise SystemExit(f"{entry['make']}: expected the shape {entry['shape']}, got {list(tensor.shape)}")
    return tensor


def session_of(model: Path, level: onnxruntime.GraphOptimizationLevel) -> onnxruntime.InferenceSession:
    """A session on one CPU provider, with its graph optimised this far."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def write(folder: Path, prefix: str, tensors: dict[str, Tensor]) -> list[dict[str, Any]]:
    """Writes each tensor and says what it is."""
    written = []
    for index, (name, tensor) in enumerate(tensors.items()):
        file = f"{prefix}.{index}.bin"
        tensor.astype(tensor.dtype.newbyteorder("<")).tofile(folder / file)
        written.append({"name": name, "dtype": tensor.dtype.name, "shape": list(tensor.shape), "file": file})
    return written


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--manifest", type=Path, required=True, help="models/real.json")
    parser.add_argument("--name", required=True, help="of a model in it")
    parser.add_argument("--model", type=Path, required=True, help="its ONNX file")
    parser.add_argument("--photos", type=Path, required=True, help="folder of photos")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()

    manifest = json.loads(arguments.manifest.read_text())
    (model,) = [model for model in manifest["models"] if model["name"] == arguments.name]
    level = onnxruntime.GraphOptimizationLevel
    optimised = session_of(arguments.model, level.ORT_ENABLE_ALL)
    as_written = session_of(arguments.model, level.ORT_DISABLE_ALL)
    names = [output.name for output in optimised.get_outputs()]
    arguments.out.mkdir(parents=True, exist_ok=True)
    cases = []
    for case in model["cases"]:
        inputs = {name: made(entry, arguments.photos) for name, entry in case["inputs"].items()}
        outputs = {
            key: dict(zip(names, session.run(names, inputs), strict=True))
            for key, session in (("outputs", optimised), ("as_written", as_written))
        }
        for name, value in outputs["outputs"].items():
            if not np.isfinite(value).all():
                raise SystemExit(f"{arguments.name} {case['name']}: onnxruntime's {name} is not finite")
        cases.append(
            {
                "name": case["name"],
                "inputs": write(arguments.out, f"{case['name']}.in", inputs),
                **{
                    key: write(arguments.out, f"{case['name']}.{key}", tensors)
                    for key, tensors in outputs.items()
                },
            }
        )
    (arguments.out / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")
    print(f"{arguments.out}: {len(cases)} cases")


if __name__ == "__main__":
    main()
