"""Writes ONNX's backend suite, as the wheel of `onnx` ships it, in a form that needs no protobuf to read.

Writes `cases.json`, each case's `model.onnx` as it is, and its tensors as raw little-endian files. Per case:
name, suite, operator (the node under test; for the `_expanded` function bodies that of the case they
expand), domain, opset, model, and data sets with inputs and outputs `{name, dtype, shape, file}`, texts
inline as `texts`. A dtype is ONNX's own name in lower case. What numpy has no type for is written widened,
with `stored` saying as what: bfloat16, float8 and float4 as float32, whole numbers of fewer than eight bits
as int8 or uint8; both are exact.

A case with a sequence or an optional among its inputs and outputs is listed with `not_tensor` and the reason.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.backend.test
from onnx import TensorProto, ValueInfoProto, numpy_helper

SUITES = ("node", "simple", "pytorch-converted", "pytorch-operator")
SEVERAL = "(several)"
EXPANDED = re.compile(r"_expanded(_ver\d+)?$")

# What is written widened.
STORED = {
    "bfloat16": "float32",
    "float8e4m3fn": "float32",
    "float8e4m3fnuz": "float32",
    "float8e5m2": "float32",
    "float8e5m2fnuz": "float32",
    "float8e8m0": "float32",
    "float4e2m1": "float32",
    "int4": "int8",
    "uint4": "uint8",
    "int2": "int8",
    "uint2": "uint8",
}
# ONNX's names that numpy spells otherwise.
NAMES = {"float": "float32", "double": "float64"}

Case = dict[str, Any]


def dtype_name(number: int) -> str:
    """The name of an element type: `float32`, `bfloat16`."""
    name = TensorProto.DataType.Name(number).lower()
    return NAMES.get(name, name)


def write(tensor: TensorProto, name: str, path: Path, root: Path) -> Case:
    """Writes a tensor's elements and says what it is."""
    dtype = dtype_name(tensor.data_type)
    entry: Case = {"name": name, "dtype": dtype, "shape": list(tensor.dims)}
    elements = numpy_helper.to_array(tensor)
    if list(elements.shape) != list(tensor.dims):
        raise SystemExit(f"{path}: expected the shape {list(tensor.dims)}, got {list(elements.shape)}")
    if dtype == "string":
        texts = (text.decode() if isinstance(text, bytes) else str(text) for text in elements.reshape(-1))
        return entry | {"texts": list(texts)}
    if dtype in STORED:
        entry["stored"] = STORED[dtype]
        elements = elements.astype(STORED[dtype])
    if elements.dtype.name != entry.get("stored", dtype):
        raise SystemExit(f"{path}: expected {dtype}, got {elements.dtype}")
    np.ascontiguousarray(elements).astype(elements.dtype.newbyteorder("<")).tofile(path)
    return entry | {"file": path.relative_to(root).as_posix()}


def not_tensor(values: list[ValueInfoProto]) -> str | None:
    """Why a graph's inputs or outputs can't be written, if they can't."""
    others = [value for value in values if value.type.WhichOneof("value") != "tensor_type"]
    kinds = (f"{value.name} is {value.type.WhichOneof('value').removesuffix('_type')}" for value in others)
    return ", ".join(kinds) or None


def under_test(model: onnx.ModelProto) -> tuple[str, str]:
    """The domain and operator that a model is about."""
    found = {(node.domain, node.op_type) for node in model.graph.node}
    found = {node for node in found if node != ("", "Constant")} or found
    return found.pop() if len(found) == 1 else ("", SEVERAL)


def tensors(folder: Path, kind: str, values: list[ValueInfoProto], out: Path, root: Path) -> list[Case]:
    """Writes `input_0.pb` … or `output_0.pb` … of a data set: they are in the graph's order."""
    files = sorted(folder.glob(f"{kind}_*.pb"), key=lambda file: int(file.stem.split("_")[-1]))
    if len(files) != len(values):
        raise SystemExit(f"{folder}: expected {len(values)} files {kind}_*.pb, got {len(files)}")
    written = []
    for index, (file, value) in enumerate(zip(files, values, strict=True)):
        tensor = TensorProto.FromString(file.read_bytes())
        target = out / f"{folder.name.removeprefix('test_data_set_')}.{kind}.{index}.bin"
        written.append(write(tensor, value.name, target, root))
    return written


def case_of(folder: Path, suite: str, root: Path) -> Case:
    """Converts one case."""
    model = onnx.load(folder / "model.onnx")
    domain, operator = under_test(model)
    opsets = {opset.domain: opset.version for opset in model.opset_import}
    case: Case = {"name": folder.name, "suite": suite, "domain": domain, "operator": operator}
    case["opset"] = opsets.get(domain, opsets.get("ai.onnx" if domain == "" else domain))
    # The weights of old models stand among the inputs.
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    reason = not_tensor([*inputs, *model.graph.output])
    if reason:
        return case | {"not_tensor": reason}
    out = root / suite / folder.name
    out.mkdir(parents=True)
    shutil.copyfile(folder / "model.onnx", out / "model.onnx")
    case["model"] = f"{suite}/{folder.name}/model.onnx"
    case["sets"] = [
        {
            "inputs": tensors(data, "input", inputs, out, root),
            "outputs": tensors(data, "output", list(model.graph.output), out, root),
        }
        for data in sorted(folder.glob("test_data_set_*"))
    ]
    if not case["sets"]:
        raise SystemExit(f"{folder} holds no data")
    return case


def name_expanded(cases: list[Case]) -> None:
    """Gives the bodies of functions the operator of the case that they expand."""
    known = {case["name"]: case for case in cases}
    for case in cases:
        base = known.get(EXPANDED.sub("", case["name"]))
        if base is not None and base is not case:
            case["domain"], case["operator"] = base["domain"], base["operator"]
            case["expanded"] = True


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write; what is in it goes")
    arguments = parser.parse_args()

    out: Path = arguments.out
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    data = Path(onnx.backend.test.__file__).parent / "data"
    cases = [
        case_of(folder, suite, out)
        for suite in SUITES
        for folder in sorted((data / suite).iterdir())
        if folder.is_dir()
    ]
    name_expanded(cases)
    repeated = [name for name, count in Counter(case["name"] for case in cases).items() if count > 1]
    if repeated:
        raise SystemExit(f"two cases have one name: {', '.join(repeated)}")
    (out / "cases.json").write_text(json.dumps({"onnx": onnx.__version__, "cases": cases}, indent=1) + "\n")
    told = Counter(case["suite"] for case in cases)
    others = sum("not_tensor" in case for case in cases)
    print(f"{out}: {len(cases)} cases ({dict(told)}), of which {others} are not of tensors")


if __name__ == "__main__":
    main()
