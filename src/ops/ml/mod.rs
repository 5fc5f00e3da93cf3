//! `ai.onnx.ml`: trees, linear models, support vectors, encoders.

mod encode;
mod labels;
mod linear;
mod post;
mod rows;
mod scale;
#[cfg(test)]
mod tests;
mod trees;
mod vectors;

use crate::eager::node::Build;

pub(super) fn find(operator: &str) -> Option<Build> {
    Some(match operator {
        "ArrayFeatureExtractor" => scale::array_feature_extractor,
        "Binarizer" => scale::binarizer,
        "CategoryMapper" => encode::category_mapper,
        "FeatureVectorizer" => scale::feature_vectorizer,
        "Imputer" => scale::imputer,
        "LabelEncoder" => encode::label_encoder,
        "LinearClassifier" => linear::classifier,
        "LinearRegressor" => linear::regressor,
        "Normalizer" => scale::normalizer,
        "OneHotEncoder" => encode::one_hot_encoder,
        "Scaler" => scale::scaler,
        "SVMClassifier" => vectors::classifier,
        "SVMRegressor" => vectors::regressor,
        "TreeEnsemble" => trees::ensemble,
        "TreeEnsembleClassifier" => trees::classifier,
        "TreeEnsembleRegressor" => trees::regressor,
        _ => return None,
    })
}
