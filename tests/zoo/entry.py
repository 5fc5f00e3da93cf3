"""What an entry of the zoo is: a model that is trained and exported the same each time, and rows for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto

Tensor = NDArray[Any]
# What a model is given: a tensor by input name, the same number of rows each.
Feeds = dict[str, Tensor]


@dataclass(frozen=True)
class Trained:
    """A model, exported, with rows that it was not trained on and what its own library says of them."""

    onnx: ModelProto
    rows: Feeds
    own: Tensor
    # The size of the file before it was quantised.
    float_bytes: int | None = None


@dataclass(frozen=True)
class Tolerance:
    """How far a number may be from onnxruntime's, where that is not 1e-4 relative and 1e-6 absolute."""

    relative: float
    absolute: float
    why: str


@dataclass(frozen=True)
class Entry:
    """A model of the zoo."""

    # Of its folder: a-z, 0-9 and -.
    name: str
    # The library that trains it, as pip calls it.
    library: str
    # A few words for the table: the estimator, the data, how it is exported.
    about: str
    make: Callable[[], Trained]
    # Whether rows with NaN are among its cases: some of a row's numbers, or even all of them.
    nan: Literal["no", "some", "all"] = "no"
    # The size of the extreme values it is asked about. 0: none.
    extreme: float = 1e6
    tolerance: Tolerance | None = None
    # What the model and its library must mostly agree in: every value, or which is the largest of a row.
    agreement: Literal["values", "largest"] = "values"
    # Whether onnxruntime answers with its graph optimised, or as it is written.
    optimised: bool = True


def as_floats(values: Any) -> Tensor:
    """What people give to an exported model: float32."""
    return np.asarray(values, dtype=np.float32)
