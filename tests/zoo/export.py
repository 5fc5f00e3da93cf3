"""Ways to train and export a model, with the exporters' defaults unless an entry says otherwise."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
from skl2onnx import to_onnx

from data import Table
from entry import Entry, Trained

Estimator = Any

NO_ZIPMAP = {"zipmap": False}


def sklearn_entry(
    name: str,
    about: str,
    build: Callable[[], Estimator],
    data: Callable[[], Table],
    options: dict[str, Any] | None = None,
    opset: dict[str, int] | None = None,
    **more: Any,
) -> Entry:
    """An estimator of scikit-learn on a table of numbers, through skl2onnx."""

    def make() -> Trained:
        table = data()
        model = build().fit(table.train, table.train_target)
        exported = to_onnx(model, table.train[:1], options=options_of(model, options), target_opset=opset)
        return Trained(exported, {exported.graph.input[0].name: table.test}, own_answer(model, table.test))

    return Entry(name, "scikit-learn", about, make, **more)


def options_of(model: Estimator, options: dict[str, Any] | None) -> dict[Any, Any] | None:
    """Options as skl2onnx wants them: for the whole model."""
    return None if options is None else {id(model): options}


def own_answer(model: Estimator, rows: Any) -> Any:
    """What the library itself says: a class, a number, or what it makes of the rows."""
    return model.predict(rows) if hasattr(model, "predict") else model.transform(rows)


def read_saved(save: Callable[[str], None]) -> onnx.ModelProto:
    """A model that its library writes to a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.onnx")
        save(path)
        return onnx.load(path)
