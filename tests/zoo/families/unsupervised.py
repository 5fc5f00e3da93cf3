"""Clusters, outliers and mixtures."""

from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.ensemble import IsolationForest
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

import data
from export import sklearn_entry

MODELS = [
    sklearn_entry("k-means", "KMeans", lambda: KMeans(3, n_init=3, random_state=0), data.iris),
    sklearn_entry(
        "mini-batch-k-means",
        "StandardScaler, MiniBatchKMeans",
        lambda: make_pipeline(StandardScaler(), MiniBatchKMeans(4, n_init=3, random_state=0)),
        data.wine,
    ),
    sklearn_entry(
        "gaussian-mixture",
        "GaussianMixture",
        lambda: GaussianMixture(3, random_state=0),
        data.iris,
        extreme=1000,
    ),
    sklearn_entry(
        "isolation-forest",
        "IsolationForest",
        lambda: IsolationForest(n_estimators=12, random_state=0),
        data.iris,
        # skl2onnx asks for this: it writes another model's trees only so.
        opset={"": 18, "ai.onnx.ml": 3},
    ),
    sklearn_entry(
        "local-outlier-factor",
        "LocalOutlierFactor, novelty",
        lambda: LocalOutlierFactor(10, novelty=True),
        data.iris,
    ),
    sklearn_entry("one-class-svm", "OneClassSVM", lambda: OneClassSVM(nu=0.1), data.iris),
]
