"""Fits a standard scaler and a logistic regression to the iris data, and writes the pipeline as ONNX."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

SEED = 7
TOLERANCE = 1e-5
COLUMNS = ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("target/iris.onnx"), help="ONNX file to write")
    parser.add_argument("--rows", type=Path, default=Path("target/iris.csv"), help="CSV file to write")
    return parser.parse_args()


def new_pipeline() -> Pipeline:
    """Centres and scales each feature, then a multinomial logistic regression."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=5.0, random_state=SEED))


def export(fitted: Pipeline) -> bytes:
    """`features` f32[N,4] to `label` i64[N] and `probabilities` f32[N,3]."""
    model = to_onnx(
        fitted,
        name="iris",
        initial_types=[("features", FloatTensorType([None, 4]))],
        options={"zipmap": False},
        target_opset=17,
    )
    tidy(model)
    onnx.checker.check_model(model, full_check=True)
    serialized: bytes = model.SerializeToString()
    return serialized


def tidy(model: onnx.ModelProto) -> None:
    """Calls the first dimension N, which skl2onnx leaves nameless, and drops repeated opset imports."""
    for value in [*model.graph.input, *model.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    opsets = {opset.domain: opset.version for opset in model.opset_import}
    del model.opset_import[:]
    model.opset_import.extend(onnx.helper.make_opsetid(*opset) for opset in opsets.items())


def check(model: bytes, fitted: Pipeline, rows: NDArray[np.float32]) -> None:
    """Stops unless onnxruntime answers as scikit-learn does."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    labels, probabilities = session.run(["label", "probabilities"], {"features": rows})
    np.testing.assert_array_equal(labels, fitted.predict(rows))
    np.testing.assert_allclose(probabilities, fitted.predict_proba(rows), atol=TOLERANCE)


def write_rows(path: Path, rows: NDArray[np.float64], species: NDArray[np.int64]) -> None:
    """Writes the data, the species as its number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row, kind in zip(rows.tolist(), species.tolist(), strict=True):
            writer.writerow([*row, kind])


def main() -> None:
    arguments = parse_arguments()
    rows, species = load_iris(return_X_y=True)
    write_rows(arguments.rows, rows, species)
    rows = rows.astype(np.float32)
    folds = StratifiedKFold(n_splits=10, shuffle=True, random_state=SEED)
    scores = cross_val_score(new_pipeline(), rows, species, cv=folds)
    fitted = new_pipeline().fit(rows, species)
    model = export(fitted)
    check(model, fitted, rows)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(model)
    print(
        f"{arguments.out}: {len(model)} bytes, accuracy {scores.mean():.1%} in 10-fold cross-validation, "
        f"{fitted.score(rows, species):.1%} on all {len(rows)} rows that it was fitted to"
    )


if __name__ == "__main__":
    main()
