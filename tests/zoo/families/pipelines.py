"""Pipelines: what prepares numbers, and a model behind it."""

import numpy as np
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    SplineTransformer,
    StandardScaler,
)
from sklearn.svm import SVC

import data
from data import Table
from export import NO_ZIPMAP, Estimator, sklearn_entry


def logistic(*steps: Estimator) -> Estimator:
    """Steps, and a logistic regression behind them."""
    return make_pipeline(*steps, LogisticRegression(max_iter=2000))


def wine_with_holes() -> Table:
    """Wine, with NaN in the rows to train on."""
    table = data.wine()
    return Table(data.missing(table.train), table.train_target, table.test, table.test_target)


MODELS = [
    sklearn_entry(
        "scaler-logistic", "StandardScaler, LogisticRegression", lambda: logistic(StandardScaler()), data.wine
    ),
    sklearn_entry(
        "scaler-forest",
        "StandardScaler, RandomForestClassifier, 3 named classes",
        lambda: make_pipeline(StandardScaler(), RandomForestClassifier(20, random_state=0)),
        lambda: data.wine().with_names(),
    ),
    sklearn_entry(
        "scaler-svc",
        "StandardScaler, SVC with probabilities, 2 classes",
        lambda: make_pipeline(StandardScaler(), SVC(probability=True, random_state=0)),
        data.cancer,
    ),
    sklearn_entry(
        "scaler-mlp",
        "StandardScaler, MLPClassifier, 3 classes, zipmap off",
        lambda: make_pipeline(StandardScaler(), MLPClassifier((10,), max_iter=300, random_state=0)),
        data.wine,
        NO_ZIPMAP,
    ),
    sklearn_entry(
        "min-max-knn-imputer",
        "KNNImputer, MinMaxScaler, LogisticRegression",
        lambda: logistic(KNNImputer(n_neighbors=3), MinMaxScaler()),
        wine_with_holes,
        # onnxruntime fails on a row of nothing.
        nan="some",
    ),
    sklearn_entry(
        "min-max-clip",
        "MinMaxScaler that clips, LogisticRegression",
        lambda: logistic(MinMaxScaler(clip=True)),
        data.wine,
    ),
    sklearn_entry(
        "robust-max-abs",
        "RobustScaler, MaxAbsScaler, Ridge",
        lambda: make_pipeline(RobustScaler(), MaxAbsScaler(), Ridge()),
        data.diabetes,
    ),
    sklearn_entry(
        "normalizer", "Normalizer (l2), LogisticRegression", lambda: logistic(Normalizer()), data.iris
    ),
    sklearn_entry(
        "normalizer-l1", "Normalizer (l1), LogisticRegression", lambda: logistic(Normalizer("l1")), data.iris
    ),
    sklearn_entry(
        "imputer-mean",
        "SimpleImputer (mean), StandardScaler, LogisticRegression",
        lambda: logistic(SimpleImputer(), StandardScaler()),
        wine_with_holes,
        nan="all",
    ),
    sklearn_entry(
        "imputer-constant-indicator",
        "SimpleImputer (constant), LinearRegression",
        lambda: make_pipeline(SimpleImputer(strategy="constant", fill_value=-1), LinearRegression()),
        wine_with_holes,
        nan="all",
    ),
    sklearn_entry(
        "binarizer", "Binarizer, LogisticRegression", lambda: logistic(Binarizer(threshold=2.5)), data.iris
    ),
    sklearn_entry(
        "polynomial",
        "StandardScaler, PolynomialFeatures (2), Ridge",
        lambda: make_pipeline(StandardScaler(), PolynomialFeatures(2), Ridge()),
        data.diabetes,
    ),
    sklearn_entry(
        "k-bins",
        "KBinsDiscretizer (one hot, dense), LogisticRegression",
        lambda: logistic(KBinsDiscretizer(4, encode="onehot-dense")),
        data.iris,
    ),
    sklearn_entry(
        "k-bins-ordinal",
        "KBinsDiscretizer (ordinal), LogisticRegression",
        lambda: logistic(KBinsDiscretizer(4, encode="ordinal", strategy="uniform")),
        data.iris,
    ),
    sklearn_entry(
        "power",
        "PowerTransformer (Yeo-Johnson), LogisticRegression",
        lambda: logistic(PowerTransformer()),
        data.iris,
        extreme=100,
    ),
    sklearn_entry(
        "quantile",
        "QuantileTransformer, LogisticRegression",
        lambda: logistic(QuantileTransformer(n_quantiles=20, random_state=0)),
        data.iris,
    ),
    sklearn_entry(
        "spline", "SplineTransformer, Ridge", lambda: make_pipeline(SplineTransformer(), Ridge()), data.curve
    ),
    sklearn_entry(
        "log1p",
        "FunctionTransformer (log1p), LogisticRegression",
        lambda: logistic(FunctionTransformer(np.log1p)),
        data.iris,
    ),
    sklearn_entry(
        "pca-logistic",
        "StandardScaler, PCA, LogisticRegression",
        lambda: logistic(StandardScaler(), PCA(4, random_state=0)),
        data.wine,
    ),
    sklearn_entry(
        "pca", "PCA, whitened, as a transformer", lambda: PCA(3, whiten=True, random_state=0), data.wine
    ),
    sklearn_entry(
        "svd",
        "TruncatedSVD, LogisticRegression",
        lambda: logistic(TruncatedSVD(8, random_state=0)),
        data.digits,
    ),
    sklearn_entry(
        "select-k-best",
        "VarianceThreshold, SelectKBest, StandardScaler, LogisticRegression",
        lambda: logistic(VarianceThreshold(), SelectKBest(k=5), StandardScaler()),
        data.wine,
    ),
    sklearn_entry(
        "feature-union",
        "FeatureUnion of StandardScaler and PCA, LogisticRegression",
        lambda: logistic(FeatureUnion([("scaled", StandardScaler()), ("pca", PCA(2, random_state=0))])),
        data.wine,
    ),
]
