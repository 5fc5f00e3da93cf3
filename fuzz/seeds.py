"""Writes what fuzzing begins with into a folder: ONNX's backend suite, hostile models, cards, requests.

`cargo xtask fuzz` begins with `corpus/`, which has been minimised from this. Run it to begin again::

    python fuzz/seeds.py target/fuzz/seeds
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import onnx.backend.test
from onnx import AttributeProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

ROOT = Path(__file__).parent.parent
LARGEST = 50_000
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64

Hostile = Callable[[], ModelProto | bytes]
HOSTILE: dict[str, Hostile] = {}


def hostile(make: Hostile) -> Hostile:
    """Registers a hostile model by its function's name."""
    HOSTILE[make.__name__] = make
    return make


def model(
    nodes: list[NodeProto],
    weights: dict[str, np.ndarray] | None = None,
    dims: list[int | str] | None = None,
    dtype: int = FLOAT,
    opset: int = 17,
) -> ModelProto:
    """A model from `x` to `y`."""
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in (weights or {}).items()]
    given = [helper.make_tensor_value_info("x", dtype, ["N", 2] if dims is None else dims)]
    output = [helper.make_tensor_value_info("y", FLOAT, None)]
    graph = helper.make_graph(nodes, "g", given, output, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def ints(*values: int) -> np.ndarray:
    """A vector of int64."""
    return np.array(values, np.int64)


@hostile
def input_of_2_to_the_40() -> ModelProto:
    return model([helper.make_node("Relu", ["x"], ["y"])], dims=[1 << 40])


@hostile
def input_of_2_to_the_40_in_eager() -> ModelProto:
    return model([helper.make_node("Softplus", ["x"], ["y"])], dims=[1 << 40])


@hostile
def input_that_overflows() -> ModelProto:
    return model([helper.make_node("Softplus", ["x"], ["y"])], dims=[1 << 40, 1 << 40])


@hostile
def input_of_negative_size() -> ModelProto:
    return model([helper.make_node("Softplus", ["x"], ["y"])], dims=[-5, 2])


@hostile
def weight_of_2_to_the_40() -> ModelProto:
    made = model([helper.make_node("Add", ["x", "w"], ["y"])], {"w": np.ones(2, np.float32)})
    made.graph.initializer[0].dims[:] = [1 << 40]
    return made


@hostile
def empty_weight_of_2_to_the_40() -> ModelProto:
    made = model([helper.make_node("Add", ["x", "w"], ["y"])], {"w": np.ones(2, np.float32)})
    made.graph.initializer[0].dims[:] = [1 << 40, 0]
    made.graph.initializer[0].raw_data = b""
    return made


@hostile
def weight_that_overflows() -> ModelProto:
    made = model([helper.make_node("Add", ["x", "w"], ["y"])], {"w": np.ones(2, np.float32)})
    made.graph.initializer[0].dims[:] = [1 << 32, 1 << 32]
    return made


@hostile
def weight_of_negative_size() -> ModelProto:
    made = model([helper.make_node("Add", ["x", "w"], ["y"])], {"w": np.ones(2, np.float32)})
    made.graph.initializer[0].dims[:] = [-1]
    return made


@hostile
def weight_cut_off() -> ModelProto:
    made = model([helper.make_node("Add", ["x", "w"], ["y"])], {"w": np.ones(2, np.float32)})
    made.graph.initializer[0].raw_data = made.graph.initializer[0].raw_data[:5]
    return made


@hostile
def weight_outside() -> ModelProto:
    made = model([helper.make_node("Add", ["x", "w"], ["y"])], {"w": np.ones(2, np.float32)})
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    return made


@hostile
def constant_outside() -> ModelProto:
    tensor = TensorProto(data_type=FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="/etc/passwd")
    constant = helper.make_node("Constant", [], ["c"])
    constant.attribute.append(helper.make_attribute("value", tensor))
    return model([constant, helper.make_node("Add", ["x", "c"], ["y"])])


@hostile
def constant_outside_in_a_branch() -> ModelProto:
    tensor = TensorProto(name="w", data_type=FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="/etc/passwd")
    branch = helper.make_graph(
        [helper.make_node("Identity", ["w"], ["b"])],
        "b",
        [],
        [helper.make_tensor_value_info("b", FLOAT, None)],
        [tensor],
    )
    choice = helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)
    return model([choice], {"c": np.array(True)})


@hostile
def cycle() -> ModelProto:
    nodes = [helper.make_node("Add", ["x", "b"], ["a"]), helper.make_node("Relu", ["a"], ["b"])]
    return model([*nodes, helper.make_node("Relu", ["b"], ["y"])])


@hostile
def node_that_reads_itself() -> ModelProto:
    return model([helper.make_node("Add", ["x", "y"], ["y"])])


@hostile
def output_made_twice() -> ModelProto:
    return model([helper.make_node("Relu", ["x"], ["y"]), helper.make_node("Exp", ["x"], ["y"])])


@hostile
def missing_weight() -> ModelProto:
    return model([helper.make_node("Add", ["x", "w"], ["y"])])


@hostile
def missing_inputs() -> ModelProto:
    return model([helper.make_node("Conv", [], ["y"]), helper.make_node("Gemm", ["x"], ["z"])])


@hostile
def nothing_at_all() -> ModelProto:
    return ModelProto()


def calling(functions: dict[str, list[NodeProto]], first: str) -> ModelProto:
    """A model that calls one of its functions from `a` to `b`."""
    made = model([helper.make_node(first, ["x"], ["y"], domain="f")])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("f", 1)]
    for name, nodes in functions.items():
        made.functions.append(helper.make_function("f", name, ["a"], ["b"], nodes, opsets))
    made.opset_import.append(helper.make_opsetid("f", 1))
    return made


@hostile
def function_that_calls_itself() -> ModelProto:
    return calling({"F": [helper.make_node("F", ["a"], ["b"], domain="f")]}, "F")


@hostile
def functions_that_call_each_other() -> ModelProto:
    nodes = {
        name: [helper.make_node(other, ["a"], ["b"], domain="f")] for name, other in (("F", "G"), ("G", "F"))
    }
    return calling(nodes, "F")


@hostile
def functions_that_double() -> ModelProto:
    functions = {}
    for level in range(40):
        calls = [("a", "c"), ("c", "b")]
        name = f"F{level + 1}"
        functions[f"F{level}"] = [helper.make_node(name, [a], [b], domain="f") for a, b in calls]
    functions["F40"] = [helper.make_node("Relu", ["a"], ["b"])]
    return calling(functions, "F0")


@hostile
def functions_that_double_a_weight() -> ModelProto:
    made = functions_that_double()
    weight = numpy_helper.from_array(np.zeros(5000, np.float32))
    made.functions[-1].node.append(helper.make_node("Constant", [], ["unused"], value=weight))
    return made


@hostile
def functions_with_long_names() -> ModelProto:
    made = functions_that_double()
    for function in made.functions:
        for node in function.node:
            node.name = "n" * 400
    return made


@hostile
def function_in_a_branch_that_calls_itself() -> ModelProto:
    branch = helper.make_graph(
        [helper.make_node("F", ["a"], ["c"], domain="f")],
        "b",
        [],
        [helper.make_tensor_value_info("c", FLOAT, None)],
    )
    nodes = [
        helper.make_node("Constant", [], ["yes"], value=numpy_helper.from_array(np.array(True))),
        helper.make_node("If", ["yes"], ["b"], then_branch=branch, else_branch=branch),
    ]
    return calling({"F": nodes}, "F")


@hostile
def nested_branches() -> bytes:
    return nested(25)


@hostile
def branches_nested_too_deep() -> bytes:
    return nested(500)


def nested(depth: int) -> bytes:
    """An If in an If in an If. Python's protobuf refuses to hold some of them."""
    node = helper.make_node("Identity", ["x"], ["y"]).SerializeToString()
    output = helper.make_tensor_value_info("y", FLOAT, None).SerializeToString()
    for _ in range(depth):
        branch = field(6, field(1, node) + field(11, output))
        attributes = [
            field(5, AttributeProto(name=name, type=AttributeProto.GRAPH).SerializeToString() + branch)
            for name in ("then_branch", "else_branch")[: 2 if len(branch) < 2000 else 1]
        ]
        node = NodeProto(op_type="If", input=["c"], output=["y"]).SerializeToString() + b"".join(attributes)
    return model([], {"c": np.array(True)}).SerializeToString() + field(7, field(1, node))


def field(number: int, body: bytes) -> bytes:
    """A message inside a message."""
    return varint(number << 3 | 2) + varint(len(body)) + body


def varint(number: int) -> bytes:
    """Protobuf's form of a whole number."""
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def single(
    operator: str,
    inputs: list[str],
    outputs: list[str],
    weights: dict[str, np.ndarray] | None = None,
    domain: str = "",
    **attributes: object,
) -> ModelProto:
    """A model of one node, from `x: f32[2,3,4]`, which may name nothing."""
    node = helper.make_node(operator, inputs, outputs, domain=domain)
    node.attribute.extend(helper.make_attribute(name, value) for name, value in attributes.items())
    made = model([node], weights, dims=[2, 3, 4])
    if domain:
        made.opset_import.append(helper.make_opsetid(domain, 1))
    return made


KERNEL = np.ones((3, 3, 1), np.float32)

# What fuzzing found, each made small by hand.
FOUND: dict[str, ModelProto] = {
    "conv_with_a_bias_of_no_name": single("Conv", ["x", "w", ""], ["y"], {"w": KERNEL}),
    "conv_of_another_rank": single("Conv", ["x", "w"], ["y"], {"w": np.ones((3, 3, 1, 1), np.float32)}),
    "conv_with_too_many_strides": single("Conv", ["x", "w"], ["y"], {"w": KERNEL}, strides=[1, 1, 1]),
    "softmax_of_nothing": single("LogSoftmax", [], ["y"]),
    "bias_gelu_without_a_bias": single("BiasGelu", ["x"], ["y"], domain="com.microsoft"),
    "transpose_of_two": single("Transpose", ["x", "x"], ["y"]),
    "pool_of_a_scalar": single("MaxPool", ["w"], ["y"], {"w": np.float32(1)}, kernel_shape=[1]),
    "split_into_more_than_its_outputs": single("Split", ["x", "s"], ["y", "z"], {"s": ints(1, 1, 1)}, axis=1),
    "flatten_beyond_the_first_axis": single("Flatten", ["x"], ["y"], axis=-4),
    "resize_by_no_scales": single("Resize", ["x", "", "s"], ["y"], {"s": np.zeros(0, np.float32)}),
    "gather_of_a_constant_beyond_its_end": single(
        "Gather", ["w", "i"], ["y"], {"w": ints(1, 2, 3), "i": np.array(3)}
    ),
    "scatter_of_another_domain": single(
        "ScatterND",
        ["x", "i", "u"],
        ["y"],
        {"i": ints(-9)[None], "u": np.ones((1, 3, 4), np.float32)},
        "com.microsoft",
    ),
    "reduce_along_axes_that_are_texts": single(
        "ReduceSum", ["x", "a"], ["y"], {"a": np.array([b"7"], object)}
    ),
    "dropout_by_a_ratio_of_no_elements": single("Dropout", ["x", "r"], ["y"], {"r": np.zeros(0, np.float32)}),
    "window_of_no_size": single("HannWindow", ["s"], ["y"], {"s": np.array(0)}),
    "trilu_of_a_vector": single("Trilu", ["w"], ["y"], {"w": np.ones(3, np.float32)}),
    "gru_with_another_output": single(
        "GRU",
        ["x", "w", "r"],
        ["", "y", "z"],
        {"w": np.ones((1, 6, 4), np.float32), "r": np.ones((1, 6, 2), np.float32)},
        hidden_size=2,
    ),
    "reduce_of_no_elements": single("ReduceSum", ["w"], ["y"], {"w": np.zeros((3, 0), np.float32)}, axes=[1]),
    "scatter_of_a_third_domain": single(
        "ScatterND",
        ["x", "i", "u"],
        ["y"],
        {"i": ints(-9)[None], "u": np.ones((1, 3, 4), np.float32)},
        "ai.onnx.ml",
    ),
    "product_with_a_scalar": single("MatMul", ["x", "w"], ["y"], {"w": np.float32(2)}),
    "if_of_nothing": single("If", [], ["y"]),
}


@hostile
def integer_divided_by_what_comes() -> ModelProto:
    nodes = [helper.make_node("Cast", ["x"], ["i"], to=INT64), helper.make_node("Div", ["w", "i"], ["d"])]
    nodes += [helper.make_node("Mod", ["w", "i"], ["m"]), helper.make_node("Add", ["d", "m"], ["s"])]
    return model([*nodes, helper.make_node("Cast", ["s"], ["y"], to=FLOAT)], {"w": ints(7, 8)})


@hostile
def product_along_a_size_that_a_request_says() -> ModelProto:
    made = model(
        [helper.make_node("MatMul", ["w", "x"], ["y"])], {"w": np.ones((3, 4), np.float32)}, dims=["M", 3]
    )
    return made


@hostile
def one_hot_of_a_place_that_a_request_says() -> ModelProto:
    nodes = [
        helper.make_node("Cast", ["x"], ["i"], to=INT64),
        helper.make_node("OneHot", ["i", "d", "v"], ["y"]),
    ]
    return model(nodes, {"d": np.array(3), "v": np.array([0, 1], np.float32)})


@hostile
def branches_of_other_outputs() -> ModelProto:
    def branch(count: int) -> onnx.GraphProto:
        nodes = [helper.make_node("Identity", ["x"], [f"b{index}"]) for index in range(count)]
        outputs = [helper.make_tensor_value_info(f"b{index}", FLOAT, None) for index in range(count)]
        return helper.make_graph(nodes, "b", [], outputs)

    choice = helper.make_node("If", ["c"], ["y"], then_branch=branch(2), else_branch=branch(1))
    return model([choice], {"c": np.array(True)})


@hostile
def two_inputs_of_a_name() -> ModelProto:
    made = model([helper.make_node("Relu", ["x"], ["y"])])
    made.graph.input.append(helper.make_tensor_value_info("x", FLOAT, ["?"]))
    return made


@hostile
def texts_of_raw_bytes() -> ModelProto:
    made = model(
        [helper.make_node("StringConcat", ["w", "w"], ["z"]), helper.make_node("Relu", ["x"], ["y"])]
    )
    made.graph.initializer.append(
        TensorProto(name="w", data_type=TensorProto.STRING, dims=[2], raw_data=bytes(48))
    )
    return made


@hostile
def deconvolution_of_no_output_shape() -> ModelProto:
    made = single("ConvTranspose", ["x", "w"], ["y"], {"w": KERNEL}, auto_pad="SAME_UPPER")
    made.graph.node[0].attribute.append(AttributeProto(name="output_shape", type=AttributeProto.INTS))
    return made


@hostile
def output_of_no_name() -> ModelProto:
    made = model([helper.make_node("MaxPool", ["x"], ["y", ""], kernel_shape=[1])], dims=[1, 1, 2])
    made.graph.output.append(helper.make_tensor_value_info("", FLOAT, None))
    return made


SIZES = {
    "2_to_the_40": [1 << 40],
    "overflow": [1 << 40, 1 << 40],
    "2_to_the_28": [1 << 14, 1 << 14],
    "negative": [-3, -7],
    "largest": [(1 << 63) - 1],
}


def sized() -> Iterator[tuple[str, ModelProto]]:
    """Operators whose output is as large as a number in the model says."""
    for name, size in SIZES.items():
        first, last = size[0], size[-1]
        cases: dict[str, tuple[NodeProto, dict[str, np.ndarray]]] = {
            "ConstantOfShape": (helper.make_node("ConstantOfShape", ["s"], ["y"]), {"s": ints(*size)}),
            "Expand": (helper.make_node("Expand", ["x", "s"], ["y"]), {"s": ints(*size, 1, 1)}),
            "Tile": (helper.make_node("Tile", ["x", "s"], ["y"]), {"s": ints(first, last)}),
            "Range": (
                helper.make_node("Range", ["a", "s", "d"], ["y"]),
                {"a": np.array(0), "s": np.array(first), "d": np.array(1)},
            ),
            "Pad": (helper.make_node("Pad", ["x", "s"], ["y"]), {"s": ints(first, 0, last, 0)}),
            "Reshape": (helper.make_node("Reshape", ["x", "s"], ["y"]), {"s": ints(*size)}),
            "Resize": (helper.make_node("Resize", ["x", "", "", "s"], ["y"]), {"s": ints(first, last)}),
            "ResizeScales": (
                helper.make_node("Resize", ["x", "", "s"], ["y"]),
                {"s": np.array([1e9, float(last)], np.float32)},
            ),
            "OneHot": (
                helper.make_node("OneHot", ["i", "s", "v"], ["y"]),
                {"i": ints(0, 1), "s": np.array(first), "v": np.array([0, 1], np.float32)},
            ),
            "EyeLike": (
                helper.make_node("EyeLike", ["w"], ["y"], k=last),
                {"w": np.ones((2, 3), np.float32)},
            ),
            "TopK": (helper.make_node("TopK", ["x", "s"], ["y", "i"]), {"s": ints(first)}),
            "Slice": (
                helper.make_node("Slice", ["x", "s", "e"], ["y"]),
                {"s": ints(-first), "e": ints(last)},
            ),
            "Split": (helper.make_node("Split", ["x", "s"], ["y", "z"]), {"s": ints(first, last)}),
            "Unsqueeze": (helper.make_node("Unsqueeze", ["x", "s"], ["y"]), {"s": ints(*size)}),
            "HannWindow": (helper.make_node("HannWindow", ["s"], ["y"]), {"s": np.array(first)}),
            "MelWeightMatrix": (
                helper.make_node("MelWeightMatrix", ["s", "t", "t", "f", "g"], ["y"]),
                {
                    "s": np.array(first),
                    "t": np.array(last),
                    "f": np.array(0.0, np.float32),
                    "g": np.array(10.0, np.float32),
                },
            ),
            "DFT": (
                helper.make_node("DFT", ["w", "s"], ["y"], axis=1),
                {"w": np.ones((1, 2, 1), np.float32), "s": np.array(first)},
            ),
            "STFT": (
                helper.make_node("STFT", ["w", "o", "", "s"], ["y"]),
                {"w": np.ones((1, 8, 1), np.float32), "o": np.array(1), "s": np.array(first)},
            ),
            "CenterCropPad": (helper.make_node("CenterCropPad", ["x", "s"], ["y"]), {"s": ints(first, last)}),
            "Col2Im": (
                helper.make_node("Col2Im", ["w", "s", "k"], ["y"]),
                {"w": np.ones((1, 4, 4), np.float32), "s": ints(first, last), "k": ints(2, 2)},
            ),
            "MaxUnpool": (
                helper.make_node("MaxUnpool", ["w", "i", "s"], ["y"], kernel_shape=[2, 2], strides=[2, 2]),
                {
                    "w": np.ones((1, 1, 1, 1), np.float32),
                    "i": np.zeros((1, 1, 1, 1), np.int64),
                    "s": ints(1, 1, first, last),
                },
            ),
            "AffineGrid": (
                helper.make_node("AffineGrid", ["w", "s"], ["y"]),
                {"w": np.ones((1, 2, 3), np.float32), "s": ints(1, 1, first, last)},
            ),
            "SplitToSequence": (
                helper.make_node("SplitToSequence", ["x", "s"], ["y"]),
                {"s": np.array(first)},
            ),
            "Trilu": (helper.make_node("Trilu", ["x", "s"], ["y"]), {"s": np.array(first)}),
            "Loop": (loop(), {"s": np.array(first)}),
        }
        for operator, (node, weights) in cases.items():
            opset = 20 if operator in ("DFT", "AffineGrid") else 18
            yield f"{operator}_{name}", model([node], weights, opset=opset)
        attributes: dict[str, dict[str, object]] = {
            "Conv": {"pads": [first, first, last, last]},
            "ConvTranspose": {"strides": [first, last], "output_padding": [last, first]},
            "MaxPool": {"kernel_shape": [first, last], "pads": [1, 1, first, last]},
            "AveragePool": {"kernel_shape": [2, 2], "dilations": [first, last], "pads": [last, last, 0, 0]},
            "LpPool": {"kernel_shape": [first, last]},
            "DepthToSpace": {"blocksize": first},
            "SpaceToDepth": {"blocksize": last},
            "Flatten": {"axis": first},
            "Transpose": {"perm": [first, last]},
            "LSTM": {"hidden_size": first},
            "GRU": {"hidden_size": last},
            "Gather": {"axis": first},
            "Concat": {"axis": last},
            "ReduceSum": {"keepdims": first},
            "GroupNormalization": {"num_groups": first},
            "RotaryEmbedding": {"rotary_embedding_dim": first, "num_heads": last},
            "Attention": {"q_num_heads": first, "kv_num_heads": last},
        }
        for operator, values in attributes.items():
            shape = (1, 1, 8, 8) if operator not in ("LSTM", "GRU") else (4, 1, 2)
            weights = {"a": np.ones(shape, np.float32), "w": np.ones((1, 1, 2, 2), np.float32)}
            node = helper.make_node(
                operator, ["a", "w", "w"][: 1 if operator in ("Flatten", "Transpose") else 3], ["y"]
            )
            node.attribute.extend(helper.make_attribute(key, value) for key, value in values.items())
            yield f"{operator}_{name}", model([node], weights, opset=23)


def loop() -> NodeProto:
    """A Loop of as many rounds as `s` says, which collects what it carries."""
    nodes = [
        helper.make_node("Identity", ["more"], ["again"]),
        helper.make_node("Concat", ["state", "state"], ["next"], axis=0),
        helper.make_node("Identity", ["x"], ["kept"]),
    ]
    inputs = [
        helper.make_tensor_value_info("round", INT64, []),
        helper.make_tensor_value_info("more", TensorProto.BOOL, []),
        helper.make_tensor_value_info("state", FLOAT, None),
    ]
    outputs = [
        helper.make_tensor_value_info("again", TensorProto.BOOL, []),
        helper.make_tensor_value_info("next", FLOAT, None),
        helper.make_tensor_value_info("kept", FLOAT, None),
    ]
    return helper.make_node(
        "Loop", ["s", "", "x"], ["y", "all"], body=helper.make_graph(nodes, "body", inputs, outputs)
    )


def models() -> Iterator[tuple[str, bytes]]:
    """The backend suite's small models, ours and the hostile ones."""
    data = Path(onnx.backend.test.__file__).parent / "data"
    for path in sorted(data.glob("*/*/model.onnx")):
        yield f"{path.parent.parent.name}-{path.parent.name}", path.read_bytes()
    for name in ("iris", "digits"):
        yield name, (ROOT / "models" / name / "model.onnx").read_bytes()
    for name, make in HOSTILE.items():
        made = make()
        yield f"hostile-{name}", made if isinstance(made, bytes) else made.SerializeToString()
    for name, made in FOUND.items():
        yield f"found-{name}", made.SerializeToString()
    for name, made in sized():
        yield f"sized-{name}", made.SerializeToString()


def cards() -> Iterator[tuple[str, bytes]]:
    """Our cards, and what may stand in one."""
    for name in ("iris", "digits"):
        yield name, (ROOT / "models" / name / "card.json").read_bytes()
    pixels = {"width": 28, "height": 28, "color": "gray"}
    for index, inputs in enumerate(
        [
            {"image": {"shape": [3, 1, 28, 28]}},
            {"image": {"shape": [1 << 40, 1, 28, 28]}},
            {"image": {"shape": [1 << 62, 1, 28, 28]}},
            {"image": {"shape": ["M", 1, 28, 28], "allow_nan": True}},
            {"image": {"image": {**pixels, "frame": {"content": 20, "center": "mass"}, "invert": "auto"}}},
            {
                "image": {
                    "image": {**pixels, "layout": "NHWC", "mean": [1e308], "std": [1e-308], "scale": -1e308}
                }
            },
            {"image": {"image": {**pixels, "width": 1 << 62, "height": 1 << 62, "filter": "lanczos3"}}},
        ]
    ):
        outputs = {"probs": {"labels": [str(label) for label in range(10)], "top_k": 1 << 40}}
        yield f"made-{index}", json.dumps({"name": "m", "inputs": inputs, "outputs": outputs}).encode()


def png(width: int, height: int, rows: bytes) -> bytes:
    """A grey PNG."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def requests() -> Iterator[tuple[str, bytes]]:
    """A request for each door; the first byte says which: see `inputs.rs`."""
    picture = png(5, 5, (b"\0" + bytes(range(0, 250, 50))) * 5)
    digits, iris, dtypes, file = 0, 2, 3, 4
    text = base64.b64encode(picture).decode()
    values: dict[str, tuple[int, object]] = {
        "flat": (digits, [0] * 784),
        "envelope": (digits, {"inputs": {"image": [0.5] * 784}, "outputs": ["probs"], "top_k": 3}),
        "declared": (digits, {"data": [1] * 784, "shape": [1, 1, 28, 28], "dtype": "float32"}),
        "declared-huge": (digits, {"data": [1], "shape": [1 << 40, 1, 28, 28]}),
        "base64": (digits, {"base64": text}),
        "batch": (digits, {"image": [{"base64": text}, {"base64": f"data:image/png;base64,{text}"}]}),
        "record": (iris, {"sepal_length": 5.1, "sepal_width": 3, "petal_length": 1, "petal_width": None}),
        "rows": (iris, [[1, 2, 3, 4], [5, 6, 7, 1e300]]),
        "dtypes": (dtypes, {f"i{number}": value(number) for number in range(1, 14)}),
    }
    for name, (first, document) in values.items():
        yield name, bytes([first]) + json.dumps(document).encode()
    yield "deep", bytes([digits]) + b"[" * 200 + b"]" * 200
    yield "png", bytes([file]) + picture
    yield "png-huge", bytes([file]) + png(1 << 31, 1 << 31, b"")
    yield "png-cut", bytes([file]) + picture[:60]
    for name in ("3.png", "7.png"):
        sample = ROOT / "models/digits/samples" / name
        if sample.exists():
            yield name, bytes([file]) + sample.read_bytes()


def value(number: int) -> list[object]:
    """Two elements of an ONNX element type."""
    return {8: ["a", "é"], 9: [True, False]}.get(number, [1, 0])


def bodies() -> Iterator[tuple[str, bytes]]:
    """A body for each door of the Worker: see `codecs.rs`."""
    digits, iris, dtypes = 0, 12, 24
    names = [
        "FP32",
        "UINT8",
        "INT8",
        "UINT16",
        "INT16",
        "INT32",
        "INT64",
        "BYTES",
        "BOOL",
        "FP16",
        "FP64",
        "UINT32",
        "UINT64",
    ]
    sizes = [8, 2, 2, 4, 4, 8, 16, 10, 2, 4, 16, 8, 16]
    inputs = [
        {"name": f"i{index + 1}", "shape": [1, 2], "datatype": name, "parameters": {"binary_data_size": size}}
        for index, (name, size) in enumerate(zip(names, sizes, strict=True))
    ]
    header = json.dumps({"id": "1", "inputs": inputs, "parameters": {"binary_data_output": True}}).encode()
    tensors = b"".join(
        struct.pack("<IcIc", 1, b"a", 1, b"b") if name == "BYTES" else bytes([1] * size)
        for name, size in zip(names, sizes, strict=True)
    )
    length = struct.pack("<H", len(header))
    yield "binary", bytes([dtypes + 2]) + length + header + tensors
    yield "binary-gzip", bytes([dtypes + 11]) + length + gzip.compress(header + tensors)
    row = {"sepal_length": 1, "sepal_width": 2.5, "petal_length": 3, "petal_width": None}
    tensor = {"name": "features", "shape": [1, 4], "datatype": "FP32", "data": [[1.5, 2, 3, 4]]}
    zeros = [[[0] * 28] * 28]
    documents: dict[str, tuple[int, object]] = {
        "predict": (iris, row),
        "infer": (
            iris + 3,
            {
                "id": "é",
                "inputs": [tensor],
                "outputs": [{"name": "probabilities", "parameters": {"classification": 2}}],
            },
        ),
        "infer-huge": (iris + 3, {"inputs": [{**tensor, "shape": [1 << 40, 1 << 40]}]}),
        "instances": (digits + 4, {"signature_name": "serving_default", "instances": [zeros]}),
        "columns": (iris + 4, {"inputs": {"features": [[1, 2, 3, 4]]}}),
        "classify": (iris + 5, {"context": {"sepal_length": 1}, "examples": [row]}),
        "records": (iris + 6, {"dataframe_records": [row, row]}),
        "split": (
            iris + 6,
            {"dataframe_split": {"columns": list(row), "index": [0], "data": [[1, 2, 3, 4.5]]}},
        ),
        "score": (iris + 8, {"data": [[1, 2, 3, 4]]}),
    }
    for name, (first, document) in documents.items():
        yield name, bytes([first, 0, 0]) + json.dumps(document).encode()
    yield "csv", bytes([iris + 7, 0, 0]) + f'{",".join(row)}\n1,2.5,"3",4e-1\r\n5,6,7,\n'.encode()
    yield "png", bytes([digits + 1, 0, 0]) + png(5, 5, (b"\0" + bytes(range(0, 250, 50))) * 5)
    body = json.dumps(row).encode()
    yield "gzip", bytes([iris + 9, 0, 0]) + gzip.compress(body)
    yield "deflate", bytes([iris + 10, 0, 0]) + zlib.compress(body)
    yield "bomb", bytes([iris + 9, 0, 0]) + gzip.compress(bytes(40_000_000))


def main() -> None:
    """Writes a folder a target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    for target, seeds in {
        "onnx": models(),
        "card": cards(),
        "inputs": requests(),
        "codecs": bodies(),
    }.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for name, content in seeds:
            if len(content) <= LARGEST:
                (folder / target / name).write_bytes(content)


if __name__ == "__main__":
    main()
