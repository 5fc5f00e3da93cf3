"""Linear classifiers, support vectors, naive Bayes, discriminants, neighbours and perceptrons."""

from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.linear_model import (
    LogisticRegression,
    LogisticRegressionCV,
    PassiveAggressiveClassifier,
    Perceptron,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC, LinearSVC, NuSVC

import data
from entry import Tolerance
from export import NO_ZIPMAP, sklearn_entry

# What 64 pixels add up to is around 1000, where float32's steps are 6e-5, and then a probability's exponent.
# onnxruntime differs by 2e-4 from ONNX's own reference.
LARGE_LOGARITHMS = Tolerance(1e-3, 1e-6, "exponents around 1000 are rounded to 6e-5")
# Far away, float32's steps are larger than what tells the neighbours apart.
NEAR = 10

MODELS = [
    sklearn_entry(
        "logistic-binary",
        "LogisticRegression, 2 classes",
        lambda: LogisticRegression(max_iter=5000),
        data.cancer,
    ),
    sklearn_entry(
        "logistic-multi",
        "LogisticRegression, 3 named classes",
        lambda: LogisticRegression(max_iter=500),
        lambda: data.iris().with_names(),
    ),
    sklearn_entry(
        "logistic-no-zipmap",
        "LogisticRegression, 3 classes, zipmap off",
        lambda: LogisticRegression(max_iter=500),
        data.iris,
        NO_ZIPMAP,
    ),
    sklearn_entry(
        "logistic-cv",
        "LogisticRegressionCV, 3 classes",
        lambda: LogisticRegressionCV(Cs=3, max_iter=500),
        data.iris,
    ),
    sklearn_entry(
        "sgd-log-loss",
        "SGDClassifier with log_loss, 3 classes",
        lambda: SGDClassifier(loss="log_loss", random_state=0),
        data.iris,
    ),
    sklearn_entry("perceptron", "Perceptron, 3 classes", lambda: Perceptron(random_state=0), data.iris),
    sklearn_entry(
        "passive-aggressive",
        "PassiveAggressiveClassifier, 2 classes",
        lambda: PassiveAggressiveClassifier(random_state=0),
        data.cancer,
    ),
    sklearn_entry("ridge-classifier", "RidgeClassifier, 3 classes", RidgeClassifier, data.wine),
    sklearn_entry("svc-rbf", "SVC, RBF kernel, 3 classes, scores", SVC, data.iris),
    sklearn_entry(
        "svc-probability",
        "SVC, RBF kernel, 3 named classes, probabilities",
        lambda: SVC(probability=True, random_state=0),
        lambda: data.iris().with_names(),
    ),
    sklearn_entry(
        "svc-poly",
        "SVC, polynomial kernel, 2 classes, probabilities, zipmap off",
        lambda: SVC(kernel="poly", degree=2, probability=True, random_state=0),
        data.cancer,
        NO_ZIPMAP,
    ),
    sklearn_entry(
        "nu-svc", "NuSVC, sigmoid kernel, 3 classes", lambda: NuSVC(kernel="sigmoid", nu=0.3), data.iris
    ),
    sklearn_entry("linear-svc", "LinearSVC, 3 classes", lambda: LinearSVC(random_state=0), data.iris),
    sklearn_entry("gaussian-nb", "GaussianNB, 3 classes", GaussianNB, data.iris),
    sklearn_entry("multinomial-nb", "MultinomialNB, 10 classes", MultinomialNB, data.digits),
    sklearn_entry(
        "bernoulli-nb",
        "BernoulliNB, 10 classes, zipmap off",
        lambda: BernoulliNB(binarize=7.0),
        data.digits,
        NO_ZIPMAP,
    ),
    sklearn_entry(
        "complement-nb", "ComplementNB, 10 classes", ComplementNB, data.digits, tolerance=LARGE_LOGARITHMS
    ),
    sklearn_entry("lda", "LinearDiscriminantAnalysis, 3 classes", LinearDiscriminantAnalysis, data.wine),
    sklearn_entry(
        "qda", "QuadraticDiscriminantAnalysis, 3 classes", QuadraticDiscriminantAnalysis, data.iris
    ),
    sklearn_entry(
        "knn-classifier", "KNeighborsClassifier, 3 classes", KNeighborsClassifier, data.iris, extreme=NEAR
    ),
    sklearn_entry(
        "knn-weighted",
        "KNeighborsClassifier, weighted by distance, Manhattan, 2 named classes",
        lambda: KNeighborsClassifier(7, weights="distance", metric="manhattan"),
        lambda: data.cancer().with_names(),
    ),
    sklearn_entry(
        "mlp-classifier",
        "MLPClassifier, ReLU, 3 classes",
        lambda: MLPClassifier((12, 8), max_iter=800, random_state=0),
        data.iris,
    ),
    sklearn_entry(
        "mlp-binary",
        "MLPClassifier, tanh, 2 classes, zipmap off",
        lambda: MLPClassifier((8,), activation="tanh", max_iter=300, random_state=0),
        data.cancer,
        NO_ZIPMAP,
    ),
]
