"""The network: three convolutions and one matrix, 10,954 weights; forward pass in JAX, and as ONNX."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import onnx
from jax import Array, lax
from onnx import TensorProto, helper, numpy_helper

Weights = dict[str, Array]

# OIHW kernels; each convolution keeps the size (padding `kernel // 2`); ReLU and max pooling follow.
KERNELS = {"w1": (8, 1, 5, 5), "w2": (16, 8, 5, 5), "w3": (32, 16, 3, 3)}
POOLS = (2, 2, 2)  # window and stride: 28 -> 14 -> 7 -> 3
HIDDEN = 32 * 3 * 3
CLASSES = 10


def initial_weights(key: Array) -> Weights:
    """He-normal kernels, zero biases."""
    shapes = {**KERNELS, "w4": (CLASSES, HIDDEN)}
    weights: Weights = {}
    for name, shape in shapes.items():
        key, draw = jax.random.split(key)
        fan_in = int(np.prod(shape[1:]))
        weights[name] = jax.random.normal(draw, shape) * np.sqrt(2 / fan_in)
        weights["b" + name[1:]] = jnp.zeros(shape[0])
    return weights


def logits(weights: Weights, images: Array) -> Array:
    """`f32[n,28,28]` in 0..1 to `f32[n,10]`."""
    x = images[:, None]
    for layer, pool in enumerate(POOLS, start=1):
        x = lax.conv(x, weights[f"w{layer}"], (1, 1), "SAME") + weights[f"b{layer}"][:, None, None]
        x = jax.nn.relu(x)
        window = (1, 1, pool, pool)
        x = lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")
    return x.reshape(x.shape[0], HIDDEN) @ weights["w4"].T + weights["b4"]


def to_onnx(weights: Weights) -> onnx.ModelProto:
    """The same network, followed by a softmax: `image` f32[N,1,28,28] to `probs` f32[N,10]."""
    nodes = []
    value = "image"
    for layer, pool in enumerate(POOLS, start=1):
        size = KERNELS[f"w{layer}"][-1]
        conv, relu, pooled = f"c{layer}", f"r{layer}", f"p{layer}"
        inputs = [value, f"w{layer}", f"b{layer}"]
        nodes += [
            helper.make_node("Conv", inputs, [conv], kernel_shape=[size] * 2, pads=[size // 2] * 4),
            helper.make_node("Relu", [conv], [relu]),
            helper.make_node("MaxPool", [relu], [pooled], kernel_shape=[pool] * 2, strides=[pool] * 2),
        ]
        value = pooled
    nodes += [
        helper.make_node("Flatten", [value], ["flat"]),
        helper.make_node("Gemm", ["flat", "w4", "b4"], ["logits"], transB=1),
        helper.make_node("Softmax", ["logits"], ["probs"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 28, 28])],
        [helper.make_tensor_value_info("probs", TensorProto.FLOAT, ["N", CLASSES])],
        [numpy_helper.from_array(np.asarray(w, np.float32), name) for name, w in sorted(weights.items())],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="onnxlet"
    )
    onnx.checker.check_model(model, full_check=True)
    return model
