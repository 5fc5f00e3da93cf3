"""XGBoost and LightGBM through onnxmltools, CatBoost through its own export."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from catboost import CatBoostClassifier, CatBoostRegressor
from lightgbm import LGBMClassifier, LGBMRegressor
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from xgboost import XGBClassifier, XGBRanker, XGBRegressor, XGBRFRegressor

import data
from data import Table
from entry import Entry, Trained
from export import Estimator, own_answer, read_saved

Convert = Callable[[Estimator, int], Any]


def entry(
    name: str,
    about: str,
    convert: Convert,
    build: Callable[[], Estimator],
    table: Callable[[], Table],
    **more: Any,
) -> Entry:
    """A booster on a table of numbers, with NaN where it is trained with them."""

    def make() -> Trained:
        rows = table()
        train = data.missing(rows.train) if "nan" in more else rows.train
        model = build()
        grouped = {"group": [10] * (len(train) // 10)} if isinstance(model, XGBRanker) else {}
        kept = len(train) // 10 * 10 if grouped else len(train)
        model.fit(train[:kept], rows.train_target[:kept], **grouped)
        exported = convert(model, train.shape[1])
        return Trained(exported, {exported.graph.input[0].name: rows.test}, own_answer(model, rows.test))

    library = {
        xgboost: "xgboost",
        lightgbm: "lightgbm",
        lightgbm_no_zipmap: "lightgbm",
        catboost: "catboost",
    }[convert]
    return Entry(name, library, about, make, **{"extreme": 1e30, **more})


def xgboost(model: Estimator, features: int) -> Any:
    """Through onnxmltools."""
    return convert_xgboost(model, initial_types=[("input", FloatTensorType([None, features]))])


def lightgbm(model: Estimator, features: int) -> Any:
    """Through onnxmltools, with ZipMap, which is its default."""
    return convert_lightgbm(model, initial_types=[("input", FloatTensorType([None, features]))])


def lightgbm_no_zipmap(model: Estimator, features: int) -> Any:
    """Through onnxmltools, without ZipMap."""
    return convert_lightgbm(model, initial_types=[("input", FloatTensorType([None, features]))], zipmap=False)


def catboost(model: Estimator, features: int) -> Any:
    """By CatBoost itself."""
    return read_saved(lambda path: model.save_model(path, format="onnx"))


def xgb(kind: type, **settings: Any) -> Callable[[], Estimator]:
    """A small XGBoost, the same each time."""
    return lambda: kind(**{"n_estimators": 20, "max_depth": 4, "random_state": 0, "n_jobs": 1, **settings})


def lgbm(kind: type, **settings: Any) -> Callable[[], Estimator]:
    """A small LightGBM, the same each time."""
    fixed = {"random_state": 0, "n_jobs": 1, "deterministic": True, "force_row_wise": True, "verbose": -1}
    return lambda: kind(**{"n_estimators": 20, "num_leaves": 12, **fixed, **settings})


def cat(kind: type, **settings: Any) -> Callable[[], Estimator]:
    """A small CatBoost, the same each time, that writes no files of its own."""
    fixed = {"random_seed": 0, "thread_count": 1, "verbose": False, "allow_writing_files": False}
    return lambda: kind(**{"iterations": 20, "depth": 4, **fixed, **settings})


def grades() -> Table:
    """Wine's classes as grades to rank by."""
    table = data.wine()
    return table.with_target(table.train_target.astype(np.int32), table.test_target.astype(np.int32))


MODELS = [
    entry("xgboost-binary", "XGBClassifier, 2 classes", xgboost, xgb(XGBClassifier), data.cancer, nan="all"),
    entry("xgboost-multi", "XGBClassifier, 3 classes", xgboost, xgb(XGBClassifier), data.wine),
    entry("xgboost-regression", "XGBRegressor", xgboost, xgb(XGBRegressor), data.diabetes, nan="all"),
    entry(
        "xgboost-dart",
        "XGBRegressor, dart",
        xgboost,
        xgb(XGBRegressor, booster="dart", rate_drop=0.2),
        data.diabetes,
    ),
    entry(
        "xgboost-poisson",
        "XGBRegressor, count:poisson",
        xgboost,
        xgb(XGBRegressor, objective="count:poisson"),
        data.counts,
    ),
    entry("xgboost-forest", "XGBRFRegressor", xgboost, xgb(XGBRFRegressor), data.diabetes),
    entry("xgboost-ranker", "XGBRanker", xgboost, xgb(XGBRanker), grades),
    entry(
        "lightgbm-binary", "LGBMClassifier, 2 classes", lightgbm, lgbm(LGBMClassifier), data.cancer, nan="all"
    ),
    entry("lightgbm-multi", "LGBMClassifier, 3 classes", lightgbm, lgbm(LGBMClassifier), data.wine),
    entry(
        "lightgbm-multi-no-zipmap",
        "LGBMClassifier, 3 named classes, zipmap off",
        lightgbm_no_zipmap,
        lgbm(LGBMClassifier),
        lambda: data.iris().with_names(),
    ),
    entry("lightgbm-regression", "LGBMRegressor", lightgbm, lgbm(LGBMRegressor), data.diabetes, nan="all"),
    entry("catboost-binary", "CatBoostClassifier, 2 classes", catboost, cat(CatBoostClassifier), data.cancer),
    entry("catboost-multi", "CatBoostClassifier, 3 classes", catboost, cat(CatBoostClassifier), data.wine),
    entry("catboost-regression", "CatBoostRegressor", catboost, cat(CatBoostRegressor), data.diabetes),
]
