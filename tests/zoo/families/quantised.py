"""Networks of whose weights onnxruntime's quantiser makes bytes: that of digits, and a real one of PP-OCR's.

What they need is not made here: MNIST lies in the folder `ONNXLET_MNIST`, PP-OCR's model is the file
`ONNXLET_PPOCR_CLS`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from entry import Entry, Feeds, Tensor, Tolerance, Trained, as_floats

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "tests" / "models"))
from makers import WORDS, text_line  # noqa: E402

# A model before it is quantised, inputs to calibrate it with, and others to ask it about.
Source = Callable[[], tuple[Path, Tensor, Tensor]]
Quantise = Callable[[Path, Path, Tensor], None]


def digits() -> tuple[Path, Tensor, Tensor]:
    """Calibrated with images that it was trained on, asked about test images."""
    model = ROOT / "models" / "digits" / "model.onnx"
    return model, mnist("train-images-idx3-ubyte", 100), mnist("t10k-images-idx3-ubyte", 200)


def mnist(file: str, count: int) -> Tensor:
    """The first images of a file in IDX's format, whose header has 16 bytes."""
    raw = np.fromfile(Path(os.environ["ONNXLET_MNIST"]) / "data" / file, np.uint8, 28 * 28 * count, offset=16)
    return as_floats(raw.reshape(count, 1, 28, 28) / 255)


def ppocr_cls() -> tuple[Path, Tensor, Tensor]:
    """Calibrated with lines of text, half of them upside down, and asked about others."""
    return (
        Path(os.environ["ONNXLET_PPOCR_CLS"]),
        lines(WORDS[::2]),
        lines(["Total: 18.90 EUR", "Onnxlet 2026", "left"]),
    )


def lines(texts: list[str]) -> Tensor:
    """Each text upright and upside down."""
    shape = [1, 3, 48, 192]
    return as_floats(
        np.concatenate([text_line(shape, text, turned) for text in texts for turned in (False, True)])
    )


class Calibration(CalibrationDataReader):
    """One input at a time."""

    def __init__(self, name: str, inputs: Tensor) -> None:
        self.rest: Iterator[Feeds] = ({name: inputs[at : at + 1]} for at in range(len(inputs)))

    def get_next(self) -> Feeds | None:
        return next(self.rest, None)


def dynamic(model: Path, out: Path, _: Tensor) -> None:
    """The range of what flows is measured at each call.

    onnxruntime itself can't run ConvInteger with int8 weights.
    """
    quantize_dynamic(model, out, weight_type=QuantType.QUInt8)


def static(form: QuantFormat, dtype: QuantType, **more: Any) -> Quantise:
    """Ranges are calibrated."""

    def quantise(model: Path, out: Path, calibration: Tensor) -> None:
        name = onnx.load(model).graph.input[0].name
        quantize_static(
            model,
            out,
            Calibration(name, calibration),
            quant_format=form,
            activation_type=dtype,
            weight_type=dtype,
            **more,
        )

    return quantise


def made(source: Source, quantise: Quantise) -> Trained:
    """A model, prepared before it is quantised. It must agree with the one in floats."""
    original, calibration, rows = source()
    with tempfile.TemporaryDirectory() as folder:
        prepared, out = Path(folder) / "prepared.onnx", Path(folder) / "quantised.onnx"
        quant_pre_process(original, prepared, skip_symbolic_shape=True)
        quantise(prepared, out, calibration)
        session = onnxruntime.InferenceSession(original, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        own = session.run(None, {name: rows})[0]
        return Trained(onnx.load(out), {name: rows}, own, float_bytes=original.stat().st_size)


def entry(
    name: str, about: str, source: Source, quantise: Quantise, tolerance: Tolerance | None = None
) -> Entry:
    """An entry whose answers are onnxruntime's to the graph as it is written.

    Its optimiser makes integer operators of those between DequantizeLinear and QuantizeLinear. Sums of int8
    and uint8 then saturate at 16 bits on some processors, and the softmax wraps around in int8.
    """

    def make() -> Trained:
        return made(source, quantise)

    return Entry(
        f"quantised-{name}",
        "onnxruntime",
        about,
        make,
        extreme=0,
        tolerance=tolerance,
        agreement="largest",
        optimised=False,
    )


QDQ = static(QuantFormat.QDQ, QuantType.QInt8)
QDQ_CHANNELS = static(QuantFormat.QDQ, QuantType.QInt8, per_channel=True)
# In int8 onnxruntime's own QLinearSoftmax wraps around.
QOPERATOR = static(QuantFormat.QOperator, QuantType.QUInt8)

MODELS = [
    entry("digits-dynamic", "digits, dynamically", digits, dynamic),
    entry("digits-qdq", "digits, QDQ in int8", digits, QDQ),
    entry("digits-qdq-channels", "digits, QDQ in int8, a scale a channel", digits, QDQ_CHANNELS),
    entry("digits-qoperator", "digits, QOperator in uint8", digits, QOPERATOR),
    entry(
        "ppocr-cls-dynamic",
        "PP-OCR's classifier, dynamically",
        ppocr_cls,
        dynamic,
        Tolerance(
            5e-3,
            1e-3,
            "onnxruntime's means of 1152 numbers are off by 3e-6, and each byte that moves moves others",
        ),
    ),
    entry("ppocr-cls-qdq", "PP-OCR's classifier, QDQ in int8", ppocr_cls, QDQ),
    entry("ppocr-cls-qoperator", "PP-OCR's classifier, QOperator in uint8", ppocr_cls, QOPERATOR),
]
