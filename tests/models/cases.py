"""Makes a model's inputs as `models/real.json` describes them, and onnxruntime's outputs for them.

Writes `cases.json` (for each case its inputs and outputs: name, dtype, shape, file) and the raw
little-endian files that it names.
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
    session = onnxruntime.InferenceSession(arguments.model, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    arguments.out.mkdir(parents=True, exist_ok=True)
    cases = []
    for case in model["cases"]:
        inputs = {name: made(entry, arguments.photos) for name, entry in case["inputs"].items()}
        outputs = dict(zip(names, session.run(names, inputs), strict=True))
        for name, value in outputs.items():
            if not np.isfinite(value).all():
                raise SystemExit(f"{arguments.name} {case['name']}: onnxruntime's {name} is not finite")
        cases.append(
            {
                "name": case["name"],
                "inputs": write(arguments.out, f"{case['name']}.in", inputs),
                "outputs": write(arguments.out, f"{case['name']}.out", outputs),
            }
        )
    (arguments.out / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")
    print(f"{arguments.out}: {len(cases)} cases")


if __name__ == "__main__":
    main()
