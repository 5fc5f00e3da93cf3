"""Classifiers of trees and of other classifiers."""

from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

import data
from data import Table
from export import NO_ZIPMAP, Estimator, sklearn_entry


def three() -> list[tuple[str, Estimator]]:
    """Different classifiers to combine."""
    return [
        ("logistic", LogisticRegression(max_iter=500)),
        ("tree", DecisionTreeClassifier(max_depth=4, random_state=0)),
        ("bayes", GaussianNB()),
    ]


def iris_with_holes() -> Table:
    """Iris, with NaN in the rows to train on."""
    table = data.iris()
    return Table(data.missing(table.train), table.train_target, table.test, table.test_target)


MODELS = [
    sklearn_entry(
        "decision-tree",
        "DecisionTreeClassifier, 3 named classes",
        lambda: DecisionTreeClassifier(random_state=0),
        lambda: data.iris().with_names(),
        extreme=1e30,
    ),
    sklearn_entry(
        "forest-binary",
        "RandomForestClassifier, 2 classes",
        lambda: RandomForestClassifier(20, max_depth=6, random_state=0),
        data.cancer,
        extreme=1e30,
    ),
    sklearn_entry(
        "forest-binary-no-zipmap",
        "RandomForestClassifier, 2 named classes, zipmap off",
        lambda: RandomForestClassifier(20, max_depth=6, random_state=0),
        lambda: data.cancer().with_names(),
        NO_ZIPMAP,
        extreme=1e30,
    ),
    sklearn_entry(
        "forest-multi",
        "RandomForestClassifier, 3 named classes",
        lambda: RandomForestClassifier(30, random_state=0),
        lambda: data.wine().with_names(),
        extreme=1e30,
    ),
    sklearn_entry(
        "extra-trees",
        "ExtraTreesClassifier, 10 classes",
        lambda: ExtraTreesClassifier(20, max_depth=8, random_state=0),
        data.digits,
        extreme=1e30,
    ),
    sklearn_entry(
        "gradient-boosting-binary",
        "GradientBoostingClassifier, 2 classes",
        lambda: GradientBoostingClassifier(n_estimators=30, random_state=0),
        data.cancer,
        extreme=1e30,
    ),
    sklearn_entry(
        "gradient-boosting-multi",
        "GradientBoostingClassifier, 3 classes, zipmap off",
        lambda: GradientBoostingClassifier(n_estimators=20, random_state=0),
        data.wine,
        NO_ZIPMAP,
        extreme=1e30,
    ),
    sklearn_entry(
        "hist-gradient-boosting-binary",
        "HistGradientBoostingClassifier, 2 classes",
        lambda: HistGradientBoostingClassifier(max_iter=20, random_state=0),
        data.cancer,
        extreme=1e30,
    ),
    sklearn_entry(
        "hist-gradient-boosting-nan",
        "HistGradientBoostingClassifier, 3 classes, trained with NaN",
        lambda: HistGradientBoostingClassifier(max_iter=20, random_state=0),
        iris_with_holes,
        nan="all",
        extreme=1e30,
    ),
    sklearn_entry(
        "ada-boost",
        "AdaBoostClassifier, 3 classes",
        lambda: AdaBoostClassifier(n_estimators=20, random_state=0),
        data.wine,
        extreme=1e30,
    ),
    sklearn_entry(
        "bagging",
        "BaggingClassifier of trees, 3 classes",
        lambda: BaggingClassifier(n_estimators=8, random_state=0),
        data.iris,
    ),
    sklearn_entry(
        "voting-soft",
        "VotingClassifier, soft, 3 classes",
        lambda: VotingClassifier(three(), voting="soft", flatten_transform=False),
        data.iris,
    ),
    sklearn_entry(
        "voting-hard",
        "VotingClassifier, hard, 3 classes, zipmap off",
        lambda: VotingClassifier(three(), voting="hard", flatten_transform=False),
        data.iris,
        NO_ZIPMAP,
    ),
    sklearn_entry(
        "stacking", "StackingClassifier, 3 classes", lambda: StackingClassifier(three(), cv=3), data.iris
    ),
    sklearn_entry(
        "calibrated",
        "CalibratedClassifierCV of LinearSVC, sigmoid, 3 classes",
        lambda: CalibratedClassifierCV(LinearSVC(random_state=0), cv=3),
        data.iris,
    ),
    sklearn_entry(
        "calibrated-isotonic",
        "CalibratedClassifierCV of GaussianNB, isotonic, 2 classes",
        lambda: CalibratedClassifierCV(GaussianNB(), method="isotonic", cv=3),
        data.cancer,
    ),
    sklearn_entry(
        "one-vs-rest",
        "OneVsRestClassifier of LogisticRegression, 3 named classes",
        lambda: OneVsRestClassifier(LogisticRegression(max_iter=500)),
        lambda: data.iris().with_names(),
        # It divides by the sum of probabilities, all of them about 0 far away: rounding would decide.
        extreme=0,
    ),
]
