"""The data to train on: scikit-learn's own tables, a made-up one with text columns, short texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.model_selection import train_test_split

from entry import Tensor, as_floats

HELD_OUT = 40


@dataclass(frozen=True)
class Table:
    """Rows to train on, and rows held out."""

    train: Tensor
    train_target: Tensor
    test: Tensor
    test_target: Tensor
    classes: list[str] | None = None

    def with_names(self) -> Table:
        """With its classes as texts instead of numbers."""
        names = np.array(self.classes, dtype=object)
        return Table(self.train, names[self.train_target], self.test, names[self.test_target])

    def with_target(self, train: Tensor, test: Tensor) -> Table:
        """The same rows with something else to predict."""
        return Table(self.train, train, self.test, test)


def _split(values: Tensor, target: Tensor, classes: list[str] | None = None) -> Table:
    parts = train_test_split(as_floats(values), target, test_size=HELD_OUT, random_state=0)
    train, test, train_target, test_target = parts
    return Table(train, train_target, test, test_target, classes)


def iris() -> Table:
    """3 classes, 4 features."""
    bunch = datasets.load_iris()
    return _split(bunch.data, bunch.target, list(bunch.target_names))


def wine() -> Table:
    """3 classes, 13 features of very different size."""
    bunch = datasets.load_wine()
    return _split(bunch.data, bunch.target, list(bunch.target_names))


def cancer() -> Table:
    """2 classes, 30 features."""
    bunch = datasets.load_breast_cancer()
    return _split(bunch.data, bunch.target, list(bunch.target_names))


def diabetes() -> Table:
    """A number, 10 features."""
    bunch = datasets.load_diabetes()
    return _split(bunch.data, as_floats(bunch.target))


def counts() -> Table:
    """A whole number from 0, about e to a sum of 5 features."""
    random = np.random.default_rng(11)
    values = random.normal(0, 0.6, (240, 5))
    return _split(values, random.poisson(np.exp(values @ [0.9, -0.7, 0.4, 0, 0.2])).astype(np.float64))


def digits() -> Table:
    """10 classes, 64 pixels of 0 to 16."""
    bunch = datasets.load_digits()
    return _split(bunch.data[:600], bunch.target[:600], [str(name) for name in bunch.target_names])


def curve() -> Table:
    """A number, one feature that it mostly grows with."""
    random = np.random.default_rng(13)
    values = random.uniform(-3, 3, (160, 1))
    return _split(values, np.tanh(values[:, 0]) + random.normal(0, 0.1, 160))


def missing(values: Tensor, share: float = 0.1) -> Tensor:
    """The same rows with holes: NaN."""
    holes = np.random.default_rng(17).random(values.shape) < share
    return np.where(holes, np.float32(np.nan), values)


def passengers() -> tuple[pd.DataFrame, Tensor]:
    """A made-up passenger list: numbers and text in named columns, and who survived."""
    random = np.random.default_rng(19)
    count = 300
    frame = pd.DataFrame(
        {
            "age": as_floats(random.uniform(1, 80, count).round(1)),
            "fare": as_floats(random.lognormal(3, 1, count).round(2)),
            "sex": random.choice(["female", "male"], count),
            "port": random.choice(["Cherbourg", "Queenstown", "Southampton"], count, p=[0.2, 0.1, 0.7]),
            "class": random.choice(["1st", "2nd", "3rd"], count),
        }
    )
    score = (
        2.2 * (frame["sex"] == "female")
        + 0.02 * frame["fare"]
        - 0.03 * frame["age"]
        - (frame["class"] == "3rd")
    )
    return frame, (score + random.normal(0, 0.5, count) > 0).to_numpy(np.int64)


_SUBJECTS = {
    "sport": "team match goal season player coach league score win final race stadium",
    "science": "cell theory atom light energy planet study data proof field measure lab",
    "cooking": "oven butter salt dough sauce garlic onion pan taste recipe bake sugar",
}
_COMMON = "the a of and in with for is was they it new good two after before from more"


def texts() -> tuple[list[str], list[str], list[str], list[str]]:
    """Made-up sentences and their subjects: to train on, then held out."""
    random = np.random.default_rng(23)
    sentences, subjects = [], []
    for index in range(160):
        subject = list(_SUBJECTS)[index % len(_SUBJECTS)]
        own = random.choice(_SUBJECTS[subject].split(), random.integers(3, 7))
        words = random.permutation(
            np.concatenate([own, random.choice(_COMMON.split(), random.integers(3, 8))])
        )
        sentences.append(" ".join(words).capitalize() + random.choice([".", "!", "", " ..."]))
        subjects.append(subject)
    return sentences[:120], subjects[:120], sentences[120:], subjects[120:]
