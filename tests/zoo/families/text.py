"""Short texts: counted words, and a model behind them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

import data
from entry import Entry, Trained
from export import Estimator


def entry(name: str, about: str, build: Callable[[], Estimator]) -> Entry:
    """A pipeline on the made-up sentences."""

    def make() -> Trained:
        sentences, subjects, held_out, _ = data.texts()
        model = build().fit(sentences, subjects)
        exported = to_onnx(model, initial_types=[("text", StringTensorType([None, 1]))])
        return Trained(
            exported, {"text": np.array(held_out, dtype=object).reshape(-1, 1)}, model.predict(held_out)
        )

    return Entry(name, "scikit-learn", about, make)


# Instead of scikit-learn's own, for which skl2onnx writes one that is almost the same.
WORDS = "[a-zA-Z0-9]+"

MODELS = [
    entry(
        "text-count",
        "CountVectorizer, MultinomialNB, 3 named classes",
        lambda: make_pipeline(CountVectorizer(), MultinomialNB()),
    ),
    entry(
        "text-tfidf",
        "TfidfVectorizer, LogisticRegression, 3 named classes",
        lambda: make_pipeline(TfidfVectorizer(), LogisticRegression()),
    ),
    entry(
        "text-tfidf-bigrams",
        "TfidfVectorizer (1 and 2 words, sublinear), TruncatedSVD, LogisticRegression",
        lambda: make_pipeline(
            TfidfVectorizer(token_pattern=WORDS, ngram_range=(1, 2), sublinear_tf=True, max_features=150),
            TruncatedSVD(10, random_state=0),
            LogisticRegression(),
        ),
    ),
]
