//! Decision trees: TreeEnsembleClassifier, TreeEnsembleRegressor, TreeEnsemble.

mod classifier;
mod ensemble;
mod forest;
mod read;
mod regressor;

pub(super) use classifier::build as classifier;
pub(super) use ensemble::build as ensemble;
pub(super) use regressor::build as regressor;
