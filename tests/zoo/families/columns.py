"""Tables with named columns of numbers and of text: an input a column, as skl2onnx makes of a DataFrame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

import data
from data import HELD_OUT
from entry import Entry, Feeds, Trained
from export import Estimator, options_of

NUMBERS = ["age", "fare"]
TEXTS = ["sex", "port", "class"]


def entry(
    name: str, about: str, build: Callable[[], Estimator], zipmap: str = "default", **more: Any
) -> Entry:
    """A pipeline on the passenger list. `zipmap`: what skl2onnx is told, if not its default."""

    def make() -> Trained:
        frame, survived = data.passengers()
        if "nan" in more:
            frame = frame.assign(age=data.missing(frame["age"].to_numpy()))
        train, test = frame[:-HELD_OUT], frame[-HELD_OUT:]
        model = build().fit(train, survived[:-HELD_OUT])
        kinds = [
            (column, StringTensorType([None, 1]) if column in TEXTS else FloatTensorType([None, 1]))
            for column in train
        ]
        options = None if zipmap == "default" else options_of(model, {"zipmap": zipmap == "on"})
        return Trained(to_onnx(model, initial_types=kinds, options=options), feeds(test), model.predict(test))

    return Entry(name, "scikit-learn", about, make, **more)


def feeds(frame: pd.DataFrame) -> Feeds:
    """An input of one column for each column."""
    return {
        column: frame[[column]].to_numpy(object if column in TEXTS else np.float32)
        for column in frame.columns
    }


def one_hot() -> ColumnTransformer:
    """Numbers scaled, texts one hot; unknown ones are none of them."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    return ColumnTransformer(
        [("numbers", numbers, NUMBERS), ("texts", OneHotEncoder(handle_unknown="ignore"), TEXTS)]
    )


def ordinal() -> ColumnTransformer:
    """Numbers as they are, texts numbered."""
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return ColumnTransformer([("texts", encoder, TEXTS)], remainder="passthrough")


MODELS = [
    entry(
        "columns-one-hot",
        "ColumnTransformer (SimpleImputer, StandardScaler; OneHotEncoder), LogisticRegression",
        lambda: Pipeline([("columns", one_hot()), ("model", LogisticRegression(max_iter=500))]),
        nan="all",
    ),
    entry(
        "columns-one-hot-forest",
        "ColumnTransformer (StandardScaler; OneHotEncoder), RandomForestClassifier, zipmap off",
        lambda: make_pipeline(one_hot(), RandomForestClassifier(15, max_depth=6, random_state=0)),
        zipmap="off",
    ),
    entry(
        "columns-ordinal",
        "ColumnTransformer (OrdinalEncoder; passthrough), GradientBoostingClassifier",
        lambda: make_pipeline(ordinal(), GradientBoostingClassifier(n_estimators=20, random_state=0)),
    ),
]
