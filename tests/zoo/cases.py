"""The cases of a model: rows of several kinds, and onnxruntime's answers to them, as files.

A case's `inputs` and `outputs` are lists of `{name, dtype, shape}` with either `file` (raw, little-endian)
or, for texts, `data`. What ZipMap gives (a dictionary for each row) is stored as Onnxlet gives it: one
float32 tensor of [rows, classes], whose `labels` are the classes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime

from entry import Entry, Feeds, Tensor, Trained

Answers = dict[str, tuple[Tensor, list[str] | None]]

# Unlike anything in the training data.
ODD_TEXTS = ["", "Gdańsk 🛳", "unknown"]


def cases_of(entry: Entry, trained: Trained) -> dict[str, tuple[Feeds, Answers]]:
    """Each case's inputs and onnxruntime's outputs, by name."""
    session = session_of(trained.onnx, entry.optimised)
    classes = zipmap_classes(trained.onnx)
    rows, count = trained.rows, count_of(trained.rows)
    inputs = {"rows": rows, "twice": {name: values[[3, 3]] for name, values in rows.items()}}
    for index in (0, count // 2, count - 1):
        inputs[f"row-{index}"] = {name: values[index : index + 1] for name, values in rows.items()}
    if entry.nan != "no":
        inputs["missing"] = {name: missing(values, entry.nan == "all") for name, values in rows.items()}
        inputs["missing-row"] = {name: values[-1:] for name, values in inputs["missing"].items()}
    if entry.extreme:
        inputs["extremes"] = extremes(rows, entry.extreme)
    cases = {name: (feeds, answers(session, feeds, classes)) for name, feeds in inputs.items()}
    for name, (_, given) in cases.items():
        if not all(np.isfinite(values).all() for values, _ in given.values() if values.dtype.kind == "f"):
            raise ValueError(f"case {name}: onnxruntime's answer is not finite")
    return cases


def session_of(model: onnx.ModelProto, optimised: bool) -> onnxruntime.InferenceSession:
    """A session without onnxruntime's warnings of stale shapes, which CatBoost writes.

    onnxruntime asks the system for StringNormalizer's locale, by default en_US.UTF-8, which few servers
    have: it is asked about a copy with the locale that all have. For the texts here, both do the same.
    """
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for node in copy.graph.node:
        if node.op_type == "StringNormalizer":
            others = [attribute for attribute in node.attribute if attribute.name != "locale"]
            del node.attribute[:]
            node.attribute.extend([*others, onnx.helper.make_attribute("locale", "C")])
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(copy.SerializeToString(), options, providers=["CPUExecutionProvider"])


def count_of(feeds: Feeds) -> int:
    """How many rows there are."""
    (count,) = {len(values) for values in feeds.values()}
    return count


def answers(session: onnxruntime.InferenceSession, feeds: Feeds, classes: dict[str, list[Any]]) -> Answers:
    """onnxruntime's outputs, and the classes of those that name them."""
    names = [output.name for output in session.get_outputs()]
    result: Answers = {}
    for name, value in zip(names, session.run(names, feeds), strict=True):
        if isinstance(value, list):
            order = classes[name]
            table = np.array([[row[label] for label in order] for row in value], dtype=np.float32)
            result[name] = (table.reshape(len(value), len(order)), [str(label) for label in order])
        else:
            result[name] = (value, None)
    return result


def zipmap_classes(model: onnx.ModelProto) -> dict[str, list[Any]]:
    """The classes of each ZipMap, in their order, by its output's name."""
    result = {}
    for node in model.graph.node:
        if node.op_type == "ZipMap":
            attributes = {
                attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute
            }
            texts = [label.decode() for label in attributes.get("classlabels_strings", [])]
            result[node.output[0]] = texts or list(attributes["classlabels_int64s"])
    return result


def missing(values: Tensor, whole_rows: bool) -> Tensor:
    """Rows with holes in their numbers: most have one or more; the last has nothing, or everything."""
    if values.dtype.kind != "f":
        return values
    holes = np.random.default_rng(29).random(values.shape) < 1 / 3
    holes[-1] = whole_rows
    return np.where(holes, np.float32(np.nan), values)


def extremes(rows: Feeds, size: float) -> Feeds:
    """Rows of zeros, of very large and very small numbers of either sign, and of unknown texts.

    The small ones' squares don't vanish: what happens below is the kernels' affair, not the model's.
    """
    scale = np.float32(size)
    fills = np.array([0, -0.0, scale, -scale, scale / 1000, 1e-12, -1e-12], dtype=np.float32)
    result = {}
    for name, values in rows.items():
        if values.dtype.kind == "f":
            signs = np.where(np.arange(values.shape[1]) % 2, -1, 1).astype(np.float32)
            plain = np.repeat(fills[:, None], values.shape[1], 1)
            mixed = values[:4] * np.array([[1, -1, 10, 0.1]], np.float32).T
            result[name] = np.concatenate([plain, plain[2:4] * signs, mixed]).astype(np.float32)
        else:
            count = len(fills) + 6
            texts = [
                ODD_TEXTS[at % len(ODD_TEXTS)] if at % 2 else values[at % len(values), 0]
                for at in range(count)
            ]
            result[name] = np.array(texts, dtype=object).reshape(-1, 1)
    return result


def write(folder: Path, cases: dict[str, tuple[Feeds, Answers]]) -> list[dict[str, Any]]:
    """Writes the cases' tensors; what `cases.json` is to hold."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (feeds, given) in cases.items():
        inputs = [
            tensor_entry(folder, f"{name}.in.{at}", key, value)
            for at, (key, value) in enumerate(feeds.items())
        ]
        outputs = []
        for at, (key, (value, labels)) in enumerate(given.items()):
            entry = tensor_entry(folder, f"{name}.out.{at}", key, value)
            outputs.append(entry if labels is None else {**entry, "labels": labels})
        written.append({"name": name, "inputs": inputs, "outputs": outputs})
    return written


def tensor_entry(folder: Path, stem: str, name: str, values: Tensor) -> dict[str, Any]:
    """Writes a tensor, or holds it where it is texts, and says what it is."""
    shape = list(values.shape)
    if values.dtype.kind in "OU":
        return {
            "name": name,
            "dtype": "string",
            "shape": shape,
            "data": [str(text) for text in values.reshape(-1)],
        }
    file = f"{stem}.bin"
    values.astype(values.dtype.newbyteorder("<")).tofile(folder / file)
    return {"name": name, "dtype": values.dtype.name, "shape": shape, "file": file}
