"""Regressors of scikit-learn."""

import numpy as np
from sklearn.cross_decomposition import PLSRegression
from sklearn.ensemble import (
    AdaBoostRegressor,
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    HistGradientBoostingRegressor,
    RandomForestRegressor,
)
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import Lasso, LinearRegression, PoissonRegressor, Ridge, TweedieRegressor
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeRegressor

import data
from data import Table
from export import sklearn_entry


def diabetes_with_holes() -> Table:
    """Diabetes, with NaN in the rows to train on."""
    table = data.diabetes()
    return Table(data.missing(table.train), table.train_target, table.test, table.test_target)


def two_targets() -> Table:
    """Two numbers to predict at once."""
    table = data.diabetes()
    both = [
        np.stack([target, target * table_rows[:, 2]], 1)
        for target, table_rows in ((table.train_target, table.train), (table.test_target, table.test))
    ]
    return table.with_target(*both)


MODELS = [
    sklearn_entry("linear-regression", "LinearRegression", LinearRegression, data.diabetes),
    sklearn_entry("linear-two-targets", "LinearRegression, 2 targets", LinearRegression, two_targets),
    sklearn_entry("ridge", "Ridge", Ridge, data.diabetes),
    sklearn_entry("lasso", "Lasso", lambda: Lasso(alpha=0.1), data.diabetes),
    sklearn_entry("pls", "PLSRegression", lambda: PLSRegression(3), data.diabetes),
    sklearn_entry("svr", "SVR, RBF kernel", lambda: SVR(C=20), data.diabetes),
    sklearn_entry(
        "decision-tree-regressor",
        "DecisionTreeRegressor, 2 targets",
        lambda: DecisionTreeRegressor(max_depth=6, random_state=0),
        two_targets,
        extreme=1e30,
    ),
    sklearn_entry(
        "forest-regressor",
        "RandomForestRegressor",
        lambda: RandomForestRegressor(20, max_depth=8, random_state=0),
        data.diabetes,
        extreme=1e30,
    ),
    sklearn_entry(
        "extra-trees-regressor",
        "ExtraTreesRegressor",
        lambda: ExtraTreesRegressor(20, max_depth=8, random_state=0),
        data.diabetes,
        extreme=1e30,
    ),
    sklearn_entry(
        "gradient-boosting-regressor",
        "GradientBoostingRegressor",
        lambda: GradientBoostingRegressor(n_estimators=40, random_state=0),
        data.diabetes,
        extreme=1e30,
    ),
    sklearn_entry(
        "hist-gradient-boosting-regressor",
        "HistGradientBoostingRegressor, trained with NaN",
        lambda: HistGradientBoostingRegressor(max_iter=20, random_state=0),
        diabetes_with_holes,
        nan="all",
        extreme=1e30,
    ),
    sklearn_entry(
        "ada-boost-regressor",
        "AdaBoostRegressor",
        lambda: AdaBoostRegressor(n_estimators=12, random_state=0),
        data.diabetes,
        extreme=1e30,
    ),
    # Far away, float32's steps are larger than what tells the neighbours apart.
    sklearn_entry("knn-regressor", "KNeighborsRegressor", KNeighborsRegressor, data.diabetes, extreme=1),
    sklearn_entry(
        "mlp-regressor",
        "MLPRegressor, logistic",
        lambda: MLPRegressor(hidden_layer_sizes=(16,), activation="logistic", solver="lbfgs", random_state=0),
        data.curve,
    ),
    sklearn_entry(
        "gaussian-process",
        "GaussianProcessRegressor, RBF kernel",
        lambda: GaussianProcessRegressor(ConstantKernel(1.0) * RBF(1.0), alpha=0.1, random_state=0),
        data.curve,
    ),
    # Its link is exp: a large value has no finite answer.
    sklearn_entry("poisson", "PoissonRegressor", PoissonRegressor, data.counts, extreme=10),
    sklearn_entry(
        "tweedie", "TweedieRegressor, power 1.5", lambda: TweedieRegressor(power=1.5), data.counts, extreme=10
    ),
    sklearn_entry(
        "isotonic", "IsotonicRegression", lambda: IsotonicRegression(out_of_bounds="clip"), data.curve
    ),
]
